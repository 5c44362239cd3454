"""Somebody who has no mouse: walks a page with Tab, and sees at every stop where they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.person import Person

MOST_STOPS = 250
#: What is wrong with the present stop, in words; "" where it is plain to see where one is.
PLAIN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return '';
  const told = at.outerHTML.slice(0, 120);
  const marked = (e) => {
    const style = getComputedStyle(e);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  };
  if (!marked(at) && !(at.closest('label') && marked(at.closest('label')))) return `no mark on ${told}`;
  const box = at.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return inside ? '' : `out of sight: ${told}`;
}"""
FOCUSED = "element => element === document.activeElement"
STOP = """() => {
  const at = document.activeElement;
  return {
    name: at.name ?? '', kind: at.type ?? '', value: at.value ?? '', checked: at.checked === true,
    form: at.form?.id ?? '',
  };
}"""


class Keys:
    """The keyboard of a person. Everything goes through it; nothing is clicked."""

    def __init__(self, person: Person) -> None:
        self.person = person

    @property
    def page(self) -> Page:
        return self.person.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab(self) -> None:
        """One stop on; it has to be plain where that is."""
        self.page.keyboard.press("Tab")
        wrong = self.page.evaluate(PLAIN)
        assert wrong == "", (self.page.url, wrong)

    def to(self, place: Locator) -> None:
        """Tab until the focus is there. The way goes around the page once."""
        expect(place).to_be_visible()
        for _ in range(MOST_STOPS):
            if place.evaluate(FOCUSED):
                return
            self.tab()
        raise AssertionError(f"Tab does not lead to {place} on {self.page.url}")

    def button(self, name: str, within: Locator | None = None) -> None:
        """To the button, and Enter."""
        self.to((within or self.page).get_by_role("button", name=name, exact=True).first)
        self.press("Enter")

    def link(self, name: str, within: Locator | None = None) -> None:
        self.to((within or self.page).get_by_role("link", name=name, exact=True).first)
        self.press("Enter")

    def tick(self, box: Locator) -> None:
        """A box, or the first of a group of radio buttons, with Space."""
        self.to(box)
        self.press("Space")
        expect(box).to_be_checked()

    def fill_in(self, values: Mapping[str, Any], form: str) -> None:
        """Walk the form, and answer each control that one comes to, until nothing is left to be answered.

        Answers bring other fields, so that the way may lead through the form again.
        """
        left = dict(values)
        for _ in range(3 * MOST_STOPS):
            if not left:
                return
            self.tab()
            stop = self.page.evaluate(STOP)
            if stop["form"] == form and stop["name"] in left and self._answer(stop, left):
                expect(self.page.locator(".htmx-request")).to_have_count(0)
        raise AssertionError(f"no way to {sorted(left)} on {self.page.url}")

    def _answer(self, stop: Mapping[str, Any], left: dict[str, Any]) -> bool:
        name, value = stop["name"], left[stop["name"]]
        if stop["kind"] == "checkbox":
            return self._tick_of(stop, left)
        del left[name]
        if stop["kind"] == "radio":
            self._choose(name, _said(value))
        elif stop["kind"] == "select-one":
            self._select(_said(value))
        elif stop["kind"] == "date":
            self._date(str(value))
        else:
            self.press("Control+a")
            self.type(_said(value))
        return True

    def _date(self, value: str) -> None:
        """Part by part, in the order in which the browser shows them: its own language's, not the page's."""
        year, month, day = value.split("-")
        for parts in ((month, day, year), (year, month, day), (day, month, year)):
            for part in parts:
                self.type(part)
                if part == year and parts[0] == year:
                    self.press("ArrowRight")  # a year may have more than four digits
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.press("ArrowLeft", "ArrowLeft")
        raise AssertionError(f"{value} cannot be typed")

    def _tick_of(self, stop: Mapping[str, Any], left: dict[str, Any]) -> bool:
        """One box of several: ticked where its value is among what is wanted."""
        name = stop["name"]
        wanted = left[name] if isinstance(left[name], list) else ["true"]
        if stop["value"] not in wanted:
            return False
        if not stop["checked"]:
            self.press("Space")
        rest = [one for one in wanted if one != stop["value"]]
        if rest:
            left[name] = rest
        else:
            del left[name]
        return True

    def _choose(self, name: str, value: str) -> None:
        """Down through the radio buttons of a group."""
        wanted = self.page.locator(f'input[name="{name}"][value="{value}"]')
        for _ in range(wanted.page.locator(f'input[name="{name}"]').count() + 1):
            if wanted.evaluate(FOCUSED):
                if not wanted.is_checked():
                    self.press("Space")
                    expect(wanted).to_be_checked()
                return
            self.press("ArrowDown")
            expect(self.page.locator(".htmx-request")).to_have_count(0)
        raise AssertionError(f"no {value} among {name}")

    def _select(self, value: str) -> None:
        chosen = self.page.locator("select:focus")
        options = chosen.locator("option").count()
        self.press("Home")
        for _ in range(options):
            if chosen.input_value() == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"no {value} to select")


def _said(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
