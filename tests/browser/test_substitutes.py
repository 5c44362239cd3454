"""A colleague goes on leave: named at a screen, taken over from the inbox, done in their name; and a conflict."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.support import office
from webapp import clock, moments
from webapp.services import tasks

REVIEWER, COLLEAGUE, DECIDER = "hanlei", "yangmei", "zhudefu"


@pytest.fixture
def task(site: Site) -> int:
    """The signboard before its reviewer, who has claimed it."""
    with site.app.app_context():
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P6", by=office.person(REVIEWER))
        waiting = office.open_task(case.id, "review", "P6").id
        tasks.claim(waiting, by=office.person(REVIEWER))
        return int(waiting)


def test_a_colleague_goes_on_leave_and_the_work_goes_on_in_their_name(
    task: int, somebody: Callable[..., Person]
) -> None:
    reviewer = somebody(REVIEWER)
    reviewer.open("/substitutes", "代办（AB岗）")
    page = reviewer.page
    page.get_by_label("代办人", exact=True).select_option(label="杨梅（市容审批科）")
    page.get_by_label("原因", exact=True).fill("年休假")
    until = clock.today(moments.OFFICE_ZONE) + timedelta(days=5)
    page.get_by_label("截止日期（含当日）").fill(until.isoformat())
    reviewer.press("登记代办")
    reviewer.arrives("代办（AB岗）")
    expect(page.get_by_role("main")).to_contain_text("代办中")
    reviewer.picture("substitutes")
    colleague = somebody(COLLEAGUE)
    colleague.open("/inbox?tab=groups", "待办")
    expect(colleague.page.get_by_role("main")).to_contain_text("代韩磊办理")
    colleague.page.locator(f"#task-{task}").get_by_role("button", name=re.compile("接手")).click()
    colleague.arrives(re.compile("审查意见"), look=False)
    expect(colleague.page.get_by_role("main")).to_contain_text("您代韩磊办理此任务")


def test_a_conflict_takes_the_task_away_and_the_lead_lifts_it(task: int, somebody: Callable[..., Person]) -> None:
    reviewer = somebody(REVIEWER)
    reviewer.open(f"/tasks/{task}/conflict", "申请回避")
    reviewer.page.get_by_label("与当事人有亲属关系").check()
    reviewer.page.get_by_label("回避理由").fill("店主是表兄")
    reviewer.press("登记回避")
    reviewer.arrives("待办")
    expect(reviewer.page.locator(f"#task-{task}")).to_have_count(0)
    lead = somebody(DECIDER)
    lead.open("/conflicts", "回避")
    lead.page.get_by_text("撤回回避").first.click()
    lead.page.get_by_label("撤回的理由").fill("核实后无亲属关系")
    lead.press("撤回回避")
    lead.arrives("回避")
    expect(lead.page.get_by_role("main")).to_contain_text("已撤回")
