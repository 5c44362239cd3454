"""Where cases wait, on the diagram and in words, and the ways that they took: with script and without."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from webapp import clock
from webapp.clock import frozen_at
from webapp.extensions import db
from webapp.services import heat_counting

DESIGNER = "taoran"
Somebody = Callable[..., Person]
HEADING = re.compile("^等候热力图：|^Heat map of waits: ")


def some_weeks(site: Site) -> None:
    """Cases by commitment and in the ordinary way over five weeks; the worker has counted."""
    chance = random.Random(3)
    begun = (clock.now() - timedelta(weeks=6)).replace(hour=2, minute=0, second=0, microsecond=0)
    with site.app.app_context():
        for number in range(6):
            moment = begun + timedelta(days=number * 3)
            with frozen_at(moment):
                quick = office.received("commitment")
                slow = office.received("ordinary", ways={}) if number % 2 else None
            for step, item in (("immediate", "P2"), ("immediate", "P3"), ("immediate", "P4")):
                moment += timedelta(minutes=chance.randrange(5, 300))
                with frozen_at(moment):
                    office.act(quick.id, step, item)
                    office.run_jobs(quick.id)
            for item in ("P2", "P3", "P4"):
                moment += timedelta(hours=chance.randrange(1, 20))
                with frozen_at(moment):
                    office.act(quick.id, "issue", item)
                    office.act(quick.id, "deliver", item)
            for step, item in (("backfill", "P1"), ("accept", "P2"), ("accept", "P3"), ("immediate", "P5")):
                moment += timedelta(hours=chance.randrange(2, 60))
                if slow is not None and moment < datetime.now(UTC):
                    with frozen_at(moment):
                        office.act(slow.id, step, item)
        while heat_counting.refresh():
            pass
        db.session.remove()


@pytest.mark.parametrize("script", [True, False])
def test_a_designer_finds_where_cases_wait_and_which_way_they_went(
    site: Site, somebody: Somebody, script: bool
) -> None:
    some_weeks(site)
    designer = somebody(DESIGNER, script=script)
    page = designer.page
    designer.open(f"/studio/bundles/{office.BUNDLE}", re.compile("."))
    designer.follow("等候热力图")
    designer.arrives(HEADING)
    designer.picture("heat")
    page.get_by_role("link", name="药品经营许可（零售）", exact=True).click()
    expect(page.get_by_role("table", name="按部门")).to_contain_text("行政审批")
    expect(page.get_by_role("table", name="按月份")).to_be_visible()
    page.get_by_label("流程", exact=True).select_option(label="许可事项办理")
    designer.press("按条件显示")
    designer.arrives(HEADING)
    expect(page.get_by_role("table", name="走完的路径")).to_contain_text("→")
    designer.picture("heat-phone", size=PHONE)
    page.get_by_role("link", name=re.compile("^显示")).first.click()
    designer.arrives(HEADING)
    expect(page.locator("main")).to_contain_text("粗线是所选的路径")
    designer.follow("显示等候时间")
    page.locator(".topbar-user summary").click()
    designer.press("English")
    designer.arrives(HEADING)
    expect(page.locator("main")).to_contain_text("Nine in ten within")
