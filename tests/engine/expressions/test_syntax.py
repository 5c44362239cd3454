"""How source text is read: precedence, names, literals, and refusals that say where and what."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import ExpressionInvalid
from engine.expressions import compile_expression, compile_unary_tests


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("100 / 10 / 2", 5),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("2 ** -1", Decimal("0.5")),
        ("2 * -3", -6),
        ("1 + 1 = 2 and 2 > 1 or false", True),
        ("true or false and false", True),
        ("1 in [1..3] and 2 in (2, 5)", True),
        ("-5 in [-10..-1]", True),
        ("[1, 2, 3][2] + 1", 3),
        ("{a: {b: [10, 20]}}.a.b[2]", 20),
        ("if 1 > 2 then 1 else if 2 > 1 then 2 else 3", 2),
        ("1 + if true then 1 else 2", 2),
        ("1 instance of number and not(1 instance of string)", True),
        ("1 /* one */ + 1 // the other", 2),
        ("for x in [1, 2] return x + 1", [2, 3]),
        ("(function(a, b: number) a + b)(1, 2)", 3),
    ],
)
def test_operators_bind_as_the_standard_says(feel, source, expected):
    assert feel(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r'"a\"b\\c\n\tA"', 'a"b\\c\n\tA'),
        (r'"药\uD83D\uDC8A"', "药💊"),
        (r'"\U01F48A"', "💊"),
        (r'"\d"', r"\d"),
        ("12.50", Decimal("12.5")),
        (".5", Decimal("0.5")),
        ("1.5e3", 1500),
        ("null", None),
        ('"第一行\n第二行"', "第一行\n第二行"),
    ],
)
def test_literals(feel, source, expected):
    assert feel(source) == expected


def test_names_may_be_chinese_of_several_words_or_hold_marks(feel):
    assert feel('受理结果 = "准予" and 剩余天数 >= 3', {"受理结果": "准予", "剩余天数": 5}) is True
    assert feel("annual income * 2", {"annual income": 10}) == 20
    assert feel("{first step: 1, second step: first step + 1}.second step") == 2
    assert feel("{rate-of-tax: 2, both: rate-of-tax * 2}.both") == 4
    assert compile_expression("a-b", names=["a-b"]).evaluate({"a-b": 7, "a": 1, "b": 1}) == 7
    assert feel("a-b", {"a": 3, "b": 1}) == 2
    assert (
        compile_expression("bed and breakfast + 1", names=["bed and breakfast"]).evaluate({"bed and breakfast": 1}) == 2
    )
    assert feel("for next day in [1, 2] return next day + 1") == [2, 3]


def test_built_in_names_hold_spaces_and_keywords(feel):
    assert feel('string length("一窗") + count([1])') == 3
    assert feel('date and time("2026-03-01T08:00:00").hour') == 8
    assert feel('years and months duration(date("2025-01-01"), date("2026-03-01")).years') == 1
    assert feel('substring(start position: 2, string: "abc")') == "bc"
    assert feel('@"P1D" instance of days and time duration') is True


def test_a_variable_may_have_the_name_of_a_function(feel):
    assert feel("count > 2", {"count": 3}) is True
    assert feel("count(list)", {"count": 3, "list": [1]}) == 1
    assert feel("{count: function(x) 42, r: count([])}.r") == 42


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('items.P2.way = "ordinary" and credit > 3', {"items", "credit"}),
        ("for x in scopes return x + y", {"scopes", "y"}),
        ("{a: 1, b: a + c}", {"c"}),
        ("some m in materials satisfies m.ok", {"materials"}),
        ("function(a) a + b", {"b"}),
        ('list contains(drug_scope, "otc-b")', {"drug_scope"}),
        ("list[item.age > limit]", {"list", "limit"}),
        ("now() > deadline", {"deadline"}),
    ],
)
def test_free_names_are_the_variables_an_expression_reads(source, names):
    assert compile_expression(source).names == names


@pytest.mark.parametrize(
    ("source", "line", "column", "expected"),
    [
        ("1 +", 1, 4, "an expression"),
        ("", 1, 1, "an expression"),
        ("if a then b", 1, 12, "'else'"),
        ("a = 1\n  and (b = 2", 2, 13, "')'"),
        ('"open', 1, 1, "closing"),
        ("a（b）", 1, 2, "ASCII"),
        ("1 2", 1, 3, "the end"),
        ("then", 1, 1, "keyword"),
        ('@"2026-02-30"', 1, 2, "date"),
        ("a & b", 1, 3, "'&'"),
        ("{a: 1, a: 2}", 1, 8, "only once"),
        ("f(1,)", 1, 5, "after the comma"),
        ("{a: 1,}", 1, 7, "after the comma"),
        ("f(a: 1, 2)", 1, 11, "all arguments named"),
        ("a . ", 1, 5, "a name"),
        ("for in [1] return 1", 1, 5, "a name"),
        ('"\\uD800"', 1, 1, "surrogate"),
    ],
)
def test_a_refusal_says_where_and_what_was_expected(source, line, column, expected):
    with pytest.raises(ExpressionInvalid) as refused:
        compile_expression(source)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert expected in refused.value.expected.en
    assert refused.value.expected.zh


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000 + "]" * 5000,
        "{a:" * 5000 + "1" + "}" * 5000,
        "-" * 5000 + "1",
        "if true then 1 else " * 3000 + "1",
        "a" + ".b" * 5000,
        "a" + "[1]" * 5000,
        "1" + " = 1" * 5000,
        "1 instance of " + "list<" * 5000 + "number" + ">" * 5000,
        "f(" * 5000 + ")" * 5000,
        "not(" * 300 + "true" + ")" * 300,
        "function(a) " * 3000 + "1",
        "1 in (" * 3000 + "1" + ")" * 3000,
    ],
    ids=lambda source: source[:12],
)
def test_hostile_nesting_is_refused_in_words(source):
    with pytest.raises(ExpressionInvalid) as refused:
        compile_expression(source)
    assert "nesting" in refused.value.expected.en
    with pytest.raises(ExpressionInvalid):
        compile_unary_tests(source)


def test_long_flat_expressions_are_fine(feel):
    assert feel("+".join(["1"] * 10_000)) == 10_000
    assert feel(" and ".join(["true"] * 5_000)) is True
    assert feel("(" * 150 + "1" + ")" * 150) == 1


def test_a_source_that_is_too_long_is_refused():
    with pytest.raises(ExpressionInvalid):
        compile_expression("1" * 70_000)


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(ExpressionInvalid) as refused:
        compile_expression("1", language="cobol")
    assert "cobol" in refused.value.expected.zh
    assert "feel" in refused.value.expected.en
