"""A verification on the phone and at the desk: photos, drawn officers, compared facts; and the supervising unit."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.support import office
from webapp import clock, moments

Somebody = Callable[..., Person]


def test_verified_by_photo_draw_and_data_and_handed_over(site: Site, somebody: Somebody) -> None:
    case = site.received("commitment")
    with site.app.app_context():
        for item in ("P2", "P3", "P4"):
            office.act(case.id, "immediate", item)
        tasks = {item: office.open_task(case.id, "verify", item).id for item in ("P2", "P3", "P4")}
        told = office.open_task(case.id, "take-over", "P2").id
        drawn = [one.login for one in office.verifiers(office.open_task(case.id, "verify", "P2"))]
        other = next(login for login in ("huaqiang", "jinmin", "peisong", "mengting") if login not in drawn)
    on_the_phone(somebody(drawn[0]), tasks["P3"])
    compared(somebody(drawn[1]), tasks["P4"])
    replaced(somebody(drawn[0]), tasks["P2"])
    not_drawn(somebody(other), tasks["P2"])
    handed_over(somebody(drawn[1]), told)
    in_the_case(somebody("weixiaohong"), case.id)
    public = somebody()
    public.open("/announcements", "公示和公告")
    public.look_over()


def on_the_phone(officer: Person, task: int) -> None:
    """Nothing typed is lost when a photo is sent; without a photo nothing is signed."""
    page = officer.page
    page.goto(f"/tasks/{task}")
    officer.arrives(re.compile("^事后核查："))
    page.get_by_label("核查记录").fill("到店核查，质量负责人在岗。")
    page.get_by_label("选择或者拍摄照片").set_input_files(
        {"name": "门店.png", "mimeType": "image/png", "buffer": office.picture("门店.png", (640, 480)).content}
    )
    page.get_by_role("button", name="上传照片").click()
    expect(page.locator(".error-summary")).to_contain_text("拍摄时间")
    expect(page.get_by_label("核查记录")).to_have_value("到店核查，质量负责人在岗。")
    page.get_by_label("选择或者拍摄照片").set_input_files(
        {"name": "门店.png", "mimeType": "image/png", "buffer": office.picture("门店.png", (640, 480)).content}
    )
    page.get_by_label("拍摄时间").fill(moments.local(clock.now()).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("拍摄地点").fill("江城市东城区和平路12号")
    page.get_by_role("button", name="上传照片").click()
    expect(page.get_by_role("img", name="现场照片：江城市东城区和平路12号")).to_be_visible()
    expect(page.get_by_label("核查记录")).to_have_value("到店核查，质量负责人在岗。")
    officer.look_over()


def compared(officer: Person, task: int) -> None:
    """The premises have no source of their own: the officer names one, or nothing is signed."""
    page = officer.page
    page.goto(f"/tasks/{task}")
    officer.arrives(re.compile("^事后核查："))
    for fact in page.locator("fieldset.point").all():
        fact.locator("input[type=radio]").first.check()
    page.get_by_label("与承诺一致").check()
    page.get_by_label("核查记录").fill("与登记信息一致。")
    page.get_by_role("button", name="记录核查结果并签字").click()
    expect(page.locator(".error-summary")).to_contain_text("经营场所：数据来源")
    officer.look_over()
    page.get_by_label("数据来源").last.fill("江城市不动产登记库")
    page.get_by_role("button", name="记录核查结果并签字").click()
    expect(page.get_by_text("已签字，等待另一名核查人员签字")).to_be_visible()


def replaced(officer: Person, task: int) -> None:
    """Who was drawn and cannot is replaced by a second draw; both draws stand on the page."""
    page = officer.page
    page.goto(f"/tasks/{task}")
    expect(page.get_by_text("复算一致")).to_be_visible()
    page.get_by_text("回避或者不能参加核查").click()
    page.get_by_label("因公外出、休假或者病假").check()
    page.get_by_label("具体说明").fill("外出培训至月底。")
    officer.look_over()
    page.get_by_role("button", name="提出并重新抽取").click()
    expect(page.get_by_text("第 2 次")).to_be_visible()
    page.get_by_text("种子和名单").last.click()
    officer.look_over()


def not_drawn(officer: Person, task: int) -> None:
    """Whoever of the post was not drawn reads who was; or was drawn now instead."""
    officer.page.goto(f"/tasks/{task}")
    officer.arrives(re.compile("^事后核查："))
    officer.look_over()


def handed_over(officer: Person, task: int) -> None:
    """The supervising unit takes the ruling over, and reports back."""
    page = officer.page
    page.goto(f"/tasks/{task}")
    officer.arrives(re.compile("^接收审批信息："))
    page.get_by_role("button", name="认领").click()
    page.get_by_label("监管责任单位或者人员").fill("药品监管科")
    officer.look_over()
    page.get_by_role("button", name="确认接收，纳入监管").click()
    expect(page.get_by_text("已接收审批信息，纳入监管")).to_be_visible()


def in_the_case(lead: Person, case: int) -> None:
    """What was told and answered stands with the case."""
    lead.page.goto(f"/cases/{case}")
    expect(lead.page.get_by_role("heading", name="审管衔接")).to_be_visible()
    expect(lead.page.get_by_text("药品监管科")).to_be_visible()
    lead.look_over()
