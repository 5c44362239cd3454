"""Correction and a special procedure on the screen: asked by the department, answered by the applicant alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.workspace import choose, press_act
from tests.support import office

Somebody = Callable[..., Person]
BEGUN = [{"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}}]


def test_the_department_asks_once_and_the_applicant_corrects_online(
    site: Site, somebody: Somebody, tmp_path: Path
) -> None:
    case = site.received("ordinary", present="representative")
    site.play(case.id, BEGUN)
    ask(somebody("hanlei"), case.number)
    correct(somebody(), case, tmp_path)
    order_a_hearing(site, somebody("hanlei"), case)


def ask(reviewer: Person, number: str) -> None:
    """The panel of intake: five outcomes, and the one list of corrections."""
    page = reviewer.page
    take(reviewer, number)
    reviewer.arrives(re.compile("^受理审查"))
    choose(reviewer, "受理结果", 2)
    press_act(reviewer, "确认受理结果")
    expect(page.locator(".error-summary")).to_contain_text("补正清单")
    page.locator('[name="fault.material.signboard-rendering"]').fill("未标明招牌尺寸。")
    page.locator("summary").filter(has_text=re.compile("^\\s*申请表内容")).click()
    page.locator('[name="fault.answer.sign_width"]').fill("与效果图不一致。")
    reviewer.look_over()
    reviewer.picture("intake-correction")
    press_act(reviewer, "确认受理结果")
    expect(page.locator(".flash-success")).to_contain_text("补正材料一次性告知书")


def correct(applicant: Person, case: office.Handle, folder: Path) -> None:
    """On the tracking page: what was asked, the answer put right, a file added, handed in."""
    page = applicant.page
    applicant.open("/track", "查询办理进度")
    page.get_by_label("申请编号").fill(case.number)
    page.get_by_label("查询码").fill(case.code)
    applicant.press("查询进度")
    applicant.follow("在线补正")
    applicant.arrives(re.compile("^在线补正"))
    applicant.picture("correction-online", size=PHONE)
    page.locator('[name="sign_width"]').fill("4.8")
    applicant.press("保存更正的内容")
    expect(page.locator(".flash-success")).to_contain_text("已保存")
    drawing = folder / "效果图.pdf"
    drawing.write_bytes(office.pdf().content)
    page.get_by_label("选择文件，或拖到此处").set_input_files(drawing)
    applicant.press("补入这份材料")
    expect(page.locator(".file-list")).to_contain_text("效果图.pdf")
    applicant.look_over()
    page.locator("section[aria-labelledby=answer-title]").get_by_role("button", name="提交补正").click()
    applicant.arrives(re.compile("办理进度$"))


def order_a_hearing(site: Site, reviewer: Person, case: office.Handle) -> None:
    """Accepted now, the reviewer orders a hearing beside the proposal."""
    page = reviewer.page
    site.play(case.id, [{"step": "accept", "item": "P6", "variables": {"intake_outcome": "accepted"}}])
    take(reviewer, case.number)
    reviewer.arrives(re.compile("^审查意见"))
    choose(reviewer, "建议", 2)
    expect(page.locator("details", has=page.locator('[name="expected_days"]'))).to_have_attribute("open", "")
    choose(reviewer, "哪一种特别程序", 0)
    choose(reviewer, "听证的方式", 0)
    page.locator('[name="expected_days"]').fill("15")
    page.locator('[name="reason"]').fill("与相邻住户的采光有重大利益关系。")
    reviewer.look_over()
    reviewer.picture("procedure-ordered")
    press_act(reviewer, "提出审查意见")
    expect(page.locator(".flash-success")).to_contain_text("已决定进行听证")
    take(reviewer, case.number)
    reviewer.arrives(re.compile("^登记听证申请"))
    reviewer.picture("hearing-application")


def take(reviewer: Person, number: str) -> None:
    """Open the case's task from the inbox and claim it where nobody has."""
    page = reviewer.page
    reviewer.open(f"/inbox?text={number}", "待办")
    page.locator("tbody tr").filter(has_text=number).first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))  # else the button is looked for on the page before
    claim = page.get_by_role("button", name="认领", exact=True)
    if claim.count():
        claim.first.click()
        expect(claim).to_have_count(0)
