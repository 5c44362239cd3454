"""One voice: the lead compares what two departments ask and sends one message; the applicant answers for all."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from engine.law import Fault
from tests.browser.person import Person
from tests.browser.site import Site
from tests.journeys.test_merged_corrections import merges_within
from tests.support import office
from webapp.services import intake


def asks(case: office.Handle, item: str, key: str, text: str) -> None:
    task, who = office.claimed(case.id, "accept", item)
    faults = [Fault("material", key, text)]
    until = intake.decide_intake(
        task.id, by=who, outcome=intake.CORRECTION, note="", revision=task.revision, key=f"ask-{item}", faults=faults
    )
    assert until is not None


def test_what_departments_ask_is_compared_sent_as_one_and_answered_at_once(
    site: Site, somebody: Callable[..., Person]
) -> None:
    with site.app.app_context():
        merges_within(2)
        case = office.received("refused-item", ways={})
        asks(case, "P2", "floor-plan", "请去掉办公区与营业区之间的隔断。")
        asks(case, "P3", "floor-plan", "请标明隔断的位置和面积。")
        asks(case, "P6", "signboard-rendering", "未标明尺寸。")
        head = office.member_of("approval-bureau.head").login
    lead = somebody(head)
    page = lead.page
    lead.open("/notices", "通知")
    page.get_by_role("button", name=re.compile("^打开：.*补正")).first.click()
    lead.arrives(re.compile("^合并补正："))
    expect(page.locator(".compare-side")).to_have_count(2)
    lead.press("合并为一份告知书发出（3 个事项）")
    expect(page.get_by_role("alert").first).to_contain_text("请逐项核对")
    lead.look_over()
    page.get_by_label(re.compile("^已核对，不矛盾")).check()
    lead.press("合并为一份告知书发出（3 个事项）")
    expect(page.locator(".flash-success")).to_contain_text("已合并告知申请人")
    expect(page.get_by_text("没有待合并的补正意见")).to_be_visible()
    lead.look_over()

    applicant = somebody()
    screen = applicant.page
    applicant.open("/track", "查询办理进度")
    screen.get_by_label("申请编号").fill(case.number)
    screen.get_by_label("查询码").fill(case.code)
    applicant.press("查询进度")
    applicant.follow("一次答复")
    applicant.arrives("补正：一次答复全部事项")
    boxes = screen.get_by_label(re.compile("^补正情况说明"))
    expect(boxes).to_have_count(3)
    boxes.nth(0).fill("已重新绘制。")
    applicant.press("提交全部补正（3 个事项）")
    expect(screen.get_by_role("alert").first).to_contain_text("有 2 处需要改正")
    applicant.look_over()
    boxes.nth(1).fill("已标明。")
    boxes.nth(2).fill("已补尺寸。")
    applicant.press("提交全部补正（3 个事项）")
    expect(screen.locator(".flash-success")).to_contain_text("全部补正已提交")
