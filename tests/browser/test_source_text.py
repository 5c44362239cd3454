"""A file of a working copy as text: numbers beside its lines, and from a finding to its line."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.test_designer import begin_copy

Somebody = Callable[..., Person]


def test_a_finding_leads_to_its_line_of_the_text(site: Site, somebody: Somebody) -> None:
    designer = somebody("taoran")
    begin_copy(designer, "改目录文本")
    page = designer.page
    designer.open(f"{page.url.partition('?')[0].removeprefix(site.url)}/edit?path=bundle.toml", "bundle.toml")
    box = page.get_by_label("内容")
    numbers = page.locator(".source-numbers")
    lines = box.input_value().count("\n") + 1
    expect(numbers).to_have_text("\n".join(str(number) for number in range(1, lines + 1)))
    box.fill(box.input_value() + 'left_open = "open\n')
    expect(numbers).to_contain_text(str(lines + 1))
    page.get_by_role("button", name="保存并检查").click()
    designer.arrives("bundle.toml")
    link = page.locator("#findings").get_by_role("link", name=f"第 {lines} 行")
    link.click()
    expect(page.locator(".source-place")).to_have_text(f"第 {lines} 行，第 1 列")
    expect(box).to_be_focused()
    assert box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == 'left_open = "open'
    assert box.evaluate("box => box.scrollTop > 0")
    designer.picture("source-text")
