"""Calls by position and by name (DMN 1.5, 10.3.2.13), patterns with back references, ranges of one operator."""

from __future__ import annotations

import pytest

from engine.errors import BudgetExceeded


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('substring(string: "foobar", start position: 3)', "obar"),
        ('substring(start position: 3, string: "foobar", length: 2)', "ob"),
        ('substring(string: "foobar", length: 2)', None),
        ('substring(string: "foobar", begin: 2)', None),
        ('number(from: "1,5", decimal separator: ",")', "1.5"),
        ('number(from: "1.000", grouping separator: ".")', "1000"),
        ('context put(context: {a: 1}, key: "b", value: 2)', {"a": 1, "b": 2}),
        ('context put(context: {a: {b: 1}}, keys: ["a", "b"], value: 2)', {"a": {"b": 2}}),
        ('context put(context: {a: {b: 1}}, key: ["a", "b"], value: 2)', None),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
        ("list replace(list: [1, 2], position: 2, newItem: 5)", [1, 5]),
        ("list replace(list: [1, 2], match: function(a, b) a = 2, newItem: 5)", [1, 5]),
        ("list replace(list: [1, 2], match: 2, newItem: 5)", None),
        ("(function(a, b) [a, b])(b: 1, a: 2)", [2, 1]),
        ("(function(a, b) [a, b])(b: 1)", [None, 1]),
        ("(function(a, b) [a, b])(c: 1)", None),
        ("(function(a, b) [a, b])(1)", None),
        ("before(point1: 1, point2: 2)", True),
        ("before(point: 1, range: [2..3])", True),
        ("includes(point: 2, range: [1..3])", True),
        ("started by(range: [1..3], point: 1)", True),
        ("during(range: [1..3], point: 2)", True),
        ("finishes(point: 3, range: [1..3])", True),
        ('string join(list: ["a", "b"])', "ab"),
    ],
)
def test_arguments_by_name(feel, source, expected):
    found = feel(source)
    assert (str(found) if isinstance(expected, str) else found) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r'matches("abab", "^(ab)\1$")', True),
        (r'matches("abac", "^(ab)\1$")', False),
        (r'matches("aA", "(a)\1", "i")', True),
        (r'matches("aA", "(a)\1")', False),
        (r'matches("aa1", "^(a)\11$")', True),
        (r'matches("b", "^(a)?b\1$")', True),
        (r'matches("aabb", "^((.)\2)+$")', True),
        (r'matches("xyzzyx", "(.)(.)(.)\3\2\1")', True),
        (r'replace("hello moon", "(.)\1", "[$1]")', "he[l]o m[o]n"),
        (r'split("a11b22c", "([0-9])\1")', ["a", "b", "c"]),
        (r'matches("h", "(.)\2")', None),
        (r'matches("h", "(h\1)")', None),
        (r'matches("h", "(h)[\1]")', None),
    ],
)
def test_back_references(feel, source, expected):
    assert feel(source) == expected


@pytest.mark.parametrize("pattern", [r"^(a*)*(b)\2$", r"^(a|aa|aaa)+(c)\2$", r"(x+x+)+\1y", r"^(.*)*\1\1z$"])
def test_a_back_reference_ends_within_the_budget(feel, pattern):
    text = "a" * 40 + "x" * 40
    with pytest.raises(BudgetExceeded):
        feel("matches(t, p)", {"t": text * 20, "p": pattern})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("5 in (= 5)", True),
        ("5 in (!= 5)", False),
        ("4 in (!= 5)", True),
        ('"a" in (!= 5)', None),
        ("(= 5) = (= 5)", True),
        ("(!= 5) = (!= 5)", True),
        ("(= 5) = (!= 5)", False),
        ("(= 5) = [5..5]", False),
        ("(< 5) = (null..5)", False),
        ("before(4, (!= 5))", None),
        ("includes((= 5), 5)", True),
        ("string((!= 5))", "(!= 5)"),
        ("(= 5).start", 5),
        ("for i in (= 5) return i", [5]),
        ("for i in (!= 5) return i", None),
        ("{r: (!= 5), other: 4 in r}.other", True),
    ],
)
def test_ranges_of_one_operator(feel, source, expected):
    found = feel(source)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[18..21)", "[18..21)"),
        ("]1..3[", "(1..3)"),
        ("[2..)", "[2..null)"),
        ("(..2]", "(null..2]"),
        ("[-3..-1]", "[-3..-1]"),
        ('["a".."d"]', '["a".."d"]'),
        ('[@"2026-01-01"..date("2026-02-01")]', "[2026-01-01..2026-02-01]"),
        ('[date and time("2026-01-01T00:00:00")..)', "[2026-01-01T00:00:00..null)"),
        ('[duration("P1D")..@"P2D"]', "[P1D..P2D]"),
        *((text, None) for text in ("[..2)", "[2..]", "[..]", "(..)", "", "1..3", "[3..1]", '[1.."a"]', "[a..b]")),
        *(
            (text, None)
            for text in ("[1+1..3]", "[1..2..3]", "[null..2]", "[1..3", "[now()..)", "[1e9999..)", '["a..b]')
        ),
    ],
)
def test_the_range_that_a_text_writes(feel, text, expected):
    assert feel("string(range(t))", {"t": text}) == expected
