"""Ways through the diagram editor: its buttons, its menus and its list of findings, by mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy, open_diagram
from tests.browser.test_editors import DESIGNER

OPEN = re.compile(r"\bopen\b")

Somebody = Callable[..., Person]


def test_elements_are_looked_for_by_the_button(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "找元素")
    open_diagram(designer, "item-licence.bpmn")
    page = designer.page
    box = page.locator(".djs-search-container")
    page.get_by_role("button", name="查找元素").click()
    expect(box).to_have_class(OPEN)
    page.keyboard.type("补正")
    expect(page.locator(".djs-search-result").first).to_contain_text("补正")
    page.keyboard.press("Escape")
    expect(box).not_to_have_class(OPEN)


def test_the_menus_count_and_call_what_they_find_in_chinese(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "找种类")
    open_diagram(designer, "item-licence.bpmn")
    page = designer.page
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
