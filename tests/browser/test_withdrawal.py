"""Taking an application back, and the question after a refusal, on the screens of the window and the applicant."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from tests.support.policies import under

Somebody = Callable[..., Person]
ANSWERS = office.example("ordinary")["answers"]
BEGUN = [{"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}}]
REFUSED = [
    {"step": "accept", "item": "P6", "variables": {"intake_outcome": "accepted"}},
    {"step": "review", "item": "P6", "variables": {"proposal": "refuse"}},
    {"step": "decide", "item": "P6", "variables": {"ruling": "refuse"}},
]


def test_an_item_is_taken_back_at_the_window_and_the_rest_on_the_phone(site: Site, somebody: Somebody) -> None:
    case = site.received("ordinary", ways={})
    site.play(case.id, BEGUN)
    clerk = somebody(office.CLERK)
    clerk.open(f"/window/cases/{case.id}", re.compile("."))
    clerk.follow("申请人撤回申请")
    clerk.arrives(re.compile("^撤回申请"))
    page = clerk.page
    page.get_by_label(re.compile("^户外招牌设置许可")).check()
    clerk.press("撤回所选事项")
    expect(page.locator(".error-summary")).to_contain_text("请确认已知道")
    clerk.look_over()
    say_who(clerk)
    clerk.draw_signature(page.locator("[data-signature]"))
    clerk.picture("withdrawal-window")
    clerk.press("撤回所选事项")
    expect(page.locator(".flash-success")).to_contain_text("已撤回 1 个事项")
    expect(page.get_by_role("heading", name="终止办理的事项（1 项）")).to_be_visible()
    clerk.look_over()
    clerk.open(f"/cases/{case.id}", re.compile("."))
    clerk.picture("withdrawal-case", at="[data-diagram]")
    applicant = somebody()
    track(applicant, case)
    applicant.follow("撤回申请")
    applicant.arrives(re.compile("撤回申请$"))
    for name in ("药品经营许可（零售）", "第三类医疗器械经营许可", "仅销售预包装食品备案"):
        applicant.page.get_by_label(re.compile("^" + name)).check()
    say_who(applicant)
    applicant.picture("withdrawal-phone", size=PHONE)
    applicant.press("撤回所选事项")
    expect(applicant.page.locator(".flash-success")).to_contain_text("已撤回 3 个事项")
    applicant.look_over()


def test_the_applicant_is_asked_after_a_refusal_and_answers_on_the_phone(site: Site, somebody: Somebody) -> None:
    with site.app.app_context():
        under("ask")
    case = site.received("ordinary", ways={})
    site.play(case.id, [*BEGUN, *REFUSED])
    clerk = somebody(office.CLERK)
    clerk.open(f"/window/cases/{case.id}/question", re.compile("^征询申请人意见"))
    clerk.picture("question-window")
    applicant = somebody()
    track(applicant, case)
    applicant.follow("去答复")
    applicant.arrives(re.compile("其余事项是否继续$"))
    applicant.page.get_by_label("继续办理其余事项").check()
    applicant.page.get_by_label("申请人（经办人）姓名").fill(ANSWERS["legal_representative"])
    applicant.page.get_by_label("身份证号码").fill(ANSWERS["legal_representative_id"])
    applicant.picture("question-phone", size=PHONE)
    applicant.press("提交答复")
    expect(applicant.page.locator(".flash-success")).to_contain_text("已收到您的答复")


def track(applicant: Person, case: office.Handle) -> None:
    applicant.open("/track", "查询办理进度")
    applicant.page.get_by_label("申请编号").fill(case.number)
    applicant.page.get_by_label("查询码").fill(case.code)
    applicant.press("查询进度")
    applicant.arrives(re.compile("办理进度$"))


def say_who(person: Person) -> None:
    person.page.get_by_label("申请人（经办人）姓名").fill(ANSWERS["legal_representative"])
    person.page.get_by_label("身份证号码").fill(ANSWERS["legal_representative_id"])
    person.page.get_by_label(re.compile("^撤回理由")).fill("店面租约未续签。")
    person.page.get_by_label(re.compile("^申请人知道")).check()
