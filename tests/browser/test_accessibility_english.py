"""Every page in English is there, and no wider than the desk and the phone. Runs beside the Chinese.

The same elements are judged by axe in Chinese; `make accessibility` has it look at both languages.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.accessibility import all_pages, application


def test_no_page_has_a_fault_in_english(database_server: str, tmp_path: Path, chromium: Browser) -> None:
    with application(database_server, "accessible_en", tmp_path) as app, all_pages(app) as pages:
        seen = list(pages.looks(chromium, "en", ()))
    assert {one.page for one in seen} == {one.page for one in pages.found.visits}
    assert [one for one in seen if one.faults] == []
