"""The rules and columns of a decision table change places by keyboard and by menu, not by dragging alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy
from tests.browser.test_editors import DESIGNER, SAVED, TABLE, open_file, saved_text, status

Somebody = Callable[..., Person]
CREDIT, LISTED = "rule-credit", "rule-not-listed"


def test_a_rule_moves_by_keyboard_and_is_moved_back_by_undoing_once(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "规则换序")
    open_file(designer, TABLE)
    page = designer.page
    before = rules(page)
    assert before[:2] == [CREDIT, LISTED]
    page.locator(f"td[data-element-id={CREDIT}-credit]").click()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#announce")).to_have_text("规则 1 已移到第 2 条")
    assert rules(page) == [LISTED, CREDIT, *before[2:]]
    page.keyboard.type(" ")  # the cursor is still in the cell: what is typed stands there
    expect(page.locator(f"td[data-element-id={CREDIT}-credit] [contenteditable=true]").first).to_be_focused()
    page.keyboard.press("Backspace")
    expect(status(page)).to_contain_text(SAVED)
    text = saved_text(site, TABLE)
    assert text.index(f'id="{LISTED}"') < text.index(f'id="{CREDIT}"')
    page.keyboard.press("Alt+ArrowUp")
    assert rules(page) == before
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#announce")).to_have_text("已在最边上，不能再移")
    assert rules(page) == before
    designer.press("撤销")
    assert rules(page) == [LISTED, CREDIT, *before[2:]]
    designer.press("重做")
    assert rules(page) == before


def test_a_rule_moves_by_the_menu_which_opens_by_keyboard(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "菜单换序")
    open_file(designer, TABLE)
    page = designer.page
    before = rules(page)
    page.locator(f"td[data-element-id={CREDIT}-item]").click()
    page.keyboard.press("Shift+F10")
    menu = page.get_by_role("menu", name="决策表菜单")
    expect(menu.get_by_role("menuitem", name="上移规则")).to_be_disabled()
    down = menu.get_by_role("menuitem", name="下移规则")
    expect(down).to_contain_text("Alt+↓")
    page.keyboard.press("ArrowUp")  # from the first entry to the last
    for _ in range(menu.get_by_role("menuitem").count()):
        if "focused" in (down.get_attribute("class") or ""):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(menu).to_have_count(0)
    assert rules(page) == [LISTED, CREDIT, *before[2:]]


def test_a_column_moves_by_the_menu_and_stays_on_its_side(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "列换序")
    open_file(designer, TABLE)
    page = designer.page
    heads = page.locator("th.input-cell")
    first, second = heads.nth(0).inner_text(), heads.nth(1).inner_text()
    heads.nth(0).click(button="right")
    expect(page.get_by_role("menuitem", name="左移条件列")).to_be_disabled()
    page.get_by_role("menuitem", name="右移条件列").click()
    expect(page.locator("#announce")).to_have_text("第 1 列已移到第 2 列")
    assert [label(heads.nth(0).inner_text()), label(heads.nth(1).inner_text())] == [label(second), label(first)]
    heads.last.click(button="right")
    expect(page.get_by_role("menuitem", name="右移条件列")).to_be_disabled()  # what follows are results
    page.keyboard.press("Escape")
    outputs = page.locator("th.output-cell")
    outputs.first.click(button="right")
    expect(page.get_by_role("menuitem", name="左移结果列")).to_be_disabled()
    page.get_by_role("menuitem", name="右移结果列").click()
    expect(status(page)).to_contain_text(SAVED)
    text = saved_text(site, TABLE)
    assert text.index('id="input-requirement"') < text.index('id="input-item"')
    assert text.index('id="output-rule"') < text.index('id="output-eligible"')


def rules(page: Page) -> list[str]:
    """The ids of the rules as they stand in the table."""
    found: list[str] = page.locator("td.rule-index").evaluate_all("all => all.map((one) => one.dataset.rowId)")
    return found


def label(head: str) -> str:
    """A column's name, without the words before it."""
    return re.sub(r"^(当|并且|则)\s*", "", head.strip())
