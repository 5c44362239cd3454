"""Supervision on the screen: a unit is told and answers, the supervisor goes from a figure to the work and decides."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from webapp import clock
from webapp.services import figures, signal_watch


@pytest.fixture
def late_case(site: Site) -> office.Handle:
    """Accepted three weeks ago; the signboard's review has been held since then, and its promise has passed."""
    with site.app.app_context():
        with clock.frozen_at(clock.now() - timedelta(days=21)):
            case = office.received("ordinary", ways={})
            office.act(case.id, "backfill", "P1")
            office.act(case.id, "accept", "P2")
            office.act(case.id, "accept", "P6")
            office.claimed(case.id, "review", "P6", by=office.person("hanlei"))
        with clock.frozen_at(clock.now() - timedelta(days=20)):
            other = office.received("ordinary", ways={})
            office.act(other.id, "backfill", "P1")
            office.act(other.id, "accept", "P6")
            office.act(other.id, "review", "P6", by=office.person("yangmei"))
            office.act(other.id, "decide", "P6")
        assert signal_watch.sweep() > 0
        figures.refresh()
    return case


def shown(page: Page, caption: str) -> list[list[str]]:
    """A table as it stands on the screen."""
    rows = page.locator("table").filter(has=page.locator("caption", has_text=caption)).locator("tr").all()
    return [[" ".join(cell.inner_text().split()) for cell in row.locator("th, td").all()] for row in rows]


def downloaded(person: Person, caption: str, folder: Path) -> list[list[str]]:
    """The file of the table with this caption."""
    with person.page.expect_download() as waiting:
        person.page.get_by_role("link", name=re.compile(f"下载 CSV.*{caption}")).click()
    target = folder / "list.csv"
    waiting.value.save_as(target)
    return list(csv.reader(target.read_text("utf-8-sig").splitlines()))


def test_a_unit_answers_and_the_supervisor_decides(
    late_case: office.Handle, somebody: Callable[..., Person], tmp_path: Path
) -> None:
    reviewer = somebody("hanlei")
    reviewer.follow("监察信号")
    reviewer.arrives("监察信号")
    reviewer.page.keyboard.press("j")  # by keyboard: the first row, and in
    reviewer.page.keyboard.press("Enter")
    expect(reviewer.page.get_by_role("button", name="提交答复")).to_be_visible()
    reviewer.look_over()
    reviewer.follow("返回信号清单")
    reviewer.follow("超过承诺时限")
    reviewer.arrives("超过承诺时限")
    reviewer.press("提交答复")
    expect(reviewer.page.locator(".error-summary")).to_contain_text("请写明理由")
    reviewer.look_over()
    reviewer.page.get_by_label("理由", exact=True).fill("申请人约定的踏勘时间推迟，已在系统记录。")
    reviewer.press("提交答复")
    expect(reviewer.page.get_by_role("status").first).to_be_attached()
    reviewer.arrives("超过承诺时限")
    reviewer.page.get_by_label("理由", exact=True).fill("延误由申请人原因造成，请予撤销。")
    reviewer.press("提出申诉")
    expect(reviewer.page.locator(".said-list")).to_contain_text("单位申诉")
    expect(reviewer.page.get_by_role("button", name="提交答复")).to_have_count(0)

    supervisor = somebody("xieguang")
    supervisor.follow("监督")
    supervisor.arrives("监督")
    supervisor.picture("board")
    supervisor.picture("board-phone", size=PHONE)
    listed = downloaded(supervisor, "各单位时限", tmp_path)
    assert listed == shown(supervisor.page, "各单位时限")
    supervisor.follow("江城市城市管理局")
    supervisor.arrives("江城市城市管理局：时限看板")
    supervisor.follow("韩磊")
    supervisor.arrives("江城市城市管理局 · 韩磊：时限看板")
    assert downloaded(supervisor, "在办清单", tmp_path) == shown(supervisor.page, "在办清单")
    supervisor.follow("监察信号")
    supervisor.arrives("监察信号")
    supervisor.follow("申诉待决")
    supervisor.follow("超过承诺时限")
    supervisor.arrives("超过承诺时限")
    supervisor.page.get_by_label("决定的理由", exact=True).fill("现场记录属实，非本单位原因，予以撤销。")
    supervisor.picture("signal")
    supervisor.press("撤销信号")
    expect(supervisor.page.locator(".said-list")).to_contain_text("监察撤销")
    expect(supervisor.page.locator("main form")).to_have_count(0)
    supervisor.look_over()


def test_the_boards_in_english_and_without_script(
    late_case: office.Handle, site: Site, somebody: Callable[..., Person]
) -> None:
    supervisor = somebody("xieguang", script=False)
    supervisor.context.add_cookies([{"name": "language", "value": "en", "url": site.url}])
    supervisor.open("/supervision", "Supervision")
    supervisor.follow("Jiangcheng Urban Management Bureau")
    supervisor.arrives("Jiangcheng Urban Management Bureau: limits")
    supervisor.follow("Supervision signals")
    supervisor.arrives("Supervision signals")
    supervisor.page.get_by_label("Colour").select_option("yellow")
    supervisor.press("Show")
    supervisor.follow("Past the promised limit")
    supervisor.arrives("Past the promised limit")
    expect(supervisor.page.locator("main")).not_to_contain_text("责任")
