"""A lead looks over what runs: where it waits on the diagram, what failed, and repairs many cases at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.browser.test_repair import Down, make_no_licence
from tests.support import office
from webapp import clock
from webapp.clock import frozen_at
from webapp.errors import Busy
from webapp.extensions import db
from webapp.services import bulk_repair_work, engine_jobs, heat_counting
from webapp.unit_of_work import sql

LEAD = "weixiaohong"
RUNNING = f"/studio/running/bundles/{office.BUNDLE}"
Somebody = Callable[..., Person]


def with_incidents(site: Site, of: int) -> list[office.Handle]:
    """Cases whose first licence could not be made, however often it was tried."""
    cases = [site.received("commitment") for _ in range(of)]
    with site.app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(engine_jobs.HANDLERS, "issue-licence", make_no_licence)
        for case in cases:
            task, decider = office.claimed(case.id, "immediate", "P2")
            office.rulings.rule(
                task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key=f"k{case.id}"
            )
            found = sql().execute("select id from engine_job where case_id = %s and state = 'open'", (case.id,))
            row = found.fetchone()
            assert row is not None
            for _ in range(2):
                with pytest.raises(Down):
                    engine_jobs.run(row[0])
            engine_jobs.run(row[0])
        db.session.remove()
    return cases


@pytest.mark.parametrize("script", [True, False])
def test_what_runs_is_found_on_the_diagram_and_what_failed_is_tried_again(
    site: Site, somebody: Somebody, script: bool
) -> None:
    cases = with_incidents(site, 3)
    site.received("ordinary", ways={})
    lead = somebody(LEAD, script=script)
    page = lead.page
    lead.open("/studio", "流程工作室")
    lead.follow("运行情况")
    lead.arrives("运行情况")
    if script:
        lead.picture("running")
    page.get_by_role("link", name=re.compile("^开办药店")).first.click()
    lead.arrives("运行情况：开办药店")
    if script:
        lead.picture("running-bundle")
        lead.picture("running-bundle-phone", size=PHONE)
    table = page.get_by_role("table", name="各元素的等待数和异常数")
    expect(table.get_by_role("row", name=re.compile("药品经营许可"))).to_contain_text("3 个异常")
    if script:  # the same on the picture, by the keyboard alone
        place = page.locator("#running-diagram").get_by_role("link", name=re.compile("药品经营许可.*3 个异常"))
        place.focus()
        page.keyboard.press("Enter")
    else:
        table.get_by_role("link", name=re.compile("药品经营许可")).click()
    lead.arrives("运行情况：开办药店")
    expect(page).to_have_url(re.compile("item=P2"))
    rows = page.get_by_role("table", name="在办流程").locator("tbody tr")
    expect(rows).to_have_count(3)
    lead.follow("取消筛选")
    expect(rows).to_have_count(4)
    page.get_by_label("状态").select_option("incident")
    lead.press("按条件显示")
    expect(rows).to_have_count(3)

    lead.open("/studio/running/incidents", "全部异常")
    expect(page.get_by_role("table", name="按原因").locator("tbody tr")).to_have_count(1)
    if script:
        lead.picture("incidents")
        lead.picture("incidents-phone", size=PHONE)
    for box in page.get_by_role("table", name="逐个异常").locator("tbody").get_by_role("checkbox").all()[:2]:
        box.check()
    lead.press("重试选中的")
    lead.arrives(re.compile("^批量重试异常"))
    site.work_off()
    if script:  # the page asks by itself
        expect(page.locator("main")).to_contain_text("已完成", timeout=10_000)
    else:
        page.reload()
    expect(page.locator("main")).to_contain_text("已处理 2")
    lead.look_over()
    if script:
        lead.picture("incidents-retried")
    with site.app.app_context():
        left = sql().execute("select case_id from incident where resolved_at is null").fetchall()
        assert left == [(cases[2].id,)]
        db.session.remove()


@pytest.mark.parametrize("script", [True, False])
def test_all_cases_of_a_release_stand_still_for_a_while(site: Site, somebody: Somebody, script: bool) -> None:
    cases = [site.received("commitment") for _ in range(2)]
    lead = somebody(LEAD, script=script)
    page = lead.page
    lead.open(RUNNING, "运行情况：开办药店")
    lead.follow("挂起此版全部办件")
    lead.arrives("挂起全部办件：开办药店")
    if script:
        lead.picture("stand-still")
        lead.picture("stand-still-phone", size=PHONE)
    lead.press("挂起 2 件")
    expect(page.locator(".error-summary")).to_contain_text("请填写原因")
    page.get_by_label("挂起原因").fill("证照系统切换")
    lead.press("挂起 2 件")
    lead.arrives(re.compile("^批量挂起"), look=False)
    site.work_off()
    page.reload()
    expect(page.locator("main")).to_contain_text("已处理 2")
    lead.open(f"/cases/{cases[0].id}", re.compile("."))
    expect(page.locator("#suspended-title")).to_be_visible()
    lead.open(RUNNING, "运行情况：开办药店")
    lead.press("挂起选中的办件")
    lead.arrives("运行情况：开办药店")
    expect(page.locator(".flash")).to_contain_text("请至少勾选一件")
    page.get_by_role("table", name="在办流程").locator("tbody").get_by_role("checkbox").first.check()
    lead.press("恢复选中的办件")
    lead.arrives("恢复选中的办件：开办药店")
    page.get_by_label("恢复原因").fill("切换完成")
    lead.press("恢复 1 件")
    site.work_off()
    page.reload()
    expect(page.locator("main")).to_contain_text("已处理 1")


def test_a_case_in_somebodys_hand_says_when_it_is_tried_again(site: Site, somebody: Somebody) -> None:
    held, _ = [site.received("commitment") for _ in range(2)]
    lead = somebody(LEAD)
    page = lead.page
    lead.open(RUNNING, "运行情况：开办药店")
    lead.follow("挂起此版全部办件")
    page.get_by_label("挂起原因").fill("证照系统切换")
    lead.press("挂起 2 件")
    lead.arrives(re.compile("^批量挂起"), look=False)
    lock = bulk_repair_work.lock

    def busy(statement: str, *values: object) -> Any:
        if values[0] == held.id:
            raise Busy()
        return lock(statement, *values)

    with site.app.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_repair_work, "lock", busy)
        bulk = sql().execute("select max(id) from bulk_repair").fetchone()
        assert bulk is not None
        bulk_repair_work.work(bulk[0])
        db.session.remove()
    row = page.get_by_role("table", name="逐件结果").locator("tbody tr").first
    expect(row).to_contain_text("有人正在办理这一件", timeout=10_000)  # the page asks by itself
    expect(row).to_contain_text("以后再试（已试 1 次）")
    expect(page.locator("main")).to_contain_text("已处理 1 / 2 件")
    lead.look_over()
    lead.picture("bulk-busy")
    with site.app.app_context(), frozen_at(clock.now() + timedelta(seconds=10)):
        bulk_repair_work.work(bulk[0])
        db.session.remove()
    expect(page.locator("main")).to_contain_text("已完成", timeout=10_000)
    expect(row).not_to_contain_text("以后再试")


def test_what_the_heat_map_leaves_out_is_told_and_tried_again(site: Site, somebody: Somebody) -> None:
    first, _ = [site.received("commitment") for _ in range(2)]
    in_history = "where instance_id in (select id from process_instance where case_id = %s)"
    with site.app.app_context():
        sql().execute(f"update activity set lines = '!' || lines {in_history}", (first.id,))
        while heat_counting.refresh():
            pass
        db.session.remove()
    lead = somebody(LEAD)
    page = lead.page
    lead.open(f"/studio/bundles/{office.BUNDLE}/heat", re.compile("^等候热力图"))
    expect(page.locator("main")).to_contain_text("1 个流程后台没能统计")
    lead.follow("查看原因和重试")
    lead.arrives("运行情况")
    rows = page.get_by_role("table", name="热力图未计入的流程").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("办理历史读不出来")
    lead.picture("uncounted", at="#uncounted")
    page.locator("#uncounted").get_by_role("button", name=re.compile("^重试")).click()
    expect(rows).to_contain_text("等待重试")
    with site.app.app_context():
        sql().execute(f"update activity set lines = substr(lines, 2) {in_history}", (first.id,))
        while heat_counting.refresh():
            pass
        db.session.remove()
    lead.open("/studio/running", "运行情况")
    expect(rows).to_have_count(0)
