"""The same pages where scripts are switched off: signing in, the inbox, an act, a form with an error."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import application
from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office

ANSWERS = office.example("commitment")["answers"]

Somebody = Callable[..., Person]


def test_an_act_from_sign_in_to_ruling_without_script(site: Site, somebody: Somebody) -> None:
    case = site.received("commitment")
    decider = somebody("wujianhua", script=False)
    page = decider.page
    decider.open("/inbox", "待办")
    expect(page.locator("tbody tr")).to_contain_text(case.number)
    page.get_by_role("button", name=re.compile("^认领：")).click()
    decider.arrives(re.compile("^即办|："))
    expect(page.locator("main")).to_contain_text("告知承诺书")
    decider.press("作出办理决定")
    expect(page.locator(".error-summary")).to_contain_text("需要改正")
    page.get_by_role("group", name="办理决定").get_by_role("radio").first.check()
    decider.press("作出办理决定")
    decider.arrives("待办")
    expect(page.get_by_role("link", name=case.number)).to_have_count(0)


def test_a_wrong_form_comes_back_with_everything_typed_without_script(somebody: Somebody) -> None:
    clerk = somebody("lixiaoyun", script=False)
    page = clerk.page
    clerk.open("/application/visit", "登记到场")
    application.open_visit(clerk, {**ANSWERS, "legal_representative_id": "110105198003121124"}, "A031")
    clerk.arrives("登记到场")
    expect(page.locator(".error-summary")).to_contain_text("有 1 处需要改正")
    expect(page.get_by_label("排队号")).to_have_value("A031")
    expect(page.get_by_label("身份证号码")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("身份证号码").fill(ANSWERS["legal_representative_id"])
    clerk.press("开始办理")
    clerk.arrives("选一件事")
    clerk.press("办理这件事")
    clerk.arrives("情形引导")
    page.get_by_label("连锁").first.check()
    clerk.press("下一题")
    clerk.arrives("情形引导")
    expect(page.get_by_role("group", name=re.compile(r"^2\. "))).to_be_visible()


def test_on_a_phone_the_list_is_at_hand_and_the_filters_are_folded_up(site: Site, somebody: Somebody) -> None:
    case = site.received("commitment")
    decider = somebody("wujianhua", script=False)
    page = decider.page
    decider.open("/inbox", "待办")
    expect(page.get_by_role("button", name="按条件显示")).to_be_visible()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto("/inbox")
    expect(page.get_by_role("button", name="按条件显示")).to_be_hidden()
    first = page.locator("#inbox-list")
    expect(first).to_contain_text(case.number)
    place = first.bounding_box()
    assert place is not None
    assert place["y"] < PHONE[1], "the list begins on the first screen"
    page.get_by_text("筛选和排序").click()
    page.get_by_label("期限", exact=True).select_option("overdue")
    page.get_by_role("button", name="按条件显示").click()
    decider.arrives("待办")
    expect(page.get_by_role("list", name="已选条件")).to_contain_text("已逾期")
