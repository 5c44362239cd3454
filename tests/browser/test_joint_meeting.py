"""A joint meeting on the screen: called by the lead, read and answered in the inbox, recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.workspace import choose
from tests.support import office
from webapp import clock
from webapp.clock import frozen_at
from webapp.services import meetings
from webapp.services.meetings import Set

Somebody = Callable[..., Person]
REVIEWED = [
    {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
    {"step": "accept", "item": "P2", "variables": {"intake_outcome": "accepted"}},
    {"step": "accept", "item": "P3", "variables": {"intake_outcome": "accepted"}},
    {"step": "accept", "item": "P6", "variables": {"intake_outcome": "accepted"}},
]
QUESTIONS = ("门店面积能否同时满足药品、器械分区陈列？", "招牌位置是否影响消防登高面？")
LEAD, SIGN = "zhaolin", "hanlei"


def test_the_lead_calls_a_meeting_and_an_invited_department_answers(site: Site, somebody: Somebody) -> None:
    case = site.received("ordinary", ways={})
    site.play(case.id, REVIEWED)
    lead = somebody(LEAD)
    lead.open(f"/cases/{case.id}", re.compile("药"))
    lead.follow("召集会审")
    lead.arrives(re.compile("^召集联合会审"))
    page = lead.page
    lead.press("召集会审并通知各部门")
    expect(page.locator(".error-summary")).to_contain_text("会审")
    lead.look_over()
    page.get_by_label("会审问题").fill("\n".join(QUESTIONS))
    page.get_by_label("时间", exact=True).fill("2030-09-10T14:00")
    page.get_by_label("地点", exact=True).fill("政务服务中心 302 会议室")
    page.get_by_label("联系电话", exact=True).fill("0000-8600100")
    lead.press("召集会审并通知各部门")
    lead.arrives(re.compile("^联合会审"))
    expect(page.locator(".flash-success")).to_contain_text("已召集联合会审")
    sign = somebody(SIGN)
    sign.open("/inbox", "待办")
    sign.page.locator("section", has_text="联合会审").get_by_role("link").first.click()
    sign.arrives(re.compile("^联合会审"))
    choose(sign, "答复", 2)
    sign.page.get_by_label("意见", exact=True).fill("招牌下移至一层门楣，避开登高面。")
    sign.picture("joint-meeting")
    sign.press("答复")
    sign.arrives(re.compile("^联合会审"))
    expect(sign.page.locator("main")).to_contain_text("书面意见：附条件同意")
    with site.app.app_context():
        task = office.open_task(case.id, "review", "P6").id
    sign.open(f"/tasks/{task}", re.compile("药"))
    expect(sign.page.locator("main")).to_contain_text("本事项：书面意见：附条件同意")


def test_the_minutes_are_one_record_for_all_items(site: Site, somebody: Somebody) -> None:
    case = site.received("ordinary", ways={})
    site.play(case.id, REVIEWED)
    with site.app.app_context(), frozen_at(clock.now() - timedelta(days=30)):
        told = Set(clock.now() + timedelta(days=20), "政务服务中心 302 会议室", "0000-8600100")
        by = office.person(LEAD)
        meeting = meetings.call_meeting(case.id, items=("P2", "P6"), questions=QUESTIONS, at=told, by=by, key="past")
    lead = somebody(LEAD)
    lead.open(f"/cases/{case.id}/meetings/{meeting}", re.compile("^联合会审"))
    page = lead.page
    expect(page.locator("main")).to_contain_text("逾期未答复")
    page.get_by_label("参加人员").fill("行政审批局药品审批科 赵琳\n城市管理局市容审批科 韩磊")
    page.get_by_label("会审情况").fill("现场比对平面图、效果图。")
    page.get_by_label("会审结论").fill("面积满足分区陈列；招牌下移后不影响登高面。")
    lead.press("形成纪要并编号")
    lead.arrives(re.compile("^联合会审"))
    expect(page.locator("main")).to_contain_text("江审会〔")
    lead.follow("查看会审纪要")
    lead.arrives("联合会审纪要")
