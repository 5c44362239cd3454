"""A long list of colleagues is narrowed while one types, by hand and by keyboard; what is chosen stays."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.support import office
from tests.webapp.test_finders import FAMILY, join
from webapp.extensions import db
from webapp.services import tasks

REVIEWER = "zhaolin"


@pytest.fixture
def task(site: Site) -> int:
    """A drug licence to be examined, claimed by a reviewer of many."""
    with site.app.app_context():
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
        opened = office.open_task(case.id, "examine", "P2").id
        tasks.claim(opened, by=office.person(REVIEWER))
        join(REVIEWER)
        db.session.commit()
        return int(opened)


def test_a_colleague_is_found_in_a_long_list_while_one_types(task: int, somebody: Callable[..., Person]) -> None:
    reviewer = somebody(REVIEWER)
    reviewer.open(f"/tasks/{task}/more/ask", re.compile("征求意见"))
    page = reviewer.page
    boxes = page.locator("#f-addressees-list .choice")
    expect(boxes.filter(visible=True)).to_have_count(boxes.count())
    page.get_by_label("欧阳修").check()
    page.get_by_label("查找同事").fill("liu")
    expect(boxes.filter(visible=True)).to_have_text(["柳青药品审批科", "柳如是药品审批科", "欧阳修药品审批科"])
    expect(page.locator("[data-finder='f-addressees-list'] [role=status]")).to_have_text("找到 2 个")
    page.get_by_label("查找同事").press("Enter")  # sends nothing
    expect(page.get_by_label("查找同事")).to_be_focused()
    reviewer.picture("finder")
    for typed, found in (
        ("and", ["安大勇"]),
        ("ang", []),
        ("lue", ["司马略"]),
        ("an", [one for one in FAMILY if "安" in one]),
    ):
        page.get_by_label("查找同事").fill(typed)
        expect(page.locator("[data-finder='f-addressees-list'] [role=status]")).to_have_text(f"找到 {len(found)} 个")
        for name in found:
            expect(page.get_by_label(name)).to_be_visible()
    page.get_by_label("查找同事").fill("")
    expect(boxes.filter(visible=True)).to_have_count(boxes.count())


def test_a_list_to_choose_from_leaves_those_who_are_found(task: int, somebody: Callable[..., Person]) -> None:
    reviewer = somebody(REVIEWER)
    reviewer.open(f"/tasks/{task}/more/hand-over", re.compile("转办"))
    page = reviewer.page
    page.get_by_label("转办给", exact=True).select_option(label="诸葛亮 · 药品审批科（在办 0 件）")
    page.get_by_label("查找人员").fill("ouyang")
    options = page.get_by_label("转办给", exact=True).locator("option")
    expect(options).to_contain_text(["请选择", "欧阳修", "诸葛亮"])
    expect(page.get_by_label("转办给", exact=True).locator("option:checked")).to_contain_text("诸葛亮")
