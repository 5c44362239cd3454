"""A unit answers the days of a joint visit with the keyboard alone, and who arranges it fixes one on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.test_site_visit import VISITING, visit_of
from tests.support import office
from webapp import clock, moments

Somebody = Callable[..., Person]


def test_days_are_asked_on_a_phone_answered_by_keyboard_and_fixed(site: Site, somebody: Somebody) -> None:
    _, address, one, _ = visit_of(site)
    with site.app.app_context():
        units = [office.member_of(group).login for group in ("drug.review", "device.review")]
    first, second = (clock.today(moments.OFFICE_ZONE) + timedelta(days=ahead) for ahead in (3, 4))
    officer = somebody(one)
    page = officer.page
    officer.open(address, VISITING)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.get_by_label("日期 1", exact=True).fill(first.isoformat())
    page.get_by_label("日期 2", exact=True).fill(second.isoformat())
    page.get_by_label("日期 2 的时段").select_option("afternoon")
    page.get_by_label("说明（选填）").fill("约两个小时。")
    officer.press("征询各单位")
    officer.arrives(VISITING)
    expect(page.locator("#act")).to_contain_text("0 个单位能参加，共 2 个")

    for login in units:
        unit = somebody(login)
        keys = unit.page.keyboard
        unit.open("/inbox/asked", "请我协办")
        keys.press("j")
        expect(unit.page.locator("tr[data-current]")).to_contain_text("征询核查日期")
        keys.press("Enter")
        unit.arrives(re.compile("^征询核查日期"))
        unit.picture("visit-days-answer", size=PHONE)
        unit.page.locator("input[type='radio']").first.focus()
        keys.press("ArrowDown")  # cannot, the first day
        keys.press("Tab")
        keys.type("当天有培训")
        keys.press("Tab")
        keys.press("Space")  # can, the second
        keys.press("Control+Enter")
        unit.arrives("请我协办")

    officer.open(address, VISITING)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    days = page.locator("input[name='visit_day']")
    expect(days.first).to_be_checked()  # the one that all can stands first
    expect(page.locator(".choice:has(:checked)").first).to_contain_text(second.isoformat())
    page.get_by_label("开始时间").fill("14:30")
    page.get_by_label("地点", exact=True).first.fill("江城市东城区和顺路88号一层")
    page.get_by_label("联系电话").first.fill("0000-8611")
    officer.picture("visit-days", size=PHONE, at="#appointment-title")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    officer.press("确定日期并告知申请人")
    officer.arrives(VISITING)
    expect(page.locator("#act")).to_contain_text("14:30")
