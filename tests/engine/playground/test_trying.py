"""Trying an expression or a decision: the value, the place of a fault, the rules that matched; any input, bounded."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.law import Calendar
from engine.playground import (
    InputInvalid,
    decision_chosen,
    expected_input,
    noting,
    read_input,
    read_model,
    try_decision,
    try_expression,
)
from engine.runtime import Context
from engine.words import Words
from tests.engine.dmn.conftest import Dmn


@pytest.fixture
def dmn() -> Dmn:
    return Dmn()


CONTEXT = Context(now=datetime(2026, 12, 1, 8, 0, tzinfo=UTC))


def test_a_value_with_its_kind() -> None:
    tried = try_expression('today() + @"P1D"', {}, CONTEXT)
    assert (tried.value, tried.kind, tried.fault, tried.hints) == (date(2026, 12, 2), "date", None, ())
    assert try_expression("[1..3]", {}).text == "[1..3]"
    assert try_expression("null", {}).kind == "null"


def test_names_with_marks_of_the_input_are_known() -> None:
    assert try_expression("rate-of tax + 1", {"rate-of tax": 2}).value == 3


def test_a_fault_of_the_source_has_its_place_and_what_was_expected() -> None:
    fault = try_expression("1 +\n  ) 2", {}).fault
    assert fault is not None
    assert (fault.line, fault.column, fault.readable) == (2, 3, False)
    assert fault.words.en.startswith("line 2, column 3: expected")


def test_past_the_budget_is_a_fault_in_words() -> None:
    fault = try_expression("for i in 1..1000000 return i", {}).fault
    assert fault is not None
    assert fault.readable
    assert fault.words.zh == "超过上限：计算步数不得超过 100000"


def test_hints_say_why_it_is_null() -> None:
    tried = try_expression('agee + 1 + string lenght("x") + (age + "y")', {"age": 3})
    assert tried.value is None
    assert [hint.en for hint in tried.hints] == [
        "The input has no “agee”: it counts as null, perhaps “age”",
        "Line 1, column 12: There is no function “string lenght”: the result is always null, perhaps “string length”",
        "Line 1, column 40: “+” stands between a number and a text: this gives null",
    ]
    assert try_expression("items[price > 3]", {"items": [{"price": 5}]}).hints == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ('{"a": 1.10, "b": [true, null, "x\\/y"], "c": -3}', {"a": Decimal("1.10"), "b": [True, None, "x/y"], "c": -3}),
        ('{a: @"2026-12-01", b: a + @"P1D"}', {"a": date(2026, 12, 1), "b": date(2026, 12, 2)}),
        ('{"a": 0.1e2}', {"a": Decimal("10")}),
        ('{"a": -0.123456789012345678901234567890}', {"a": Decimal("-0.123456789012345678901234567890")}),
    ],
)
def test_inputs(text: str, value: dict[str, object]) -> None:
    assert read_input(text, CONTEXT) == value


NO_INPUT = [
    *("[1]", "1", "{a:", "x", '{"a": NaN}', "{" * 300, '{"a": "\\ud800"}'),
    '{"a": ' + "[" * 180 + "]" * 180 + "}",
    '{"a": ' + "[" * 900 + "]" * 900 + "}",
    '{"a": ' + "[" * 90_000 + "]" * 90_000 + "}",
    '{"a": ' + "9" * 10_000 + "}",
    '{"a": 1e99999}',
    '{"a": [' + "1," * 99_000 + "1]}" + " " * 10_000,
]


@pytest.mark.parametrize("text", NO_INPUT)
def test_what_is_no_input_is_refused(text: str) -> None:
    with pytest.raises(InputInvalid) as refused:
        read_input(text, CONTEXT)
    assert refused.value.fault.words.zh
    assert refused.value.fault.words.en


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=40))
def test_anything_that_is_typed_gets_an_answer(source: str, typed: str) -> None:
    try:
        given_ = read_input(typed)
    except InputInvalid:
        given_ = {}
    tried = try_expression(source, given_, CONTEXT)
    assert tried.fault is None or (tried.fault.words.zh and tried.fault.words.en)


def two_decisions(dmn: Dmn) -> str:
    rows = [["< 18", '"young"'], [">= 10", '"old"']]
    need = '<informationRequirement><requiredDecision href="#a"/></informationRequirement>'
    second = f"{need}<literalExpression><text>upper case(level)</text></literalExpression>"
    first = dmn.decision(dmn.table(["age"], ["o"], rows), "a", "level")
    return first + f'<decision id="b" name="shout">{second}</decision>'


def test_a_decision_with_those_that_it_needs(dmn: Dmn) -> None:
    decisions, findings = read_model(dmn.definitions(two_decisions(dmn)), "x.dmn")
    assert [one.code for one in findings] == ["rules-overlap"]
    assert decision_chosen(decisions, "") == "b"
    assert decision_chosen(decisions, "level") == decision_chosen(decisions, "a") == "a"
    assert decision_chosen(decisions, "none") == ""
    assert expected_input(decisions, "b") == ["age"]
    tried = try_decision(decisions, "b", {"age": 20})
    assert tried.outcome is not None
    assert tried.outcome.value == "OLD"
    assert [step.id for step in tried.outcome.steps] == ["a", "b"]
    assert [rule.id for rule in tried.outcome.steps[0].tables[0].matched] == ["r2"]


def test_rules_that_contradict_their_hit_policy_are_named(dmn: Dmn) -> None:
    decisions, _ = read_model(dmn.definitions(two_decisions(dmn)), "x.dmn")
    fault = try_decision(decisions, "b", {"age": 12}).fault
    assert fault is not None
    assert fault.words.zh == "规则 1 (r1), 2 (r2) 同时适用，而命中策略 UNIQUE 只许一条"


def test_what_the_input_lacks_is_told(dmn: Dmn) -> None:
    decisions, _ = read_model(dmn.definitions(two_decisions(dmn)), "x.dmn")
    hints = try_decision(decisions, "b", {"agee": 12}).hints
    assert [hint.en for hint in hints] == ["The input has no “age”: it counts as null, perhaps “agee”"]


WORKING = 'add working days(date("2031-09-28"), 10)'


def test_days_of_a_year_that_is_not_announced_are_told_as_provisional() -> None:
    context = Context(now=CONTEXT.now, calendar=Calendar.from_tables([]))
    tried = try_expression(WORKING, {}, context)
    assert tried.value == date(2031, 10, 10)
    assert [hint.zh for hint in tried.hints] == [
        "暂定：2031年放假安排尚未公布，该年周一至周五都按工作日计算，公布后结果可能改变"
    ]
    assert tried.hints[0].en.startswith("Provisional: the holidays of 2031 are not announced yet")
    many = try_expression('working days(date("2031-12-31"), date("2040-01-05"))', {}, context).hints
    assert many[0].zh.startswith("暂定：2032、2033、2034、2035、2036等（至2040）年")


def test_null_for_want_of_a_calendar_is_told(dmn: Dmn) -> None:
    for source in (WORKING, '工作日数(@"2026-01-01", @"2026-02-01")', 'is working day(@"2026-01-01")'):
        tried = try_expression(source, {}, CONTEXT)
        assert tried.value is None
        assert [hint.zh for hint in tried.hints] == ["没有给出工作日日历，工作日函数的结果为空值"]
    assert try_expression("1 + 1", {}, CONTEXT).hints == ()
    decision = dmn.decision(f"<literalExpression><text>{WORKING}</text></literalExpression>", "a", "due")
    decisions, _ = read_model(dmn.definitions(decision), "x.dmn")
    assert [hint.zh for hint in try_decision(decisions, "a", {}, CONTEXT).hints] == [
        "没有给出工作日日历，工作日函数的结果为空值"
    ]


def test_an_input_that_counts_days_is_told_with_the_result_over_it() -> None:
    context = noting(CONTEXT)
    given_ = read_input("{due: " + WORKING + "}", context)
    assert len(try_expression("due", given_, context).hints) == 1


def test_a_legal_clock_and_its_marks_have_words() -> None:
    tried = try_expression('clock("promised")', {})
    assert (tried.text, tried.kind_words) == ('clock("promised")', Words("办理时限", "legal clock"))
    assert try_expression('clock("promised").mark("80%")', {}).kind_words.zh == "时限节点"
    assert try_expression('string([clock("a")])', {}).value == '[clock("a")]'


@pytest.mark.parametrize(("source", "entered"), [("1/0", {}), ("10 + 1 / fee", {"fee": 0})])
def test_a_division_by_zero_says_why_nothing_comes_out(source: str, entered: dict[str, int]) -> None:
    tried = try_expression(source, entered)
    assert (tried.value, tried.fault) == (None, None)
    (hint,) = tried.hints
    assert "除数是零，结果为空" in hint.zh
    assert "divides by zero" in hint.en
