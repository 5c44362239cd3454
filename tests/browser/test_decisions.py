"""Why an item may or may not go by commitment: at the window in place, and later from the case."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.support import office

Somebody = Callable[..., Person]


def test_the_reasons_of_a_decision_are_read_at_the_window_and_in_the_case(site: Site, somebody: Somebody) -> None:
    with site.app.app_context():
        draft = office.draft("ordinary")
    at_the_window(somebody("lixiaoyun"), draft)
    case = site.received("commitment")
    in_the_case(somebody("zhaolin"), case.id)


def at_the_window(clerk: Person, draft: int) -> None:
    """The reasons open in place, below the rule."""
    page = clerk.page
    clerk.open(f"/application/{draft}/commitment", "选择办理方式")
    page.get_by_text("为什么不适用告知承诺").first.click()
    expect(page.get_by_role("table").first).to_be_visible()
    expect(page.locator("tr.is-matched").first).to_contain_text("处方药、甲类非处方药按一般程序")
    clerk.look_over()


def in_the_case(reviewer: Person, case: int) -> None:
    """From the list of items to the page that draws what was kept."""
    page = reviewer.page
    page.goto(f"/cases/{case}")
    reviewer.look_over()
    page.get_by_role("link", name=re.compile("为什么.*药品经营许可")).click()
    reviewer.arrives(re.compile("^判断依据："))
    drugs = page.locator("section.card").filter(has_text="药品经营许可").first
    expect(drugs.locator("tr.is-matched")).to_contain_text("仅乙类非处方药可以当场决定")
    expect(drugs.locator("td mark").first).to_have_text("有未修复的不良信用记录")
    reviewer.picture("decision")
