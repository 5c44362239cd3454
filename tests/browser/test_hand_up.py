"""A county reviews and hands up, the city decides: on the screen of both, and at the window that receives."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.workspace import choose, press_act
from tests.support import office

Somebody = Callable[..., Person]
COUNTY = "fictional-county"
REVIEWED = [
    {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
    {"step": "accept", "item": "P3", "variables": {"intake_outcome": "accepted"}},
    {"step": "examine", "item": "P3", "variables": {"visit_needed": False}},
    {"step": "review", "item": "P3", "variables": {"proposal": "grant"}},
]


def test_the_county_hands_up_and_the_city_reviews_on_locked_materials(site: Site, somebody: Somebody) -> None:
    case = site.received("ordinary", ways={}, place=COUNTY)
    site.play(case.id, REVIEWED)
    with site.app.app_context():
        task = office.open_task(case.id, "hand-up", "P3").id
    below = somebody("heyongyi")
    below.open(f"/tasks/{task}", re.compile("^上报"))
    below.press("认领")
    below.arrives(re.compile("^上报"))
    choose(below, "初审意见", 0)
    below.page.get_by_label("初审意见的内容").fill("资料齐全，计算机系统可以追溯到产品批号，建议准予。")
    below.look_over()
    below.picture("hand-up")
    below.picture("hand-up-phone", size=PHONE, at="#act")
    press_act(below, "签署并上报")
    expect(below.page.locator(".flash-success")).to_contain_text("材料已锁定")
    with site.app.app_context():
        task = office.open_task(case.id, "upper-review", "P3").id
    above = somebody("zhengxin")
    above.open(f"/tasks/{task}", re.compile("^上级审查"))
    expect(above.page.locator(".flash-info").nth(1)).to_contain_text("上级机关不得要求申请人重复提供")
    above.press("认领")
    above.arrives(re.compile("^上级审查"))
    for point in above.page.locator(".mark-pass input").all():
        point.check()
    choose(above, "建议", 2)
    above.page.get_by_label("审查意见", exact=True).fill("请核对质量负责人是否在其他企业兼职。")
    above.look_over()
    above.picture("upper-review")
    above.picture("upper-review-phone", size=PHONE)
    press_act(above, "提出审查意见")
    expect(above.page.locator(".flash-success")).to_contain_text("办理时限照常计算")
    with site.app.app_context():
        task = office.open_task(case.id, "review", "P3").id
    again = somebody("shenliqun")
    again.open(f"/tasks/{task}", re.compile("^审查意见"))
    expect(again.page.locator(".flash-info").nth(1)).to_contain_text("请核对质量负责人是否在其他企业兼职")
    again.picture("sent-back")
    again.open(f"/cases/{case.id}", re.compile("安济堂"))
    again.picture("hand-up-case")


def test_a_window_of_the_city_receives_for_the_county(site: Site, somebody: Somebody) -> None:
    with site.app.app_context():
        visit = office.visit()
    clerk = somebody(office.CLERK)
    clerk.open(f"/application/visit/{visit}/bundle", "选一件事")
    clerk.page.get_by_label("办理地").first.select_option(COUNTY)
    clerk.look_over()
    clerk.picture("place")
    clerk.picture("place-phone", size=PHONE)
    clerk.press("办理这件事")
    with site.app.app_context():
        found = office.sql().execute("select profile_key from cases where visit_id = %s", (visit,)).fetchone()
    assert found == (COUNTY,)
