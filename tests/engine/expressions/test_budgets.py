"""No expression runs or grows without end: the budget stops it with a typed error."""

from __future__ import annotations

from contextlib import suppress

import pytest

from engine.errors import BudgetExceeded, ExpressionInvalid
from engine.expressions import compile_expression, compile_unary_tests

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def doubled(first: str, step: str, last: str = "") -> str:
    """A context in which each entry doubles the one before, 25 times."""
    entries = [f"a: {first}"]
    entries += [f"{LETTERS[i + 1]}: {step.replace('_', LETTERS[i])}" for i in range(22)]
    return "{" + ", ".join(entries) + last + "}"


@pytest.mark.parametrize(
    "source",
    [
        "for i in 1..1000000000 return i",
        "count(for i in 1..10000, j in 1..10000 return 1)",
        "some i in 1..1000000000 satisfies i < 0",
        "every i in 1..1000000000 satisfies i > 0",
        "{f: function(n) f(n + 1), r: f(1)}.r",
        "{f: function(n) f(n) + f(n), r: f(1)}.r",
        "for i in 1..5000 return append(partial, partial)",
        "for i in 1..400 return [partial[-1]]",
        "[1, 2, 3][{f: function(n) f(n), r: f(1)}.r]",
        doubled('"xxxxxxxxxxxxxxxx"', "_ + _"),
        doubled("[1, 2]", "concatenate(_, _)"),
        doubled("[1, 2]", "[_, _]"),
        f"string({doubled('[1, 2]', '[_, _]')})",
        doubled("[1, 2]", "[_, _]", ", x: [w] = [[w][1]]") + ".x",
        f"flatten([{doubled('[1, 2]', '[_, _]')}.w])",
        "sort(for i in 1..3000 return 3000 - i, function(a, b) count(for k in 1..50 return k) > a - b)",
    ],
    ids=lambda source: source[:30],
)
def test_work_without_end_is_stopped(source):
    with pytest.raises(BudgetExceeded) as stopped:
        compile_expression(source, element="Gateway_1").evaluate({})
    assert stopped.value.element == "Gateway_1"


def test_the_budget_is_the_contexts(few_steps):
    loop = compile_expression("count(for i in 1..500 return i)")
    assert loop.evaluate({}) == 500
    with pytest.raises(BudgetExceeded) as stopped:
        loop.evaluate({}, few_steps)
    assert stopped.value.limit == 1_000


def test_input_cells_have_a_budget_too(few_steps):
    with pytest.raises(BudgetExceeded):
        compile_unary_tests("some i in 1..100000 satisfies i = ?").matches("x", {}, few_steps)


def test_a_value_nested_too_deeply_is_not_given_back():
    value: list[object] = []
    for _ in range(1_000):
        value = [value]
    for source in ("string(x)", "x = y", "[x]", "distinct values([x, y])"):
        with pytest.raises(BudgetExceeded):
            compile_expression(source).evaluate({"x": value, "y": [value[0]]})


def test_large_but_honest_work_is_done(feel):
    assert feel("sum(for i in 1..10000 return i)") == 50_005_000
    assert feel("count(xs[item > 5])", {"xs": list(range(10_000))}) == 9_994
    assert feel("count(distinct values(xs))", {"xs": [str(n % 100) for n in range(20_000)]}) == 100


@pytest.mark.parametrize(
    "source",
    [
        "1 in (" * 60 + "1" + ") + 1" * 60,
        "1 in (" * 60 + "1" + "..2)" * 60,
        "is defined(" * 60 + "a" + ").a" * 60,
        "/* " * 20_000,
        "{" + ", ".join(f"a{n}: 1" for n in range(6_000)) + "}",
        "{" + ", ".join(f"a {n}: 1" for n in range(3_000)) + ", z: [" + ", ".join(["a 1"] * 5_000) + "]}",
        "{a" + "+a" * 15_000 + ": 1, z: [a" + "+a" * 15_000 + "]}",
        "function(x) " * 150 + "[" + ", ".join(["1"] * 15_000) + "]",
        "for x in 1 return " * 150 + "[" + ", ".join(["1"] * 15_000) + "]",
        "f" + "()" * 390,
        "f(" * 190 + "f" + "()" * 190 + ")" * 190,
    ],
    ids=lambda source: source[:20],
)
def test_a_source_made_to_be_slow_is_read_or_refused_at_once(source):
    for compile_source in (compile_expression, compile_unary_tests):
        with suppress(ExpressionInvalid):
            compile_source(source)
