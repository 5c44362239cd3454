"""What reviewers, officers and deciders do in the inbox and the workspace, by keyboard."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.person import Person


def claim_by_key(person: Person, number: str, step: str) -> None:
    """Walk down the inbox with `j` to the row of the step; `c` claims, or Enter opens what is shared."""
    page = person.page
    page.goto("/inbox")
    row = page.locator("tbody tr", has_text=step).filter(has_text=number)
    expect(row).to_have_count(1)
    for _ in range(page.locator("tbody tr").count()):
        page.keyboard.press("j")
        if row.get_attribute("data-current") is not None:
            break
    expect(row).to_have_attribute("data-current", "")
    page.keyboard.press("c" if row.locator("[data-claim]").count() else "Enter")


def mark_all(person: Person) -> None:
    """Every point of the checklist: met; with the space bar."""
    points = person.page.locator("#act .points fieldset.point")
    for point in points.all():
        _tick(point.get_by_role("radio").first)


def choose(person: Person, group: str, option: int) -> None:
    """Choose an option of a group with the space bar."""
    _tick(person.page.locator("#act").get_by_role("group", name=group, exact=True).get_by_role("radio").nth(option))


def press_act(person: Person, name: str) -> None:
    """The act's button, with the Enter key."""
    person.page.get_by_role("button", name=name, exact=True).press("Enter")


def _tick(radio: Locator) -> None:
    radio.focus()
    radio.press("Space")
    expect(radio).to_be_checked()
