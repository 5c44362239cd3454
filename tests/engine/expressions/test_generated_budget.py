"""No expression does more work than its steps pay for, whatever it is made of: the work is counted, not the time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BudgetExceeded
from engine.expressions import compile_expression
from tests.engine.expressions.test_hostile import expressions

#: Calls of Python and its built-in functions that one step may stand for, and those that every evaluation has.
CALLS_A_STEP, CALLS_BEFORE = 60, 4_000


@dataclass(frozen=True)
class Budgets:
    expression_steps: int


@dataclass(frozen=True)
class Context:
    budgets: Budgets
    now: datetime = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    calendar: object | None = None


class TooMuchWork(Exception):
    """More calls than the steps pay for."""


def calls_of(work: Callable[[], object], limit: int) -> int:
    """How many calls `work` makes. Raises TooMuchWork past the limit."""
    counted = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")
        if counted > limit:
            sys.setprofile(None)
            raise TooMuchWork

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    except BudgetExceeded:
        pass
    finally:
        sys.setprofile(before)
    return counted


#: Loops, functions and large lists around what the other tests generate.
LOOPS = (
    "for i in 1..1000000 return {}",
    "for i in 1..1000, j in 1..1000 return [{}, i, j]",
    "some i in 1..1000000 satisfies [{}] = i",
    "(for i in 1..3000 return i)[{} = item]",
    "sort(for i in 1..500 return 500 - i, function(x, y) [{}] != x and x < y)",
    "{{f: function(n) [{}, f(n + 1)], r: f(1)}}.r",
    "distinct values(for i in 1..600 return [{}, i])",
    'replace(string join(for i in 1..3000 return "ab"), "(a|b)*?(b)\\2?", string({}))',
    "string join(for i in 1..5000 return string({}))",
    "{}",
)
sources = st.builds(str.format, st.sampled_from(LOOPS), expressions)


@settings(max_examples=150, deadline=None)
@given(sources, st.sampled_from([200, 2_000, 10_000]))
def test_generated_expressions_do_no_more_than_their_steps_pay_for(source, steps):
    expression = compile_expression(source)
    context = Context(Budgets(steps))
    limit = CALLS_BEFORE + CALLS_A_STEP * steps
    assert calls_of(lambda: expression.evaluate({"a": [1, 2, 3], "b": "text"}, context), limit) <= limit


@pytest.mark.parametrize("loop", LOOPS[:-1], ids=lambda loop: loop[:20])
def test_the_loops_of_this_test_would_not_end_by_themselves(loop):
    expression = compile_expression(loop.format("a"))
    with pytest.raises(BudgetExceeded):
        expression.evaluate({"a": 1}, Context(Budgets(300)))


def test_an_expression_longer_than_its_budget_is_not_evaluated_although_nothing_in_it_repeats():
    expression = compile_expression("a > 1 and a > 2 and a > 3")
    assert expression.evaluate({"a": 5}, Context(Budgets(100))) is True
    with pytest.raises(BudgetExceeded):
        expression.evaluate({"a": 5}, Context(Budgets(3)))
