"""A tree written as text and read again is the same tree; a text read and written again means the same."""

# ruff: noqa: DTZ001 - local dates and times without a zone are values of the language

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expressions.feel import nodes as n
from engine.expressions.feel.parser import parse_expression, parse_unary_tests
from engine.expressions.feel.printer import printed
from engine.values import FarDate, FarDateTime, FineDuration, FineTime, YearsMonths

#: Names of one word, of several, of other letters and with a mark in them.
NAMES = ("a", "b", "申请人", "monthly fee", "rate-of-tax", "first name of applicant")
KNOWN = tuple(name for name in NAMES if not name.isalnum())


def placeless(value):
    """The tree without lines and columns."""
    if isinstance(value, n.Node):
        parts = {field.name: placeless(getattr(value, field.name)) for field in fields(value)}
        return replace(value, **{**parts, "line": 0, "column": 0})
    return tuple(placeless(part) for part in value) if type(value) is tuple else value


def node(kind, *parts):
    return st.builds(kind, st.just(0), st.just(0), *parts)


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
numbers = st.integers(-(10**33), 10**33) | st.decimals(allow_nan=False, allow_infinity=False, places=4).filter(
    lambda number: abs(number) < 10**20
)
temporals = st.sampled_from(
    [
        date(2026, 3, 1),
        time(8, 30),
        datetime(2026, 3, 1, 8, 30, 0, 500_000),
        datetime(2026, 3, 1, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
        timedelta(days=-1, hours=2),
        YearsMonths(-14),
        FarDate(-44, 3, 15),
        FineTime(8, 30, 0, 1),
        FarDateTime(FarDate(12026, 3, 1), time(8, 30)),
        FineDuration(1),
    ]
)
names = st.sampled_from(NAMES)
atoms = (
    node(n.Literal, st.none() | st.booleans() | texts | numbers | temporals)
    | node(n.Name, names)
    | node(n.ListOf, st.just(()))
)
simple_types = st.builds(
    n.TypeName, st.sampled_from(["number", "string", "days and time duration", "Any", "date and time"])
)
types = st.recursive(
    simple_types,
    lambda inner: (
        st.builds(lambda one: n.TypeName("list", (one,)), inner)
        | st.builds(lambda one: n.TypeName("range", (one,)), inner)
        | st.builds(lambda one, two: n.TypeName("context", (one, two), ("a", "monthly fee")), inner, inner)
        | st.builds(lambda one, two: n.TypeName("function", (one, two)), inner, inner)
    ),
    max_leaves=4,
)


def several(inner, least=1, most=3):
    return st.lists(inner, min_size=least, max_size=most).map(tuple)


def larger(inner):
    """Expressions with these as their parts."""
    chain = st.sampled_from([("+", "-"), ("*", "/"), ("**",)]).flatmap(
        lambda signs: node(n.Arithmetic, inner, several(st.tuples(st.sampled_from(signs), inner), most=2))
    )
    not_number = inner.filter(lambda it: not (isinstance(it, n.Literal) and type(it.value) in (int, Decimal)))
    compared = node(n.UnaryTest, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), inner, st.just(False))
    test = compared | node(n.UnaryTest, st.just(""), inner, st.just(False))
    binding = node(n.Binding, names, inner, st.none() | inner)
    both = st.tuples(inner, inner, st.booleans(), st.booleans(), st.just(""))
    one_sided = st.builds(lambda end, closed: (None, end, False, closed, ""), inner, st.booleans())
    other_sided = st.builds(lambda start, closed: (start, None, closed, False, ""), inner, st.booleans())
    exact = st.builds(lambda end, sign: (end, end, sign == "=", sign == "=", sign), inner, st.sampled_from(["=", "!="]))
    keys = st.sampled_from(["a", "monthly fee", "x y", "键"])
    return (
        chain
        | node(n.Negation, not_number)
        | node(n.Logic, st.sampled_from(["and", "or"]), several(inner, least=2))
        | node(n.Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner)
        | node(n.Between, inner, inner, inner)
        | node(n.Membership, inner, several(test))
        | node(n.Conditional, inner, inner, inner)
        | node(n.For, several(binding, most=2), inner)
        | node(n.Quantified, st.sampled_from(["some", "every"]), several(binding, most=2), inner)
        | node(n.ListOf, several(inner))
        | node(n.ContextOf, st.dictionaries(keys, inner, max_size=2).map(lambda it: tuple(it.items())))
        | (both | one_sided | other_sided | exact).flatmap(lambda parts: node(n.RangeOf, *map(st.just, parts)))
        | node(n.Path, inner, names)
        | node(n.Filter, inner, inner)
        | node(n.Call, inner, several(inner, least=0), st.just(()))
        | node(n.Call, inner, st.just(()), several(st.tuples(names, inner)))
        | node(n.FunctionOf, st.just(("a", "monthly fee")), st.tuples(st.none() | types, types), inner)
        | node(n.InstanceOf, inner, types)
    )


trees = st.recursive(atoms, larger, max_leaves=12)


@given(trees)
def test_a_tree_that_is_written_and_read_is_the_same(tree):
    text = printed(tree)
    assert placeless(parse_expression(text, (*KNOWN, "x y"))) == placeless(tree), text


@given(trees)
def test_what_was_written_once_is_written_the_same_again(tree):
    text = printed(tree)
    assert printed(parse_expression(text, (*KNOWN, "x y"))) == text


@pytest.mark.parametrize(
    "source",
    [
        'age > 18 and type in ("chain", "single")',
        "-a ** 2 + (-a) ** 2 - -3",
        "(a + b) * c - d / (e / f)",
        "a or b and (c or d)",
        "if a then b else if c then d else e",
        "for i in 1..n, j in [1, 2] return i * j + partial[-1]",
        "some x in xs satisfies x > 2 and every y in x.ys satisfies y < 3",
        "orders[item.fee > 3].name[1]",
        '{a: 1, "b c": a + 1}.a',
        "(function(a: number, b: list<string>) a + count(b))(1, [])",
        'date(from: "2026-03-01") in [@"2026-01-01"..@"2026-12-31")',
        'x in (< 3, > 5, [1..2], (= 7), "a")',
        "x instance of context<a: number, b: list<function<string>->number>>",
        "(x instance of list<number>) = true",
        "x between (a between b and c) and d",
        "(>= 5) = [5..null)",
        'string length("a\\"b\\\\c\\n") = 6',
        "is defined(a.b.c)",
        "(a - b) instance of string or -1 instance of number",
        "-(a instance of number)",
    ],
)
def test_a_source_written_again_is_the_same_tree(source):
    tree = parse_expression(source)
    assert placeless(parse_expression(printed(tree))) == placeless(tree)


@pytest.mark.parametrize(
    "source",
    [
        "-",
        "",
        '"a", "b"',
        "not(< 3, [5..7])",
        "? > 2 and ? < 4",
        "not(a) = b",
        "(not(a))",
        "[1..5), null",
        "< 3, a + 1",
    ],
)
def test_an_input_cell_written_again_is_the_same(source):
    tests = parse_unary_tests(source)
    assert placeless(parse_unary_tests(printed(tests))) == placeless(tests)
