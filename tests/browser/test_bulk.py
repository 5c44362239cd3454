"""Several tasks at once, and the lead's board, by keyboard alone; an open list keeps its ticks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from webapp import clock, moments
from webapp.services import orders, substitution, task_marks, tasks
from webapp.services.substitution import Naming

REVIEWER, COLLEAGUE, HEAD = "qianwei", "zhaolin", "gaozhiyuan"
POLL_MS = 31_000


@pytest.fixture
def work(site: Site) -> list[office.Handle]:
    """Four cases of the last days, one held by a colleague."""
    with site.app.app_context():
        cases = []
        for name, days in (("refused-item", 9), ("mixed-ways", 5), ("refused-item", 2), ("mixed-ways", 0)):
            with clock.frozen_at(clock.now() - timedelta(days=days)):
                cases.append(office.received(name, ways={}))
        tasks.claim(office.open_task(cases[1].id, "accept", "P2").id, by=office.person(COLLEAGUE))
        return cases


def tick(page: Page, count: int, *, of: str = "") -> None:
    """The first rows (of those that say `of`), by j and x."""
    ticked = 0
    while ticked < count:
        page.keyboard.press("j")
        if of in page.locator("tr[data-current]").inner_text():
            page.keyboard.press("x")
            ticked += 1
    expect(page.locator("[data-select-count]")).to_have_text(str(count))


def test_tasks_are_ticked_checked_and_claimed_by_keyboard(
    work: list[office.Handle], somebody: Callable[..., Person]
) -> None:
    person = somebody(REVIEWER)
    page = person.page
    person.open("/inbox?tab=groups", "待办")
    tick(page, 3)
    page.keyboard.press("b")
    expect(page.locator("#bulk button").first).to_be_focused()
    page.keyboard.press("Enter")
    person.arrives("批量认领")
    expect(page.get_by_role("heading", name="不办理的任务")).to_be_visible()
    person.picture("bulk-check")
    expect(page.get_by_role("button", name="办理 2 件")).to_be_focused()
    page.keyboard.press("Enter")
    person.arrives("批量认领：结果")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.keyboard.press("Tab")
    person.follow("返回清单")
    expect(page).to_have_url(f"{person.site.url}/inbox?tab=groups")


def test_an_open_list_keeps_its_ticks_while_work_arrives(
    site: Site, work: list[office.Handle], somebody: Callable[..., Person]
) -> None:
    person = somebody(REVIEWER)
    page = person.page
    page.clock.install()
    page.goto("/inbox?tab=groups")
    tick(page, 2)
    ticked = [box.get_attribute("value") for box in page.locator("tbody .select input:checked").all()]
    with site.app.app_context():
        new = office.received("refused-item")
        task = office.open_task(new.id, "accept", "P2").id
        task_marks.set_first(task, True, by=office.member_of("approval-bureau.head"))
    with page.expect_response("**/inbox/list*") as changed:
        page.clock.run_for(POLL_MS)
    assert changed.value.status == 200
    expect(page.locator(f"#task-{task}")).to_be_visible()
    assert [box.get_attribute("value") for box in page.locator("tbody .select input:checked").all()] == ticked
    expect(page.locator("[data-select-count]")).to_have_text("2")


def test_a_head_gives_work_out_and_orders_by_keyboard(
    site: Site, work: list[office.Handle], somebody: Callable[..., Person]
) -> None:
    today = clock.today(moments.OFFICE_ZONE)
    with site.app.app_context():
        to = office.person(REVIEWER)
        away = office.person(COLLEAGUE)
        substitution.name_stand_in(
            Naming(away.user_id, to.user_id, today, today + timedelta(days=3), reason="培训"), by=away
        )
        late = office.open_task(work[0].id, "accept", "P2")
        orders.order(
            late.id, by=office.person(HEAD), to_id=to.user_id, words="请优先办理。", finish_by=today, key="order"
        )
    person = somebody(HEAD)
    page = person.page
    person.open("/board", "科室看板")
    person.picture("lead-board")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    person.picture("lead-board-phone", size=PHONE)
    tick(page, 2, of="药品经营许可")
    page.keyboard.press("b")
    expect(page.locator("#bulk-to")).to_be_focused()
    values = [one.get_attribute("value") for one in page.locator("#bulk-to option").all()]
    for _ in range(values.index(str(to.user_id))):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#bulk-to")).to_have_value(str(to.user_id))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    person.arrives("批量分派")
    page.get_by_role("button", name="办理").focus()
    page.keyboard.press("Enter")
    person.arrives("批量分派：结果")
    person.follow("返回清单")
    person.arrives("科室看板", look=False)
    expect(page.locator("tbody tr", has_text=to.name).first).to_contain_text("2")
    page.locator("td a", has_text="督办").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("限期").fill(today.isoformat())
    page.get_by_label("督办要求").fill("请于今日内办结。")
    person.look_over()
    page.get_by_role("button", name="下达督办", exact=True).press("Enter")
    expect(page.locator(".flash")).to_contain_text("已督办")
    page.context.add_cookies([{"name": "language", "value": "en", "url": site.url}])
    person.open("/board?show=all", "Board")
