"""Where a file does not say its language: what both FEEL and Python read, and read differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ExpressionFailed
from engine.expressions import compile_expression, differs_from_python, parses_as

ALIKE = [
    "x", "3", "1.50", "-1", "-x", '"a"', "integerVariable < 3", "activationCount >= 1", 'status != "done"',
    "a + b * c", "a * (b + c)", "a - b - c", "a - (b - c)", "a / b / c", "a ** b", "10**9", "(a)", "[1, x]",
    "a > 1 and b < 2 or c != 3", "not(a > 1)", "not(not(a > 1))", "true", "a > 1 and true",
    "(a > 1 and b > 1) or c > 1", " + ".join(["x"] * 500),
]  # fmt: skip
DIFFERENT = [
    '"a" in test', "x in [1, 2]", "True", "False", "None", "x != None", "x is None", "not a", "a and b", "a or 1",
    "not(a)", "a > 1 and b", "xs[1]", 'order["a"]', "sum(xs)", "sum(xs) > 3", "min(a, b)", "abs(x)", "1 < x < 3",
    "a ** b ** c", "-a ** b", "a // b", '"a\\\\b"', '{"a": 1}',
]  # fmt: skip
ONE_ONLY = [
    "x = 1", "x == 1", "if a then b else c", "1 if a else 2", "some x in xs satisfies x > 1", "'a'",
    "a.b > 1", "count(xs) > 1", "date and time(x)", "${x}", "", "import os", '@"2026-03-01"', "len(xs) == 1", "[1..3]",
    "().__class__", "a b", "x += 1",
]  # fmt: skip


@pytest.mark.parametrize("source", ALIKE, ids=lambda source: source[:30])
def test_the_common_ground_is_read_alike(source):
    assert parses_as(source, "feel")
    assert parses_as(source, "python")
    assert not differs_from_python(source)


@pytest.mark.parametrize("source", DIFFERENT)
def test_what_may_mean_two_things_differs(source):
    assert parses_as(source, "feel")
    assert parses_as(source, "python")
    assert differs_from_python(source)


@pytest.mark.parametrize("source", ONE_ONLY)
def test_what_one_of_them_does_not_read_does_not_differ(source):
    assert not (parses_as(source, "feel") and parses_as(source, "python"))
    assert not differs_from_python(source)


def test_an_unknown_language_reads_nothing():
    assert not parses_as("1", "cobol")
    assert parses_as("${x}", "juel")


VALUES = st.integers(-9, 9)
LEAVES = st.sampled_from(("a", "b", "c", "1", "-2", "0.5", "-a"))
SUMS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(("+", "-", "*", "/")), inner) | inner.map("({})".format)
    ),
    max_leaves=6,
)
TESTS = st.recursive(
    st.builds("{} {} {}".format, SUMS, st.sampled_from(("<", "<=", ">", ">=", "!=")), SUMS),
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from(("and", "or")), inner)
        | inner.map("not({})".format)
        | inner.map("({})".format)
    ),
    max_leaves=4,
)


@given(SUMS | TESTS, VALUES, VALUES, VALUES)
def test_what_is_read_alike_gives_the_same_value(source, a, b, c):
    if differs_from_python(source):
        return
    variables = {"a": a, "b": b, "c": c}
    feel = compile_expression(source).evaluate(variables)
    try:
        python = compile_expression(source, language="python").evaluate(variables)
    except ExpressionFailed:  # a division by zero: null in FEEL, or decisive for nothing
        return
    assert feel == python
    assert (type(feel) is bool) == (type(python) is bool)


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(source):
    assert differs_from_python(source) in (True, False)
