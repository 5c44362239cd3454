"""What an editor does where its saving is not answered, and where it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import SAVED, begin_copy, open_diagram, rename
from tests.support import office
from webapp.services import copy_ending

Somebody = Callable[..., Person]
NO_ANSWER = "net::ERR_FAILED"
SAVING = re.compile(r"/copies/\d+/file\?")


def opened(designer: Person, title: str) -> int:
    """A diagram of a new working copy is open in the editor; the id of the copy."""
    designer.page.clock.install()
    begin_copy(designer, title)
    copy_id = int(designer.page.url.rpartition("/")[2])
    open_diagram(designer, "item-licence.bpmn")
    return copy_id


def status_says(page: Page, said: str | re.Pattern[str]) -> None:
    expect(page.locator("#designer-status")).to_contain_text(said)


def test_what_was_saved_while_its_answer_was_lost_is_no_conflict(site: Site, somebody: Somebody) -> None:
    designer = somebody("taoran")
    opened(designer, "断线")
    page = designer.page
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)  # the office has it, the page gets no answer
        route.abort()

    page.route(SAVING, lose, times=1)
    with page.expect_event("requestfailed", lambda one: bool(SAVING.search(one.url))):
        rename(page, "correct", "补齐材料")
        page.clock.run_for(1_500)
    assert lost == [200]
    page.clock.run_for(7_000)
    status_says(page, SAVED)
    expect(page.locator("#designer-refused")).to_be_hidden()
    assert len(designer.faults) == 1
    assert NO_ANSWER in designer.faults.pop()


def test_an_editor_stops_where_its_copy_has_ended_and_says_so(site: Site, somebody: Somebody) -> None:
    designer = somebody("taoran")
    designer.refusals.add(409)
    copy_id = opened(designer, "已结束")
    page = designer.page
    with site.app.app_context():
        copy_ending.end(copy_id, by=office.person("taoran"))
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if SAVING.search(one.url) and one.method == "POST" else None)
    rename(page, "correct", "补齐材料")
    page.clock.run_for(1_500)
    expect(page.locator("#designer-refused")).to_contain_text("此工作稿已结束，不能再修改。")
    status_says(page, "没有保存")
    page.clock.run_for(60_000)
    assert len(sent) == 1
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载我的图").click()
    assert 'name="补齐材料"' in taken.value.path().read_text("utf-8")
