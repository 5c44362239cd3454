"""容缺受理 on the screen: promised and signed at the window, waited for by the decider, brought on a phone, checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.workspace import choose, press_act
from tests.support import office, tolerances
from webapp import clock, moments
from webapp.services import receipt

Somebody = Callable[..., Person]


def test_promised_waited_for_brought_and_checked(site: Site, somebody: Somebody, tmp_path: Path) -> None:
    with site.app.app_context():
        case_id = tolerances.draft()
        until = (moments.local(clock.now()).date() + timedelta(days=6)).isoformat()
    promise(somebody(office.CLERK), case_id, until)
    with site.app.app_context():
        got = receipt.receive(case_id, by=office.person(office.CLERK), key="r1")
    case = office.Handle(got.case_id, got.number, got.code)
    begun = [
        {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
        {"step": "accept", "item": "P2"},
        {"step": "accept", "item": "P3"},
        {"step": "examine", "item": "P3"},
        {"step": "review", "item": "P3"},
    ]
    site.play(case.id, begun)
    with site.app.app_context():
        task, decider = office.claimed(case.id, "decide", "P3")
        waiting = task.id
    rule_too_early(somebody(decider.login), waiting)
    bring(somebody(), case, tmp_path)
    with site.app.app_context():
        task, reviewer = office.claimed(case.id, "check-material", "P2")
        checking = task.id
    check(somebody(reviewer.login), checking)
    take_in_at_the_window(somebody(office.CLERK), case)


def promise(clerk: Person, case_id: int, until: str) -> None:
    """The letters are read in full and signed by hand, in one sitting."""
    page = clerk.page
    clerk.open(f"/application/{case_id}/materials", "提交材料")
    clerk.follow("容缺受理")
    clerk.arrives("容缺受理")
    for key in ("P2", "P3"):
        page.locator(f'[name="until-{key}"]').first.fill(until)
    clerk.press("查看承诺书")
    clerk.arrives("容缺受理")
    clerk.picture("tolerance-promise")
    form = page.locator("form[aria-labelledby=sign-title]")
    clerk.draw_signature(form)
    clerk.press("签署容缺受理承诺书", form)
    clerk.arrives("提交材料")
    expect(page.locator("#material-organisation-chart")).to_contain_text("已承诺受理后补齐")


def rule_too_early(decider: Person, task_id: int) -> None:
    """What is awaited stands beside the act, and a grant is refused with the rule."""
    decider.refusals.add(409)
    page = decider.page
    decider.open(f"/tasks/{task_id}", re.compile("^作出决定"))
    expect(page.locator("section[aria-labelledby=tolerance-title]")).to_contain_text("不能作出准予的决定")
    for point in page.locator("#act .points fieldset.point").all():
        point.get_by_role("radio").first.check()
    choose(decider, "办理决定", 0)
    press_act(decider, "作出办理决定")
    expect(page.locator(".flash-error")).to_contain_text("容缺受理的材料尚未补齐")
    decider.look_over()
    decider.picture("tolerance-awaited")


def bring(applicant: Person, case: office.Handle, folder: Path) -> None:
    """On a phone, with number and code: only what was promised."""
    page = applicant.page
    applicant.open("/track", "查询办理进度")
    page.get_by_label("申请编号").fill(case.number)
    page.get_by_label("查询码").fill(case.code)
    applicant.press("查询进度")
    applicant.arrives(re.compile("办理进度$"))
    applicant.follow("在线补交材料")
    applicant.arrives(re.compile("^容缺受理"))
    applicant.picture("tolerance-phone", size=PHONE)
    chart = folder / "机构图.pdf"
    chart.write_bytes(office.pdf().content)
    page.get_by_label("选择文件，或拖到此处").set_input_files(chart)
    applicant.press("补入这份材料")
    expect(page.locator(".file-list")).to_contain_text("机构图.pdf")
    applicant.press("已补齐，提交核对")
    applicant.arrives(re.compile("办理进度$"))


def check(reviewer: Person, task_id: int) -> None:
    """The reviewer reads what came, and says that it will do."""
    page = reviewer.page
    reviewer.open(f"/tasks/{task_id}", re.compile("^核对补交材料"))
    reviewer.picture("tolerance-check")
    choose(reviewer, "核对结果", 0)
    press_act(reviewer, "确认核对结果")
    expect(page.locator(".flash-success")).to_contain_text("已补齐")


def take_in_at_the_window(clerk: Person, case: office.Handle) -> None:
    """The device licence was promised the same: what came is there for it too, and the window hands it in."""
    page = clerk.page
    clerk.open(f"/window/cases/{case.id}", re.compile("."))
    row = page.locator("li.material-row", has_text="待补齐")
    row.get_by_role("link", name=re.compile("^补交材料")).click()
    clerk.arrives(re.compile("^补交容缺材料"))
    expect(page.locator("#material-organisation-chart")).to_contain_text("已补入")
    clerk.picture("tolerance-window")
    clerk.press("已补齐，转部门核对")
    expect(page.locator(".flash-success")).to_contain_text("转部门核对")
