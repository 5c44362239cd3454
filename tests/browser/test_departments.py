"""Departments in parallel on the screen: the pre-review that waits, and the appointment of a joint visit."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.workspace import choose, press_act
from tests.support import office

Somebody = Callable[..., Person]
VISIT = [
    {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
    {"step": "accept", "item": "P2", "variables": {"intake_outcome": "accepted"}},
    {"step": "accept", "item": "P3", "variables": {"intake_outcome": "accepted"}},
    {"step": "examine", "item": "P2", "variables": {"visit_needed": True}},
    {"step": "examine", "item": "P3", "variables": {"visit_needed": True}},
]


def test_the_signboard_is_pre_reviewed_while_the_business_is_registered(site: Site, somebody: Somebody) -> None:
    case = site.received("ordinary", ways={})
    with site.app.app_context():
        task = office.open_task(case.id, "pre-review", "P6").id
    reviewer = somebody("hanlei")
    reviewer.open(f"/tasks/{task}", re.compile("^预审"))
    expect(reviewer.page.locator(".flash-info").first).to_contain_text("前置事项“市场主体设立登记”")
    reviewer.press("认领")
    reviewer.arrives(re.compile("^预审"))
    for point in reviewer.page.locator(".mark-pass input").all():
        point.check()
    choose(reviewer, "预审结论", 0)
    reviewer.picture("pre-review")
    press_act(reviewer, "完成预审")
    expect(reviewer.page.locator(".flash-success")).to_contain_text("等待前置事项的结果")


def test_the_officers_appoint_a_joint_visit(site: Site, somebody: Somebody) -> None:
    case = site.received("ordinary", ways={})
    site.play(case.id, VISIT)
    with site.app.app_context():
        task = office.open_task(case.id, "visit")
        officer, address = office.member_of(task.groups[0]).login, f"/tasks/{task.id}"
    person = somebody(officer)
    person.open(address, re.compile("^联合核查"))
    page = person.page
    page.get_by_text("直接约定时间、地点", exact=True).click()
    page.get_by_label("时间", exact=True).fill("2030-09-03T09:30")
    page.get_by_label("地点", exact=True).fill("江城市东城区和顺路88号一层")
    page.get_by_label("联系电话", exact=True).fill("0000-8611")
    person.press("约定并告知申请人")
    expect(page.locator(".flash-success")).to_contain_text("已约定联合核查")
    person.look_over()
    person.picture("appointment")
