"""Every page with axe, in Chinese: on the desk and on the phone. In English: test_accessibility_english.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.accessibility import DOC, Pages, all_pages, application, listed, rule_of
from tests.browser.person import OF_THE_DESK, PHONE


@pytest.fixture(scope="module")
def pages(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with application(database_server, "accessible_zh", tmp_path_factory.mktemp("home")) as app, all_pages(app) as pages:
        yield pages


def test_there_is_something_to_see_on_every_page(pages: Pages) -> None:
    assert pages.found.missing == ()


def test_the_document_lists_every_page(pages: Pages) -> None:
    known = {rule_of(page) for page in listed(DOC.read_text("utf-8"))}
    assert sorted({rule_of(one.page) for one in pages.found.visits} ^ known) == [], "make accessibility"


def test_no_page_has_a_fault_in_chinese(pages: Pages, chromium: Browser) -> None:
    seen = list(pages.looks(chromium, "zh", without={PHONE[0]: OF_THE_DESK}))
    assert {one.page for one in seen} == {one.page for one in pages.found.visits}
    assert [one for one in seen if one.faults] == []
