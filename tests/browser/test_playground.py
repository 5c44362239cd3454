"""The playground: a designer tries an expression and the decision in force, by keyboard, and without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person

GIVEN = '{"item": "P2", "drug_scope": ["otc-b"], "credit": "good", "listed": true, "district": "east"}'
TRYING = "表达式与决策试算"

Somebody = Callable[..., Person]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_expression_and_a_decision_are_tried(somebody: Somebody, script: bool) -> None:
    designer = somebody("taoran", script=script)
    designer.open("/studio", "流程工作室")
    designer.follow(TRYING)
    designer.arrives(TRYING)
    an_expression(designer)
    a_fault(designer)
    the_decision_in_force(designer)


def an_expression(designer: Person) -> None:
    """From the first field to the result with the keyboard alone."""
    page = designer.page
    page.get_by_label("FEEL 表达式").focus()
    page.keyboard.type('if age > 18 and type in ("chain", "single") then from + @"P30D" else null')
    page.keyboard.press("Tab")
    expect(page.get_by_label("输入")).to_be_focused()
    page.keyboard.type('{age: 20, type: "chain", from: @"2026-12-01"}')
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="试算")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#result pre")).to_have_text('@"2026-12-31"')
    designer.look_over()


def a_fault(designer: Person) -> None:
    """The place where the source stops is marked; what was typed stays."""
    page = designer.page
    page.get_by_label("FEEL 表达式").fill("age > 18 and\n  (type = “chain”)")
    designer.press("试算")
    expect(page.locator("#result mark")).to_have_text("“")
    expect(page.get_by_label("FEEL 表达式")).to_have_value("age > 18 and\n  (type = “chain”)")
    designer.look_over()


def the_decision_in_force(designer: Person) -> None:
    page = designer.page
    designer.follow("决策")
    designer.arrives(TRYING)
    page.get_by_label("决策文件").select_option(index=1)
    designer.press("读取决策和输入项")
    expect(page.get_by_label("输入")).to_have_value(GIVEN_NAMES)
    page.get_by_label("输入").fill(GIVEN)
    designer.press("试算")
    expect(page.locator("#result pre")).to_contain_text('"rule": "otc-b-only"')
    expect(page.locator("tr.is-matched th")).to_have_text("6")
    designer.look_over()
    designer.picture("playground", at="#result")


GIVEN_NAMES = "{\n" + ",\n".join(
    f'  "{name}": null' for name in ("credit", "district", "drug_scope", "item", "listed", "requirement")
)
GIVEN_NAMES += "\n}"
