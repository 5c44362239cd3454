"""From an empty page: a diagram drawn by keyboard alone, and every kind of work placed, in one language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from lxml import etree
from playwright.sync_api import Locator, Page, expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy, ready
from tests.browser.test_editors import DESIGNER, IN_ENGLISH, newest, put, saved_text

PATH, PROCESS = "open-pharmacy.bpmn", "空的流程"
SAVED = {"zh": "已保存并检查", "en": "Saved and checked"}
#: A process of which only the beginning is drawn.
EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://one-window/processes">
  <bpmn:process id="open-pharmacy" name="空的流程" isExecutable="true"><bpmn:startEvent id="start" /></bpmn:process>
  <bpmndi:BPMNDiagram id="x"><bpmndi:BPMNPlane id="y" bpmnElement="open-pharmacy">
    <bpmndi:BPMNShape id="s" bpmnElement="start"><dc:Bounds x="180" y="160" width="36" height="36"/></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""
KINDS = (
    "部门审查", "资料审查", "作出决定", "即办", "受理审查", "补正材料", "联合核查", "事后核查", "出件", "记录办理情况",
    "其他环节", "许可事项", "备案事项", "外部系统办理的事项", "出件送达", "特别程序", "制证", "告知承诺办理？",
    "通知提醒",
)  # fmt: skip
#: Those of them that begin with a post, or with none yet, and no expression: their field lists the office's posts.
NAMING_POSTS = ("补正材料", "联合核查", "事后核查", "出件", "记录办理情况", "其他环节")
POSTS = {"zh": "候选岗位", "en": "Candidate groups"}
BPMN, ZEEBE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}", "{http://camunda.org/schema/zeebe/1.0}"
PLACED = '.djs-shape:is([data-element-id^="Activity_"], [data-element-id^="Gateway_"]):not([data-element-id$="_label"])'
#: Every text of the page in Chinese but what stands in the file, names of people and of the working copy.
IN_CHINESE = """() => {
    const found = new Set();
    const note = (text, where) => { if (/[\\u3400-\\u9fff]/.test(text ?? '')) found.add(`${where}: ${text.trim()}`); };
    const walk = (element) => {
        if (element.matches('svg, .cm-content, .bio-properties-panel-header-label, [contenteditable]')) return;
        for (const name of ['title', 'placeholder', 'aria-label']) note(element.getAttribute(name), name);
        for (const child of element.childNodes) {
            if (child.nodeType === Node.TEXT_NODE) note(child.data, 'text');
            else if (child.nodeType === Node.ELEMENT_NODE) walk(child);
        }
    };
    for (const one of document.querySelectorAll('.designer, .designer-bar, .designer-keys')) walk(one);
    return [...found];
}"""

Somebody = Callable[..., Person]


def test_a_diagram_is_drawn_by_keyboard_alone(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    page = open_empty(site, designer, "只用键盘", "zh")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('[data-designer]') !== null"):
            break
    page.keyboard.press("Control+f")
    page.keyboard.type("start")
    enter(page)
    page.keyboard.press("a")
    page.keyboard.type("部门审查")
    expect(page.locator(".djs-popup .entry")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.type("窗口核对")  # over the name of the kind, which is marked
    enter(page)
    expect(labels(page)).to_have_text(["窗口核对"])
    page.keyboard.press("a")
    page.keyboard.type("结束事件")
    expect(page.locator(".djs-popup .entry").first).to_have_text("结束事件")
    page.keyboard.press("Enter")
    page.keyboard.type("办结")
    enter(page)
    expect(page.locator("#designer-status")).to_contain_text(SAVED["zh"])
    page.keyboard.press("e")
    page.keyboard.type("了")
    enter(page)
    expect(labels(page)).to_have_text(["窗口核对", "办结了"])
    page.keyboard.press("Control+z")
    expect(labels(page)).to_have_text(["窗口核对", "办结"])
    page.keyboard.press("Control+s")
    expect(page.locator("#designer-status")).to_contain_text(SAVED["zh"])
    process = etree.fromstring(saved_text(site, PATH).encode())
    assert [one.get("name") for one in process.iterfind(f".//{BPMN}userTask")] == ["窗口核对"]
    assert [one.get("name") for one in process.iterfind(f".//{BPMN}endEvent")] == ["办结"]
    assert len(process.findall(f".//{BPMN}sequenceFlow")) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_work_is_placed_with_its_name(site: Site, somebody: Somebody, language: str) -> None:
    designer = somebody(DESIGNER)
    page = open_empty(site, designer, "各种环节", language)
    others = IN_ENGLISH if language == "zh" else IN_CHINESE
    found = set(page.evaluate(others))
    assert set(NAMING_POSTS) < set(KINDS)
    page.locator('.djs-element[data-element-id="start"]').first.click()
    for number, name in enumerate(kinds(page), 1):
        page.locator('.djs-context-pad [data-action="append"]').first.click()
        menu = page.locator(".djs-popup")
        expect(menu.locator(".entry").first).to_contain_text(kinds(page)[0])  # our own come first
        found |= set(page.evaluate(others))
        menu.locator("input").fill(name)
        menu.locator(".entry").filter(has_text=name).first.click()
        page.keyboard.press("Escape")  # the name of the kind stands
        expect(page.locator(PLACED)).to_have_count(number)
        page.locator("#designer-properties .bio-properties-panel-group-header:not(.open)").evaluate_all(
            "all => all.forEach((one) => one.click())"
        )
        found |= set(page.evaluate(others))
        if KINDS[number - 1] in NAMING_POSTS:
            panel = page.locator("#designer-properties")
            expect(panel.get_by_role("combobox", name=POSTS[language])).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#designer-status")).to_contain_text(SAVED[language])
    quoted = f"Activity_|{PROCESS}|No English for: "  # what a finding quotes is in the language of the file
    assert sorted(one for one in found if not re.search(quoted, one)) == []
    process = etree.fromstring(saved_text(site, PATH).encode())
    placed = process.iterfind(f".//{{*}}process/*[@{ZEEBE}modelerTemplate]")
    assert [one.get("name") for one in placed] == list(KINDS)  # in the office's language, whoever draws


def test_what_a_call_is_given_follows_the_item_that_is_written(site: Site, somebody: Somebody) -> None:
    """Another item written under 事项 brings its posts, way and result with it, and one undo takes all of it back."""
    page = open_empty(site, somebody(DESIGNER), "改事项", "zh")
    page.locator('.djs-element[data-element-id="start"]').first.click()
    page.locator('.djs-context-pad [data-action="append"]').first.click()
    page.locator(".djs-popup input").fill("备案事项")
    page.locator(".djs-popup .entry").first.click()
    page.keyboard.press("Escape")
    page.locator("#designer-properties .bio-properties-panel-group-header:not(.open)").evaluate_all(
        "all => all.forEach((one) => one.click())"
    )
    assert mappings(page)["groups"] == "=items.P1.groups"
    field = page.locator("#designer-properties").get_by_role("textbox", name="事项", exact=True)
    field.fill('"S1"')
    field.press("Tab")
    expected = {name: f"=items.S1.{name}" for name in ("way", "committed", "accepts", "immediate", "groups")}
    assert mappings(page) == {"item": '="S1"', **expected, "result_S1": "=outcome"}


def mappings(page: Page) -> dict[str, str]:
    """Target -> source of the mappings of the call on the diagram."""
    found: dict[str, str] = page.evaluate("""() => {
        const modeler = document.querySelector('[data-designer]').modeler;
        const call = modeler.get('elementRegistry').find((one) => one.type === 'bpmn:CallActivity');
        const map = call.businessObject.extensionElements.values.find((one) => one.$type === 'zeebe:IoMapping');
        const all = [...(map.inputParameters ?? []), ...(map.outputParameters ?? [])];
        return Object.fromEntries(all.map(({ target, source }) => [target, source]));
    }""")
    return found


def open_empty(site: Site, designer: Person, title: str, language: str) -> Page:
    """The empty page in the editor."""
    begin_copy(designer, title)
    with site.app.app_context():
        copy = newest()
    put(site, PATH, EMPTY.encode())
    page = designer.page
    page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
    page.goto(f"/studio/copies/{copy}/design?path={PATH}")
    ready(page)
    return page


def enter(page: Page) -> None:
    """Enter ends what was typed, and the drawing hears keys again."""
    page.keyboard.press("Enter")
    expect(page.locator("[data-designer] svg[tabindex]:focus")).to_have_count(1)


def labels(page: Page) -> Locator:
    return page.locator("[data-designer] .djs-label").filter(has_text=re.compile(r"\S"))


def kinds(page: Page) -> list[str]:
    """The kinds of work that the menus offer, as they are called on the page."""
    found: list[str] = page.evaluate(
        "document.querySelector('[data-designer]').modeler.get('elementTemplates').getAll().map((one) => one.name)"
    )
    return found
