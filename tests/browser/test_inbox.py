"""The inbox on the screen: by keyboard, kept open while work arrives, narrowed and saved, in both languages."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Response, expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from webapp import clock, moments
from webapp.services import signal_watch, suspension, task_marks, tasks

REVIEWER, COLLEAGUE = "qianwei", "zhaolin"
POLL_MS = 31_000


@pytest.fixture
def work(site: Site) -> list[office.Handle]:
    """Cases of the last two weeks: late, near, held by a colleague, set first, standing still, with a signal."""
    cases = []
    with site.app.app_context():
        for name, days in (("refused-item", 16), ("mixed-ways", 9), ("refused-item", 8), ("mixed-ways", 5)):
            with clock.frozen_at(clock.now() - timedelta(days=days)):
                cases.append(office.received(name, ways={}))
        cases += [office.received(name, ways={}) for name in ("refused-item", "mixed-ways")]
        assert signal_watch.sweep() > 0
        waiting = [office.open_task(case.id, "accept", "P2").id for case in cases]
        tasks.claim(waiting[1], by=office.person(COLLEAGUE))
        task_marks.set_first(waiting[3], True, by=office.member_of("approval-bureau.head"))
        task_marks.follow_up(waiting[4], clock.today(moments.OFFICE_ZONE), by=office.person(REVIEWER))
        suspension.suspend(cases[5].id, by=office.person("weixiaohong"), reason="等待上级答复", key="k")
    return cases


def test_work_is_found_opened_and_claimed_by_keyboard_and_back_leads_to_the_same_place(
    work: list[office.Handle], somebody: Callable[..., Person]
) -> None:
    person = somebody(REVIEWER)
    page = person.page
    person.open("/inbox?tab=free&sort=number", "待办")
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator("tr[data-current] a").first
    name = chosen.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.go_back()
    expect(page).to_have_url(f"{person.site.url}/inbox?tab=free&sort=number")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_contain_text("受理审查")
    person.follow("返回待办")  # the link of the page leads to the same place, too
    expect(page).to_have_url(f"{person.site.url}/inbox?tab=free&sort=number")
    page.keyboard.press("/")
    page.keyboard.type("jcjm")
    page.keyboard.press("Enter")
    expect(page.locator("#inbox-list tbody tr").first).to_contain_text("江城济民")
    expect(page.locator(".filter-chips")).to_contain_text("jcjm")
    person.look_over()


def test_an_open_list_takes_in_what_is_new_and_keeps_its_place(
    site: Site, work: list[office.Handle], somebody: Callable[..., Person]
) -> None:
    person = somebody(REVIEWER)
    page = person.page
    answers: list[int] = []

    def heard(answer: Response) -> None:
        if "/inbox/list" in answer.url:
            answers.append(answer.status)

    page.on("response", heard)
    page.clock.install()
    page.goto("/inbox?tab=groups")
    rows = page.locator("#inbox-list tbody tr")
    before = rows.count()
    page.keyboard.press("j")
    page.keyboard.press("j")
    current = page.locator("tr[data-current]").get_attribute("id")
    with page.expect_response("**/inbox/list*") as unchanged:
        page.clock.run_for(POLL_MS)
    assert unchanged.value.status == 304
    with site.app.app_context():
        new = office.received("refused-item")
        task = office.open_task(new.id, "accept", "P2").id
        task_marks.set_first(task, True, by=office.member_of("approval-bureau.head"))
    with page.expect_response("**/inbox/list*") as changed:
        page.clock.run_for(POLL_MS)
    assert changed.value.status == 200
    expect(rows).to_have_count(before + 1)
    expect(page.locator(f"#task-{task}")).to_contain_text("优先")
    expect(page.locator("tr[data-current]")).to_have_attribute("id", current or "")
    expect(page.locator("tr[data-current] a").first).to_be_focused()
    with page.expect_response("**/inbox/list*") as again:  # it asks by its new name
        page.clock.run_for(POLL_MS)
    assert again.value.status == 304
    assert answers.count(200) == 1


def test_a_list_is_narrowed_saved_shared_and_taken_along_as_a_file(
    work: list[office.Handle], somebody: Callable[..., Person], tmp_path: Path
) -> None:
    person = somebody(REVIEWER)
    page = person.page
    person.open("/inbox", "待办")
    page.get_by_label("一件事", exact=True).select_option(label="开办药店")
    page.get_by_label("期限", exact=True).select_option(label="已逾期")
    person.press("按条件显示")
    person.arrives("待办")
    page.get_by_text("申请内容列（最多 4 列）").click()
    page.get_by_label("所在区县").check()
    person.press("按条件显示")
    expect(page.locator("#inbox-list thead")).to_contain_text("所在区县")
    person.look_over()
    with page.expect_download() as waiting:
        person.follow("下载本页 CSV")
    waiting.value.save_as(tmp_path / "inbox.csv")
    lines = list(csv.reader((tmp_path / "inbox.csv").read_text("utf-8-sig").splitlines()))
    assert lines[0] == [
        " ".join(one.split()) for one in page.locator("#inbox-list thead th:not(.select)").all_inner_texts()
    ]
    assert len(lines) - 1 == page.locator("#inbox-list tbody tr").count()
    person.follow("保存当前清单…")
    person.press("保存视图")
    person.arrives("待办视图")  # without a name
    page.get_by_label("视图名称").first.fill("逾期的药店")
    page.get_by_label("谁能看到").first.select_option(index=1)
    person.press("保存视图")
    expect(page.locator("#inbox-views .count")).not_to_be_empty()
    person.look_over()
    person.follow("保存和管理…")
    person.press("设为默认视图")
    person.arrives("待办视图")
    page.goto("/inbox")
    expect(page.locator("h1 + .chip")).to_have_text("逾期的药店")
    colleague = somebody(COLLEAGUE)
    colleague.page.goto("/inbox")
    expect(colleague.page.locator("#inbox-views")).to_contain_text("逾期的药店")


def test_a_lead_sees_the_whole_department_and_sets_work_first(
    work: list[office.Handle], site: Site, somebody: Callable[..., Person]
) -> None:
    with site.app.app_context():
        head = office.member_of("approval-bureau.head").login
    person = somebody(head)
    person.open("/inbox?tab=unit", "待办")
    person.page.locator(".follow").last.click()
    person.arrives("跟进和优先")
    person.press("设为优先")
    expect(person.page).to_have_url(f"{site.url}/inbox?tab=unit")
    expect(person.page.locator("#inbox-list tbody tr.is-first")).to_have_count(2)


def test_the_inbox_as_it_looks(work: list[office.Handle], somebody: Callable[..., Person]) -> None:
    person = somebody(REVIEWER)
    for tab in ("groups", "mine", "free", "waiting", "done"):
        person.open(f"/inbox?tab={tab}", "待办")
    person.open("/inbox?tab=groups&bundle=open-pharmacy&col=district", "待办")
    person.picture("inbox")
    person.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    person.page.reload()  # on the phone the conditions are folded up
    person.picture("inbox-phone", size=PHONE)
    person.page.context.add_cookies([{"name": "language", "value": "en", "url": person.site.url}])
    person.open("/inbox?tab=groups&due=overdue", "Inbox")
    person.picture("inbox-en")
    person.open("/inbox/views?query=due%3Doverdue", "Views of the inbox")


def test_the_list_is_narrowed_without_script(work: list[office.Handle], somebody: Callable[..., Person]) -> None:
    person = somebody(REVIEWER, script=False)
    person.open("/inbox", "待办")
    person.page.get_by_label("办理人", exact=True).select_option(label="无人认领")
    person.press("按条件显示")
    expect(person.page).to_have_url(re.compile("holder=none"))
    expect(person.page.locator("#inbox-list tbody")).not_to_contain_text("赵琳")
