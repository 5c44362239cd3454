"""A designer in the diagram editor, by mouse and keys: making room, placing, naming, filling the panel, removing."""

from __future__ import annotations

import re
from contextlib import suppress

from playwright.sync_api import FloatRect, Locator, Page, expect

SELECTED = re.compile(r"\bselected\b")
SAVED = re.compile("已保存并检查")
#: What the menus call it.
TASK = re.compile("^(用户|人工)任务$")
#: Where it is once what has changed is drawn: two frames on.
DRAWN_AT = """drawn => new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const { x, y, width, height } = drawn.getBoundingClientRect();
    told({ x, y, width, height });
})))"""
#: An element stands further to the right than that.
HAS_MOVED = """([element, x]) =>
    document.querySelector(`.djs-element[data-element-id="${element}"] .djs-hit`).getBoundingClientRect().x > x"""
#: Nothing has scrolled for 30 frames; what has not come to rest after 600 never does.
UNTIL_STILL = """viewport => new Promise((still, never) => {
    let [seen, frames, looks] = ['', 0, 0];
    const look = () => {
        const now = viewport.getAttribute('transform');
        [seen, frames, looks] = [now, now === seen ? frames + 1 : 0, looks + 1];
        if (frames >= 30) still();
        else if (looks >= 600) never(new Error(`the drawing still moves: ${now}`));
        else requestAnimationFrame(look);
    };
    look();
})"""
#: The editor takes a click so soon after a drag, in ms, for the end of it.
CLICK_OF_A_DRAG = 400


def opened(page: Page) -> None:
    """The editor shows its diagram."""
    expect(page.locator("[data-designer][data-ready]")).to_have_count(1)


def saved(page: Page) -> None:
    """What was drawn has been saved by itself, and the server has said what it finds."""
    expect(page.locator("#designer-status")).to_have_text(SAVED)


def shape(page: Page, element: str) -> Locator:
    """A shape or a line of the diagram, by its id."""
    return page.locator(f'.djs-element[data-element-id="{element}"]')


def stands_still(page: Page) -> None:
    """What scrolls the drawing has come to its end."""
    page.locator("[data-designer] .viewport").first.evaluate(UNTIL_STILL)


def id_of(page: Page, name: str) -> str:
    """The id that the editor gave to the element of this name."""
    drawn = page.locator(".djs-shape").filter(has=page.locator(".djs-label", has_text=re.compile(f"^{name}$")))
    element = drawn.last.get_attribute("data-element-id")
    assert element is not None
    return element


def make_room(page: Page, after: str, before: str, width: int) -> None:
    """The space tool: what stands from `before` on moves to the right by so many pixels of the screen."""
    _scroll(page, width)  # a drag over the edge would scroll by itself, as far as it has time to
    left, right = _box(page, after), _box(page, before)
    x, y = (left["x"] + left["width"] + right["x"]) / 2, left["y"] - 12
    page.locator('.djs-palette [data-action="space-tool"]').click()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + width, y, steps=8)
    page.mouse.up()
    page.wait_for_function(HAS_MOVED, arg=[before, right["x"] + width / 2])  # a frame after the button is up
    page.keyboard.press("Escape")


def place(page: Page, x: float, y: float, name: str) -> str:
    """A task for people, found in the palette's menu, is put at a place of the screen and named.

    Put on a line, it stands in the line. Returns its id.
    """
    page.locator('.djs-palette [data-action="create"]').click()
    menu = page.locator(".djs-popup")
    menu.locator(".djs-popup-search input").press_sequentially("任务")
    menu.locator(".entry").filter(has_text=TASK).first.click()
    page.mouse.move(x - 40, y - 40)
    page.mouse.move(x, y, steps=6)
    page.mouse.click(x, y)
    _type_name(page, name)
    return id_of(page, name)


def between(page: Page, after: str, before: str) -> tuple[float, float]:
    """The middle of the line from one element to the next."""
    left, right = _box(page, after), _box(page, before)
    return (left["x"] + left["width"] + right["x"]) / 2, left["y"] + left["height"] / 2


def rename(page: Page, element: str, name: str) -> None:
    """On the diagram itself: a double click on the element, the new name, Enter."""
    box = _box(page, element)
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    _type_name(page, name)


def select(page: Page, element: str) -> None:
    """By a click; the editor may take the first for the end of the drag before it."""
    box = _box(page, element)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    with suppress(AssertionError):
        expect(shape(page, element)).to_have_class(SELECTED, timeout=2 * CLICK_OF_A_DRAG)
        return
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    is_selected(page, element)


def is_selected(page: Page, element: str) -> None:
    expect(shape(page, element)).to_have_class(SELECTED)


def remove(page: Page, element: str) -> None:
    """Select it and press Delete; the lines that led to and from it become one."""
    select(page, element)
    page.keyboard.press("Delete")
    expect(shape(page, element)).to_have_count(0)


def fill(page: Page, group: str, field: str, value: str) -> None:
    """A field of the panel of properties, in a group that is opened for it."""
    fields = _group(page, group)
    box = fields.get_by_label(field, exact=True)
    if not box.is_visible():
        fields.locator(".bio-properties-panel-group-header").click()
    box.fill(value)
    box.blur()


def add_property(page: Page, name: str, value: str) -> None:
    """A line more under 扩展属性; its fields open by themselves."""
    group = _group(page, "扩展属性")
    group.locator(".bio-properties-panel-add-entry").click()
    for field, text in (("名称", name), ("值", value)):
        box = group.get_by_label(field, exact=True).last
        box.fill(text)
        box.blur()


def _group(page: Page, title: str) -> Locator:
    """A group of the panel."""
    head = page.locator(".bio-properties-panel-group-header-title", has_text=title)
    return page.locator("#designer-properties .bio-properties-panel-group").filter(has=head)


def _scroll(page: Page, across: int) -> None:
    """By the wheel, over the middle of the drawing; it rolls out over several frames."""
    canvas = page.locator("[data-designer]").bounding_box()
    viewport = page.locator("[data-designer] .viewport").first
    before = viewport.get_attribute("transform") or ""
    assert canvas is not None
    page.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    page.mouse.wheel(across, 0)
    expect(viewport).not_to_have_attribute("transform", before)
    stands_still(page)


def _type_name(page: Page, name: str) -> None:
    expect(page.locator(".djs-direct-editing-content")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(name)
    page.keyboard.press("Enter")
    expect(page.locator(".djs-direct-editing-content")).to_have_count(0)


def _box(page: Page, element: str) -> FloatRect:
    """Where an element stands on the screen, without the name beside it."""
    found: FloatRect = shape(page, element).locator(".djs-hit").first.evaluate(DRAWN_AT)
    return found
