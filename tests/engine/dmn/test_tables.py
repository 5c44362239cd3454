"""Decision tables: what each hit policy makes of the rules that match."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.errors import BudgetExceeded, ExpressionFailed

SCOPE_AND_CREDIT = ["drug_scope", "credit", "shop_type"]
ELIGIBILITY = [
    ['list contains(?, "cold-chain")', "-", "-", "false", '"scope"', "冷藏药品不适用告知承诺"],
    ['not(list contains(?, "cold-chain"))', "< 60", "-", "false", '"credit"', "信用记录不良"],
    ['not(list contains(?, "cold-chain"))', ">= 60", '"single", "chain-branch"', "true", "null", "适用"],
]


@pytest.mark.parametrize(
    ("answers", "value", "rule"),
    [
        ({"drug_scope": ["otc-b"], "credit": 80, "shop_type": "single"}, {"allowed": True, "why": None}, 3),
        (
            {"drug_scope": ["otc-b"], "credit": 59, "shop_type": "single"},
            {"allowed": False, "why": "credit"},
            2,
        ),
        ({"drug_scope": ["otc-b", "cold-chain"], "credit": 59}, {"allowed": False, "why": "scope"}, 1),
    ],
)
def test_the_outcome_names_the_rule_that_decided_and_its_words(dmn, answers, value, rule):
    decisions = dmn.sound(dmn.decision(dmn.table(SCOPE_AND_CREDIT, ["allowed", "why"], ELIGIBILITY)))
    outcome = decisions.evaluate("x", answers)
    assert outcome.value == value
    assert [(each.index, each.id) for each in outcome.matched] == [(rule, f"r{rule}")]
    assert outcome.matched[0].annotations == (ELIGIBILITY[rule - 1][-1],)


def test_no_rule_gives_null_and_no_match(dmn):
    decisions = dmn.sound(dmn.decision(dmn.table(SCOPE_AND_CREDIT, ["allowed", "why"], ELIGIBILITY)))
    outcome = decisions.evaluate("x", {"drug_scope": ["otc-b"], "credit": 80, "shop_type": "stall"})
    assert (outcome.value, outcome.matched) == (None, ())
    assert decisions.evaluate("x", {}).value is None


def test_no_rule_gives_the_default_output_where_there_is_one(dmn):
    logic = dmn.table(["a"], ["b"], [["1", '"one"']], extras=[dmn.cell("defaultOutputEntry", '"other"')])
    assert dmn.decided(logic, a=1) == "one"
    assert dmn.decided(logic, a=2) == "other"


def test_two_matching_rules_break_unique_and_are_named(dmn):
    logic = dmn.table(["a"], ["b"], [["< 5", "1"], ["3", "2"], ["> 9", "3"]])
    with pytest.raises(ExpressionFailed, match=r"rules 1 \(r1\), 2 \(r2\)") as failed:
        dmn.decided(logic, a=3)
    assert failed.value.element == "t"
    assert dmn.decided(logic, a=4) == 1


OVERLAPPING = [["-", "1"], ["> 3", "3"], ["> 2", "2"], ["> 4", "3"]]
VALUES = "<outputValues><text>3, 2, 1</text></outputValues>"


@pytest.mark.parametrize(
    ("policy", "expected", "rules"),
    [
        ('hitPolicy="FIRST"', 1, [1]),
        ('hitPolicy="PRIORITY"', 3, [2]),
        ('hitPolicy="COLLECT"', [1, 3, 2, 3], [1, 2, 3, 4]),
        ('hitPolicy="RULE ORDER"', [1, 3, 2, 3], [1, 2, 3, 4]),
        ('hitPolicy="OUTPUT ORDER"', [3, 3, 2, 1], [2, 4, 3, 1]),
        ('hitPolicy="COLLECT" aggregation="SUM"', 9, [1, 2, 3, 4]),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 4, [1, 2, 3, 4]),
        ('hitPolicy="COLLECT" aggregation="MIN"', 1, [1, 2, 3, 4]),
        ('hitPolicy="COLLECT" aggregation="MAX"', 3, [1, 2, 3, 4]),
    ],
)
def test_hit_policies(dmn, policy, expected, rules):
    decisions = dmn.sound(dmn.decision(dmn.table(["a"], ["b"], OVERLAPPING, policy, [VALUES])))
    outcome = decisions.evaluate("x", {"a": 5})
    assert outcome.value == expected
    assert [rule.index for rule in outcome.matched] == rules


def test_any_wants_the_same_result_from_all(dmn):
    logic = dmn.table(["a"], ["b"], [["> 1", '"x"'], ["> 2", '"x"'], ["> 3", '"y"']], 'hitPolicy="ANY"')
    assert dmn.decided(logic, a=3) == "x"
    with pytest.raises(ExpressionFailed):
        dmn.decided(logic, a=4)


def test_unique_is_what_a_table_without_policy_has(dmn):
    logic = dmn.table(["a"], ["b"], [["1", "1"], ["1", "2"]], policy="")
    with pytest.raises(ExpressionFailed):
        dmn.decided(logic, a=1)


@dataclass(frozen=True)
class Budgets:
    expression_steps: int = 500


@dataclass(frozen=True)
class Context:
    now: datetime = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    calendar: object | None = None
    budgets: Budgets = field(default_factory=Budgets)


def test_cells_read_the_context(dmn):
    decisions = dmn.sound(dmn.decision(dmn.table(["today()"], ["b"], [['@"2026-03-02"', "today()"]])))
    assert decisions.evaluate("x", {}, Context()).value == date(2026, 3, 2)
    assert decisions.evaluate("x", {}).value is None


def test_one_budget_holds_for_all_decisions_of_an_evaluation(dmn):
    loop = dmn.cell("literalExpression", "count(for i in 1..100 return i)")
    parts = [dmn.decision(loop, f"d{n}") for n in range(4)]
    last = dmn.decision(dmn.cell("literalExpression", "d0 + d1 + d2 + d3"), "x", "", ["d0", "d1", "d2", "d3"])
    decisions = dmn.sound("".join(parts) + last)
    assert decisions.evaluate("x", {}).value == 400
    assert decisions.evaluate("d0", {}, Context()).value == 100
    with pytest.raises(BudgetExceeded):
        decisions.evaluate("x", {}, Context())
