"""The fields of a form change places by keyboard and by button, into groups and out of them, not by dragging alone."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy
from tests.browser.test_editors import DESIGNER, FORM, SAVED, file, open_file, saved_text, status

Somebody = Callable[..., Person]


def test_a_field_moves_by_keyboard_and_button_and_back_by_undoing(site: Site, somebody: Somebody) -> None:
    designer = somebody(DESIGNER)
    begin_copy(designer, "字段换序")
    open_file(designer, FORM)
    page = designer.page
    up, down = page.get_by_role("button", name="上移字段"), page.get_by_role("button", name="下移字段")
    expect(up).to_be_disabled()
    before = groups(file(FORM).decode())
    first, second = before["group-applicant"][:2]
    field = page.locator(".fjs-form-container [data-id=shop-name]")
    field.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#announce")).to_have_text("药店名称（字号） 已移到第 1 位")
    expect(field).to_be_focused()
    expect(status(page)).to_contain_text(SAVED)
    assert groups(saved_text(site, FORM))["group-applicant"][:2] == [second, first]
    page.keyboard.press("Alt+ArrowUp")  # out of its group, before it
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#announce")).to_have_text("已在表单的最边上，不能再移")
    expect(up).to_be_disabled()
    down.click()
    expect(page.locator("#announce")).to_have_text("药店名称（字号） 已移到 一、申请人 第 1 位")
    expect(up).to_be_enabled()
    down.click()
    undone(page, 4)
    expect(status(page)).to_contain_text(SAVED)
    assert groups(saved_text(site, FORM)) == before
    assert json.loads(saved_text(site, FORM)) == json.loads(file(FORM))


def undone(page: Page, times: int) -> None:
    for _ in range(times):
        page.get_by_role("button", name="撤销").click()
    expect(status(page)).to_contain_text("将自动保存")


def groups(text: str) -> dict[str, list[str | None]]:
    """Id of each group -> keys of its fields in order."""
    return {one["id"]: [field.get("key") for field in one["components"]] for one in json.loads(text)["components"]}
