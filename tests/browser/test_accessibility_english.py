"""Every page in English: with axe on the desk, and no wider than the phone. Runs beside the Chinese.

The same elements were judged on the phone in Chinese; `make accessibility` has axe look at all four.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.accessibility import all_pages, application
from tests.browser.person import WIDE


def test_no_page_has_a_fault_in_english(database_server: str, tmp_path: Path, chromium: Browser) -> None:
    with application(database_server, "accessible_en", tmp_path) as app, all_pages(app) as pages:
        seen = list(pages.looks(chromium, "en", (WIDE,)))
    assert {one.page for one in seen} == {one.page for one in pages.found.visits}
    assert [one for one in seen if one.faults] == []
