"""Two designers on one diagram: each sees the other, both save, and only what both changed is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import SAVED, begin_copy, open_diagram, ready, rename
from tests.support.designers import NAME, SECOND
from tests.webapp.test_bundle_imports import in_folders, zipped

Somebody = Callable[..., Person]
LICENCE = "_shared/item-licence.bpmn"
TITLE = "两人同改"


def test_what_two_draw_at_the_same_time_is_put_together(site: Site, somebody: Somebody) -> None:
    first = somebody("taoran")
    begin_copy(first, TITLE)
    copy = first.page.url
    open_diagram(first, "item-licence.bpmn")
    drawn = first.page.url
    second = somebody(SECOND)
    second.refusals.add(409)
    second.open(copy, TITLE)
    expect(second.page.locator("#copy-around")).to_contain_text("陶然自")
    expect(second.page.locator("#copy-around")).to_contain_text(LICENCE)
    second.page.goto(drawn)
    ready(second.page)
    second.arrives(LICENCE)
    expect(second.page.locator("#copy-around")).to_contain_text(re.compile(r"陶然自 \d\d:\d\d 起打开着此文件"))
    rename(first.page, "correct", "补齐材料")
    rename(first.page, "review", "提出意见")
    expect(first.page.locator("#designer-status")).to_contain_text(SAVED)
    rename(second.page, "correct", "补交材料")
    refused = second.page.locator("#designer-refused")
    expect(refused).to_contain_text("保存了此文件，您的修改没有保存")
    rename(second.page, "examine", "审查资料")  # what is drawn after the refusal comes along too
    refused.get_by_role("button", name="合并两人的修改").click()
    merge(second)
    second.open(f"{copy}?view=difference", TITLE)
    for name in ("补交材料", "提出意见", "审查资料"):
        expect(second.page.locator("main")).to_contain_text(name)
    second.open(f"{copy}?view=history", TITLE)
    expect(second.page.get_by_role("row").filter(has_text="合并两人的修改")).to_contain_text(NAME)


def test_what_one_saves_is_not_told_as_a_colleagues(site: Site, somebody: Somebody) -> None:
    """The page asks who saved while the server has its save, and the page not yet the answer."""
    designer = somebody("taoran")
    page = designer.page
    page.clock.install()
    begin_copy(designer, "自己保存")
    open_diagram(designer, "item-licence.bpmn")
    around = page.locator("#copy-around")
    held: list[Route] = []
    page.route(re.compile(r"/copies/\d+/file\?"), lambda route: held.append(route))
    rename(page, "correct", "补齐材料")
    with page.expect_request(re.compile(r"/copies/\d+/file\?")):
        page.get_by_role("button", name="保存并检查").click()
    saved = held[0].fetch()
    asked_again(page)
    expect(around).not_to_contain_text("保存了此文件")
    held[0].fulfill(response=saved)
    expect(page.locator("#designer-status")).to_contain_text(SAVED)
    asked_again(page)
    expect(around).not_to_contain_text("保存了此文件")


def asked_again(page: Page) -> None:
    """The page has asked who is around, and shown what it was answered."""
    with page.expect_event("requestfinished", lambda one: "/around" in one.url):
        page.clock.fast_forward(31_000)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def merge(second: Person) -> None:
    """One question, both sides shown, on the pictures too; nothing is saved before it is answered."""
    page = second.page
    second.arrives("合并两人的修改")
    question = page.get_by_role("group", name=re.compile("补齐材料"))
    expect(question).to_contain_text("补交材料")
    expect(page.locator("main")).to_contain_text("有 1 处两人的修改不一致")
    expect(page.locator(".two-diagrams [data-diagram][data-ready]")).to_have_count(2)
    second.press("合并并保存")
    expect(page.get_by_role("alert")).to_contain_text("请先逐处选择")
    second.arrives("合并两人的修改")
    second.picture("merging")
    question.get_by_label("用我的").check()
    second.press("先记下所选")
    expect(page.locator("main")).to_contain_text("不一致的地方都已选择")
    second.arrives("合并两人的修改")
    second.press("合并并保存")
    second.arrives(TITLE)
    expect(page.locator("main")).to_contain_text("两人的修改都在")


def test_a_zip_of_many_bundles_fills_its_bar(site: Site, somebody: Somebody, tmp_path: Path) -> None:
    with site.app.app_context():
        content = zipped(in_folders("a-one", "b-two") | {"c-three/bundle.toml": b"key = 5"})
    file = tmp_path / "many.zip"
    file.write_bytes(content)
    designer = somebody("taoran")
    page = designer.page
    designer.open("/studio", "流程工作室")
    designer.follow("上传一件事")
    designer.arrives("上传一件事")
    page.get_by_label("压缩包", exact=True).set_input_files(file)
    designer.press("上传并检查")
    designer.arrives("批量导入：many.zip")
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_js_property("value", 0)
    site.work_off()
    expect(bar).to_have_js_property("value", 3)
    expect(page.locator("main")).to_contain_text("已完成")
    expect(page.get_by_role("row").filter(has_text="c-three")).to_contain_text("没有可读的 bundle.toml")
    designer.arrives("批量导入：many.zip")
    designer.picture("bundle-import")
    page.get_by_role("row").filter(has_text="a-one").get_by_role("link").click()
    designer.arrives(re.compile("第 1 版"))
