"""The editors without what came after the oldest browsers of offices: a current browser from which that is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy, rename
from tests.browser.test_editors import DESIGNER, FORM, SAVED, TABLE, cell, newest, status

#: What Chromium 109, Firefox 115 or Safari 16 lacks (tests/frontend/test_oldest_browsers.py has the versions).
WITHOUT = """
for (const [owner, names] of [
    [Array.prototype, ['toSorted', 'toReversed', 'toSpliced', 'with']],
    [Array, ['fromAsync']],
    [Object, ['groupBy']],
    [Map, ['groupBy']],
    [Promise, ['withResolvers', 'try']],
    [URL, ['canParse', 'parse']],
    [String.prototype, ['isWellFormed', 'toWellFormed']],
    [RegExp, ['escape']],
    [Set.prototype, ['union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf']],
    [Iterator.prototype, ['map', 'filter', 'take', 'drop', 'flatMap', 'reduce', 'toArray', 'forEach', 'some', 'find']],
    [Intl, ['Segmenter', 'DurationFormat']],
    [AbortSignal, ['any']],
    [Element.prototype, ['moveBefore', 'checkVisibility', 'getHTML', 'setHTMLUnsafe']],
    [HTMLElement.prototype, ['showPopover', 'hidePopover', 'togglePopover']],
    [Document.prototype, ['startViewTransition', 'caretPositionFromPoint', 'moveBefore']],
    [window, ['navigation', 'requestIdleCallback', 'scheduler', 'EditContext']],
]) for (const name of names) delete owner[name];
"""
EDITORS = {
    "design": ("_shared/item-licence.bpmn", "[data-designer]"),
    "decisions": (TABLE, "[data-decision-editor]"),
    "form": (FORM, "[data-form-editor]"),
}

Somebody = Callable[..., Person]


@pytest.mark.parametrize("editor", EDITORS)
def test_an_editor_opens_and_saves_in_an_older_browser(site: Site, somebody: Somebody, editor: str) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "旧浏览器")
    with site.app.app_context():
        copy = newest()
    path, mount = EDITORS[editor]
    page = designer.page
    page.add_init_script(WITHOUT)
    page.goto(f"/studio/copies/{copy}/{editor}?path={path}")
    assert (
        page.evaluate("'navigation' in window || 'groupBy' in Map || 'checkVisibility' in Element.prototype") is False
    )
    expect(page.locator(f"{mount}[data-ready]")).to_have_count(1)
    if editor == "design":
        rename(page, "correct", "补齐材料")
    elif editor == "decisions":
        cell(page, "rule-credit-eligible", "true")
    else:
        page.locator(".fjs-form-container [data-id=shop-name]").click()
        page.locator("#designer-properties .bio-properties-panel-group-header").first.click()
        page.locator("#bio-properties-panel-label").fill("店名")
        page.locator("#bio-properties-panel-label").blur()
    expect(status(page)).to_contain_text(SAVED)
