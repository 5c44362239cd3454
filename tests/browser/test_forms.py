"""The one form with every component: the server shows and hides, rows come and go, with script and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.application import papers
from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import forms
from webapp.answers import answers_of

Somebody = Callable[..., Person]
HEADING = "填写申请表"


@pytest.fixture
def case_id(site: Site) -> int:
    """A new draft of the bundle whose form has every component."""
    with site.app.app_context():
        return forms.draft_with(forms.publish_form())


def settled(page: Page) -> None:
    """What the server was asked has come in, and what was typed is kept."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def row(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"从业人员 第 {number} 项", exact=True)


def test_fields_come_and_go_and_the_focus_stays(case_id: int, somebody: Somebody) -> None:
    clerk = somebody("lixiaoyun")
    page = clerk.page
    clerk.open(f"/application/{case_id}/form", HEADING)
    kind = page.get_by_label("企业类型")
    expect(page.get_by_label("总部名称")).to_have_count(0)
    kind.focus()
    kind.select_option(label="连锁门店")
    expect(page.get_by_label("总部名称")).to_be_visible()
    expect(kind).to_be_focused()
    expect(kind).to_have_value("chain")
    page.get_by_label("总部名称").fill("江城大药房总部")
    kind.select_option(label="单体药店")
    expect(page.get_by_label("总部名称")).to_have_count(0)
    kind.select_option(label="连锁门店")
    expect(page.get_by_label("总部名称")).to_have_value("江城大药房总部")  # typed, hidden, shown again
    page.get_by_label("使用面积").fill("88")
    page.get_by_label("层数").focus()
    expect(page.locator("#f-premises-rent-hint")).to_have_text("每平方米每年不低于10元")
    expect(page.get_by_label("层数")).to_be_focused()
    page.get_by_label("企业名称").fill("康源*药房")
    page.get_by_label("统一社会信用代码").focus()
    expect(page.locator("#section-group-who .prose")).to_contain_text("现在填的是：康源*药房")
    expect(page.locator("#section-group-papers .prose em")).to_have_text("康源*药房")
    clerk.look_over()


def test_what_is_typed_while_the_server_answers_stays(case_id: int, somebody: Somebody) -> None:
    clerk = somebody("lixiaoyun")
    page = clerk.page
    clerk.open(f"/application/{case_id}/form", HEADING)
    held: list[Route] = []
    page.route("**/form/sections", lambda route: held.append(route))
    page.get_by_label("企业类型").select_option(label="连锁门店")
    name = page.get_by_label("企业名称")
    name.fill("江城康源大药房")
    name.press("ArrowLeft")
    expect(name).to_be_focused()
    for one in held:
        one.continue_()
    page.unroute("**/form/sections")
    expect(page.get_by_label("总部名称")).to_be_visible()
    expect(name).to_have_value("江城康源大药房")
    expect(name).to_be_focused()
    page.keyboard.type("新")
    expect(name).to_have_value("江城康源大药新房")


def test_the_focus_stays_on_a_button_of_a_list_that_is_drawn_anew(case_id: int, somebody: Somebody) -> None:
    clerk = somebody("lixiaoyun")
    page = clerk.page
    clerk.open(f"/application/{case_id}/form", HEADING)
    held: list[Route] = []
    page.route("**/form/sections", lambda route: held.append(route))
    page.get_by_label("执业药师", exact=True).check()
    add = page.get_by_role("button", name="添加一项")
    add.focus()
    expect(add).to_be_focused()
    for one in held:
        one.continue_()
    page.unroute("**/form/sections")
    expect(row(page, 1).get_by_label("执业药师注册证编号")).to_be_visible()
    settled(page)
    expect(add).to_be_focused()


def test_the_focus_stays_near_a_field_that_is_taken_away(case_id: int, somebody: Somebody) -> None:
    clerk = somebody("lixiaoyun")
    page = clerk.page
    clerk.open(f"/application/{case_id}/form", HEADING)
    licensed, number = page.get_by_label("执业药师", exact=True), page.get_by_label("执业药师注册证编号")
    licensed.check()
    expect(number).to_be_visible()
    settled(page)
    held: list[Route] = []
    page.route("**/form/sections", lambda route: held.append(route))
    licensed.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(number).to_be_focused()
    for one in held:
        one.continue_()
    page.unroute("**/form/sections")
    expect(number).to_have_count(0)
    settled(page)
    expect(row(page, 1)).to_be_focused()


def test_rows_are_added_filled_and_removed_by_keyboard_alone(case_id: int, somebody: Somebody, site: Site) -> None:
    clerk = somebody("lixiaoyun")
    page = clerk.page
    clerk.open(f"/application/{case_id}/form", HEADING)
    page.get_by_role("textbox", name="姓名").focus()
    page.keyboard.type("张三")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("执业药师", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    expect(row(page, 1).get_by_label("执业药师注册证编号")).to_be_visible()
    expect(page.get_by_label("执业药师", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("110101202401")
    for _ in range(3):  # past the three duties
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="添加一项")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, 2)).to_be_focused()
    expect(row(page, 1).get_by_role("textbox", name="姓名")).to_have_value("张三")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("李四")
    page.keyboard.press("Tab")
    expect(page.locator("#section-group-staff .prose")).to_have_text("共2人，其中执业药师1人。")
    expect(page.get_by_role("row", name=re.compile("张三"))).to_contain_text("110101202401")
    expect(page.get_by_label("质量负责人").locator("option")).to_have_text(["请选择", "张三", "李四"])
    clerk.look_over()
    row(page, 1).get_by_role("button", name=re.compile("^删除")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name=re.compile("^从业人员 （1 项）"))).to_be_focused()
    expect(row(page, 1).get_by_role("textbox", name="姓名")).to_have_value("李四")
    settled(page)
    with site.app.app_context():
        assert [one["name"] for one in answers_of(case_id)["staff"]] == ["李四"]


def test_the_same_without_script(case_id: int, somebody: Somebody, tmp_path: Path) -> None:
    clerk = somebody("lixiaoyun", script=False)
    page = clerk.page
    clerk.open(f"/application/{case_id}/form", HEADING)
    expect(page.get_by_text("填写时自动保存")).to_be_hidden()
    page.get_by_label("企业类型").select_option(label="连锁门店")
    page.get_by_role("textbox", name="姓名").fill("张三")
    page.get_by_label("希望核查的时间").fill("2026-12-01T09:30")
    clerk.press("保存草稿")
    clerk.arrives(HEADING)
    page.get_by_label("总部名称").fill("江城大药房总部")
    expect(page.get_by_label("希望核查的时间")).to_have_value("2026-12-01T09:30")
    page.get_by_role("button", name="添加一项").click()
    clerk.arrives(HEADING)
    assert page.url.endswith("#f-staff-1")
    expect(page.get_by_label("总部名称")).to_have_value("江城大药房总部")
    row(page, 2).get_by_role("textbox", name="姓名").fill("李四")
    row(page, 1).get_by_role("button", name=re.compile("^删除")).click()
    clerk.arrives(HEADING, look=False)
    expect(row(page, 1).get_by_role("textbox", name="姓名")).to_have_value("李四")
    page.get_by_label("企业名称").fill("江城康源大药房")
    page.get_by_label("企业名称").press("Enter")  # goes on, and takes no row away
    clerk.arrives(HEADING)
    expect(page.locator(".error-summary li")).to_have_count(2)
    expect(row(page, 1).get_by_role("textbox", name="姓名")).to_have_value("李四")
    page.get_by_label("平面图", exact=False).last.set_input_files(papers(tmp_path)["照片.png"])
    clerk.press("保存草稿")
    clerk.arrives(HEADING)
    expect(page.get_by_role("link", name="照片.png").first).to_be_visible()
    page.get_by_label("删除照片.png").check()
    clerk.press("保存草稿")
    clerk.arrives(HEADING)
    expect(page.get_by_role("link", name="照片.png")).to_have_count(0)


def test_a_filled_form_on_the_desk_and_on_the_phone(case_id: int, somebody: Somebody, tmp_path: Path) -> None:
    clerk = somebody("lixiaoyun")
    page = clerk.page
    clerk.open(f"/application/{case_id}/form", HEADING)
    page.get_by_label("企业类型").select_option(label="连锁门店")
    page.get_by_label("使用面积").fill("5000")
    page.get_by_label("联系手机").fill("1380013800")
    page.get_by_label("统一社会信用代码").fill("91350100M000100Y44")
    row(page, 1).get_by_label("身份证号码").fill("110105491231002")
    page.get_by_label("平面图", exact=False).last.set_input_files(papers(tmp_path)["照片.png"])
    settled(page)
    clerk.press("保存并继续")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("从业人员第1项 · 身份证号码：15位身份证号")
    expect(page.locator(".error-summary")).to_contain_text("“使用面积”不能大于1000。")
    clerk.look_over()
    clerk.picture("form-parts", at="#section-group-place")
    clerk.picture("form-parts-phone", size=PHONE, at="#section-group-staff")
    page.get_by_role("link", name=re.compile("身份证号码：15位")).click()
    expect(row(page, 1).get_by_label("身份证号码")).to_be_focused()
