"""Item definitions: what a value must be, and what becomes of one that is something else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.errors import BudgetExceeded, ExpressionFailed


def typed(dmn, definitions: str, name: str):
    decision = (
        f'<decision id="x" name="x"><variable name="x" typeRef="{name}"/>'
        "<literalExpression><text>given</text></literalExpression></decision>"
    )
    return dmn.sound(definitions + decision)


def unary(tag: str, text: str) -> str:
    return f"<{tag}><text>{text}</text></{tag}>"


COLOURS = (
    '<itemDefinition name="tColours" isCollection="true"><typeRef>string</typeRef>'
    + unary("allowedValues", '"red", "green", "blue"')
    + unary("typeConstraint", "count(?) &lt;= 2")
    + "</itemDefinition>"
)


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        (["red"], True),
        (["red", "blue"], True),
        ([], True),
        (None, True),
        (["red", "pink"], False),
        (["red", "blue", "green"], False),
        ([1], False),
    ],
)
def test_allowed_values_hold_for_each_item_and_the_constraint_for_the_whole(dmn, given, fits):
    decisions = typed(dmn, COLOURS, "tColours")
    if fits:
        assert decisions.evaluate("x", {"given": given}).value == given
    else:
        with pytest.raises(ExpressionFailed, match="not of the declared type") as failed:
            decisions.evaluate("x", {"given": given})
        assert failed.value.words.zh == "“x”的值不符合声明的类型"
        assert decisions.evaluate("x", {"given": given}, unfit_is_null=True).value is None


def test_a_list_of_one_and_its_item_become_each_other(dmn):
    assert typed(dmn, COLOURS, "tColours").evaluate("x", {"given": "red"}).value == ["red"]
    assert typed(dmn, "", "number").evaluate("x", {"given": [3]}).value == 3


def test_components_are_all_needed_and_more_may_be_there(dmn):
    person = (
        '<itemDefinition name="tPerson"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>'
        f'<itemComponent name="age"><typeRef>number</typeRef>{unary("allowedValues", "[0..150]")}</itemComponent>'
        "</itemDefinition>"
    )
    decisions = typed(dmn, person, "tPerson")
    whole = {"name": "周国富", "age": 40, "more": 1}
    assert decisions.evaluate("x", {"given": whole}).value == whole
    for wrong in ({"name": "周国富"}, {**whole, "age": 151}, {**whole, "age": "40"}, "周国富"):
        with pytest.raises(ExpressionFailed):
            decisions.evaluate("x", {"given": wrong})


def test_a_value_within_a_boxed_expression_is_of_the_type_declared_for_it(dmn):
    logic = (
        '<context><contextEntry><variable name="a"/><literalExpression typeRef="number"><text>given</text>'
        "</literalExpression></contextEntry></context>"
    )
    decisions = dmn.sound(dmn.decision(logic))
    assert decisions.evaluate("x", {"given": [3]}).value == {"a": 3}
    assert decisions.evaluate("x", {"given": "3"}, unfit_is_null=True).value == {"a": None}
    with pytest.raises(ExpressionFailed, match="the value of 'given' is not of the declared type"):
        decisions.evaluate("x", {"given": "3"})


def test_what_a_knowledge_model_gives_is_of_the_type_declared_for_it(dmn):
    model = (
        '<businessKnowledgeModel id="f" name="f"><variable name="f" typeRef="number"/><encapsulatedLogic>'
        '<formalParameter name="n"/><literalExpression><text>n</text></literalExpression></encapsulatedLogic>'
        '</businessKnowledgeModel><decision id="x" name="x"><knowledgeRequirement><requiredKnowledge href="#f"/>'
        "</knowledgeRequirement><literalExpression><text>f(given)</text></literalExpression></decision>"
    )
    decisions = dmn.sound(model)
    assert decisions.evaluate("x", {"given": [3]}).value == 3
    assert decisions.evaluate("x", {"given": "3"}, unfit_is_null=True).value is None
    with pytest.raises(ExpressionFailed, match="the value of 'f' is not of the declared type"):
        decisions.evaluate("x", {"given": "3"})


def test_the_budget_of_a_decision_pays_for_the_allowed_values_of_every_item(dmn):
    slow = (
        '<itemDefinition name="tSlow" isCollection="true"><typeRef>number</typeRef>'
        + unary("allowedValues", "(some i in 1..15000 satisfies i &lt; 0) or ? &gt; 5")
        + "</itemDefinition>"
    )
    decisions = typed(dmn, slow, "tSlow")
    assert decisions.evaluate("x", {"given": [9]}).value == [9]
    with pytest.raises(BudgetExceeded):
        decisions.evaluate("x", {"given": [9] * 10})


def test_a_type_that_says_itself_is_no_loop(dmn):
    tree = (
        '<itemDefinition name="tTree"><itemComponent name="below" isCollection="true"><typeRef>tTree</typeRef>'
        "</itemComponent></itemDefinition>"
    )
    decisions = typed(dmn, tree, "tTree")
    value: dict[str, object] = {"below": []}
    for _ in range(10):
        value = {"below": [value]}
    assert decisions.evaluate("x", {"given": value}).value == value


def test_a_date_becomes_a_date_and_time_where_one_is_wanted(dmn):
    moment = typed(dmn, "", "date and time").evaluate("x", {"given": date(2026, 3, 1)}).value
    assert moment == datetime(2026, 3, 1, tzinfo=UTC)
    logic = "<literalExpression><text>(function(m: date and time) m.hour)(given)</text></literalExpression>"
    assert dmn.decided(logic, given=date(2026, 3, 1)) == 0
    with pytest.raises(ExpressionFailed):
        typed(dmn, "", "date").evaluate("x", {"given": moment})
