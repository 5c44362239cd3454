"""The ordinary way of one item through the workspace: accept, examine, visit, review, decide; by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.workspace import choose, claim_by_key, mark_all, press_act
from tests.support import office

ACTS = office.example("ordinary")["acts"]
UNTIL_DEVICE = [
    {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
    {"step": "accept", "item": "P2", "variables": {"intake_outcome": "accepted"}},
]

Somebody = Callable[..., Person]


def test_one_item_the_ordinary_way(site: Site, somebody: Somebody) -> None:
    others_on_the_table(site)
    case = site.received("ordinary", present="representative")
    site.play(case.id, UNTIL_DEVICE)
    reviewer = somebody("zhengxin")
    accept(site, reviewer, case.number)
    examine(site, reviewer, case.number)
    site.play(case.id, [{"step": "examine", "item": "P2", "variables": {"visit_needed": True}}])
    first, second = somebody("kongliang"), somebody("caojun")
    visit_together(site, first, second, case.number)
    propose(site, reviewer, case.number)
    decider = somebody("chuyan")
    rule(site, decider, case.number)
    look_at_the_case(decider, case.id)
    watch(somebody(), case)


def others_on_the_table(site: Site) -> None:
    """Two more pharmacies that the section works on."""
    first, second = site.received("mixed-ways"), site.received("refused-item")
    accepted = {"intake_outcome": "accepted"}
    site.play(first.id, [{"step": "accept", "item": "P3", "variables": accepted}])
    site.play(second.id, [{"step": "accept", "item": "P4", "variables": accepted}])


def accept(site: Site, reviewer: Person, number: str) -> None:
    """The inbox by keyboard; an act without a choice is refused beside its field."""
    page = reviewer.page
    reviewer.open("/inbox", "待办")
    claim_by_key(reviewer, number, "受理审查")
    reviewer.arrives(re.compile("^受理审查"))
    press_act(reviewer, "确认受理结果")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".task-panel .field-error")).to_contain_text("受理")
    reviewer.look_over()
    choose(reviewer, "受理结果", 0)
    press_act(reviewer, "确认受理结果")
    reviewer.arrives("待办", look=False)
    site.work_off()


def examine(site: Site, reviewer: Person, number: str) -> None:
    """资料审查: every point is marked, materials are opened in place, the section asks for the joint visit."""
    page = reviewer.page
    claim_by_key(reviewer, number, "资料审查")
    reviewer.arrives(re.compile("^资料审查"))
    mark_all(reviewer)
    choose(reviewer, "是否需要现场核查", 0)
    page.get_by_label("资料审查情况").fill("平面图与租赁合同一致，冷藏设备需要现场核实。")
    reviewer.picture("workspace")
    press_act(reviewer, "完成资料审查")
    reviewer.arrives("待办", look=False)
    site.work_off()


def visit_together(site: Site, first: Person, second: Person, number: str) -> None:
    """Two officers: the first writes the record and signs, the second confirms and signs."""
    claim_by_key(first, number, "联合核查")
    first.arrives(re.compile("^联合核查"))
    mark_all(first)
    choose(first, "核查结论", 0)
    first.page.get_by_label("在场人姓名").fill("周国富")
    first.draw_signature(first.page.locator("[data-signature]"))
    first.page.get_by_label("核查记录", exact=True).fill("到场核查，营业区、阴凉区和储存设备与申请材料一致。")
    press_act(first, "记录核查结果并签字")
    first.arrives("待办", look=False)
    claim_by_key(second, number, "联合核查")
    second.arrives(re.compile("^联合核查"))
    expect(second.page.locator("#act")).to_contain_text("孔亮")
    press_act(second, "确认核查记录并签字")
    second.arrives("待办", look=False)
    site.work_off()


def propose(site: Site, reviewer: Person, number: str) -> None:
    claim_by_key(reviewer, number, "审查意见")
    reviewer.arrives(re.compile("^审查意见"))
    expect(reviewer.page.locator("#act")).to_contain_text("合格")
    mark_all(reviewer)
    choose(reviewer, "建议", 0)
    reviewer.page.get_by_role("textbox", name="审查意见").fill("经审查和现场核查，符合第三类医疗器械经营条件。")
    press_act(reviewer, "提出审查意见")
    reviewer.arrives("待办", look=False)
    site.work_off()


def rule(site: Site, decider: Person, number: str) -> None:
    claim_by_key(decider, number, "作出决定")
    decider.arrives(re.compile("^作出决定"))
    expect(decider.page.locator("#act")).to_contain_text("建议准予")
    mark_all(decider)
    choose(decider, "办理决定", 0)
    press_act(decider, "作出办理决定")
    decider.arrives("待办", look=False)
    site.work_off()


def look_at_the_case(decider: Person, case_id: int) -> None:
    """办件全貌: who has decided what, what is still under way, in words and as the diagram."""
    decider.open(f"/cases/{case_id}", re.compile("安济堂"))
    expect(decider.page.locator("main")).to_contain_text("第三类医疗器械经营许可")
    expect(decider.page.locator("[data-diagram] .is-current").first).to_be_visible()
    decider.picture("case")


def watch(applicant: Person, case: office.Handle) -> None:
    """The applicant sees the same case from outside, with the department's telephone."""
    applicant.refusals.add(404)
    applicant.open("/track", "查询办理进度")
    applicant.page.get_by_label("申请编号").fill(case.number)
    applicant.page.get_by_role("textbox", name="查询码").fill("0000000000")
    applicant.press("查询进度")
    expect(applicant.page.locator(".error-summary")).to_be_focused()
    applicant.look_over()
    applicant.page.get_by_role("textbox", name="查询码").fill(case.code)
    applicant.page.keyboard.press("Enter")
    applicant.arrives("开办药店：办理进度")
    expect(applicant.page.locator("main")).to_contain_text("联系电话")
    expect(applicant.page.locator("[data-diagram] .is-current").first).to_be_visible()
    applicant.picture("tracking")
    applicant.picture("tracking-phone", size=PHONE)
