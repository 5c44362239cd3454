"""Ways through the diagram editor: its buttons, its menus and its list of findings, by mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import drawing
from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy, open_diagram, rename
from tests.browser.test_editors import DESIGNER, put, saved_text

OPEN = re.compile(r"\bopen\b")

DIAGRAM = "_shared/item-licence.bpmn"
TEXTS = "_shared/texts/en.toml"
Somebody = Callable[..., Person]


def at_licences(designer: Person, title: str) -> Page:
    """A working copy of this title with the process of licences in the editor."""
    begin_copy(designer, title)
    open_diagram(designer, "item-licence.bpmn")
    return designer.page


def test_elements_are_looked_for_by_the_button(site: Site, somebody: Somebody) -> None:
    page = at_licences(somebody(DESIGNER), "找元素")
    box = page.locator(".djs-search-container")
    page.get_by_role("button", name="查找元素").click()
    expect(box).to_have_class(OPEN)
    page.keyboard.type("补正")
    expect(page.locator(".djs-search-result").first).to_contain_text("补正")
    page.keyboard.press("Escape")
    expect(box).not_to_have_class(OPEN)


def test_two_elements_are_connected_by_keys(site: Site, somebody: Somebody) -> None:
    page = at_licences(somebody(DESIGNER), "按键连线")
    page.get_by_role("button", name="查找元素").click()
    page.keyboard.type("补正材料")
    page.keyboard.press("Enter")
    drawing.is_selected(page, "correct")
    drawing.stands_still(page)
    page.keyboard.press("k")
    menu = page.locator(".djs-popup")
    expect(menu).to_contain_text("连接到")
    page.keyboard.insert_text("受理")
    expect(menu.locator(".entry").first).to_contain_text("人工任务 accept")
    page.keyboard.press("Enter")
    expect(menu).to_have_count(0)
    drawn = page.locator(".djs-connection.selected")
    expect(drawn).to_have_count(1)
    line = drawn.get_attribute("data-element-id")
    page.get_by_role("button", name="保存并检查").click()
    expect(page.locator("#designer-status")).to_have_text(re.compile("已保存并检查"))
    assert f'<bpmn:sequenceFlow id="{line}" sourceRef="correct" targetRef="accept"' in saved_text(site, DIAGRAM)


def test_a_line_is_bent_by_keys(site: Site, somebody: Somebody) -> None:
    """Down, right and up; its middle part goes down, then the next to the right, and one is put back."""
    designer = somebody(DESIGNER)
    page = at_licences(designer, "按键弯折")
    page.get_by_role("button", name="查找元素").click()
    page.keyboard.type("flow-manner-review")
    page.keyboard.press("Enter")
    drawing.is_selected(page, "flow-manner-review")
    drawing.stands_still(page)
    assert corners(page) == [[765, 675], [765, 735], [1280, 735], [1280, 690]]
    page.keyboard.press("b")
    expect(page.locator("#announce")).to_have_text("弯折第 2 段，共 3 段。方向键移动，回车完成。")
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    designer.picture("bending")
    page.keyboard.press("Enter")
    drawing.is_selected(page, "flow-manner-review")
    assert corners(page) == [[765, 675], [765, 754], [1280, 754], [1280, 690]]
    for key in ("b", "b", "ArrowLeft", "ArrowLeft", "b"):
        page.keyboard.press(key)
    expect(page.locator("#announce")).to_contain_text("弯折第 1 段")
    for key in ("ArrowLeft", "Escape"):
        page.keyboard.press(key)
    assert corners(page) == [[765, 675], [765, 754], [1260, 754], [1260, 690]]
    page.keyboard.press("Control+z")
    assert corners(page)[2:] == [[1280, 754], [1280, 690]]
    drawing.saved(page)
    assert '<di:waypoint x="1280" y="754" />' in saved_text(site, DIAGRAM)


def corners(page: Page) -> list[list[float]]:
    """Of the line that the test bends."""
    found: list[list[float]] = page.evaluate(
        """() => document.querySelector('[data-designer]').modeler.get('elementRegistry').get('flow-manner-review')
            .waypoints.map(({ x, y }) => [x, y])"""
    )
    return found


def test_the_menus_count_and_call_what_they_find_in_chinese(site: Site, somebody: Somebody) -> None:
    page = at_licences(somebody(DESIGNER), "找种类")
    page.get_by_role("button", name="查找元素").click()
    page.keyboard.type("correct")
    page.locator(".djs-search-result").first.click()
    page.locator(".djs-context-pad .entry[data-action=append]").click()
    menu = page.locator(".djs-popup .djs-popup-search input")
    menu.fill("没有这一种")
    expect(page.locator(".djs-popup-search-count")).to_have_text("找到 0 个")
    for named in ("人工任务", "排他网关", "调用活动", "接收任务", "手工任务"):
        menu.fill(named)
        expect(page.locator(".djs-popup .entry").first).to_contain_text(named)
    for other in ("用户任务", "独占网关", "接受任务", "手动任务"):
        menu.fill(other)
        expect(page.locator(".djs-popup-search-count")).to_have_text("找到 0 个")


def test_a_finding_of_an_elements_text_selects_the_element(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    page = at_licences(designer, "没有英文")
    rename(page, "correct", "补齐全部材料")
    page.get_by_role("button", name="保存并检查").click()
    put(site, TEXTS, saved_text(site, TEXTS).replace('"correct.name"', '"correct.nam"').encode())
    rename(page, "correct", "补齐材料")
    found = page.locator("#designer-findings li").filter(has_text="没有英文：补齐材料")
    found.get_by_role("button").click()
    expect(page.locator('[data-element-id="correct"].selected')).to_have_count(1)
    expect(found.get_by_role("link", name="填写英文")).to_be_visible()
    expect(page.get_by_role("link", name="整件事的全部问题")).to_be_visible()
    designer.picture("designer-english")
