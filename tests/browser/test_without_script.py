"""The same pages where scripts are switched off: signing in, the inbox, an act, a form with an error."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import application
from tests.browser.person import Person
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
