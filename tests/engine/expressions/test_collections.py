"""Lists, contexts, filters, loops and functions."""

from __future__ import annotations

import pytest

ITEMS = [{"key": "P2", "days": 20, "parts": [{"n": 1}]}, {"key": "P5", "days": 5, "parts": []}, {"key": "P6"}]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("items.key", ["P2", "P5", "P6"]),
        ("items.days", [20, 5, None]),
        ("items[days > 6].key", ["P2"]),
        ('items[key = "P5"][1].days', 5),
        ('items[item.key != "P5"].key', ["P2", "P6"]),
        ("items[2].key", "P5"),
        ("items[-1].key", "P6"),
        ("items[4]", None),
        ("items[0]", None),
        ("items[count(items)].key", "P6"),
        ("[10, 20, 30][item > 10]", [20, 30]),
        ("7[1]", 7),
        ("null[1]", None),
        ("[][1]", None),
        ('"text".length', None),
        ('get value(items[1], "days")', 20),
        ('get value({a: {b: 2}}, ["a", "b"])', 2),
        ("get entries({a: 1})[1].key", "a"),
        ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
        ("context merge([{a: 1}, {a: 2, b: 3}])", {"a": 2, "b": 3}),
        ('context([{key: "a", value: 1}])', {"a": 1}),
        ('{"a key": 1}.a key', 1),
        ("{a: 1, b: {c: a + 1}}.b.c", 2),
        ("for i in items return i.key", ["P2", "P5", "P6"]),
        ("for i in 1..3, j in 1..i return i * j", [1, 2, 4, 3, 6, 9]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1..3) return i", [1, 2]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ('for d in @"2026-02-27"..@"2026-03-01" return d.day', [27, 28, 1]),
        ("for i in null return i", None),
        ("for i in 5 return i", [5]),
        ("{square: function(x) x * x, all: for i in [2, 3] return square(i)}.all", [4, 9]),
        ("{f: function(n) if n = 0 then 1 else n * f(n - 1), r: f(10)}.r", 3628800),
        ('(function(a: number) a)("text")', None),
        ("{f: function(a, b) a - b, r: f(b: 1, a: 5)}.r", 4),
        ("sort([3, 1, 2])", [1, 2, 3]),
        ("sort(items, function(a, b) a.key > b.key).key", ["P6", "P5", "P2"]),
        ('sort([1, "a"])', None),
        ("sort([])", []),
        ("(>= [1])", None),
        (
            "{a: null, b: [is defined(a), is defined(c), is defined(items.key), is defined(items[3].days)]}.b",
            [True, False, True, False],
        ),
        ("{a: 1} = {b: 1}", False),
        ("[1..2] = [1.0..2.0]", True),
    ],
)
def test_collections(feel, source, expected):
    assert feel(source, {"items": ITEMS}) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('list contains(["a"], "a")', True),
        ("list contains([1, null], null)", True),
        ('list contains(null, "a")', None),
        ("count([1, null])", 2),
        ("min([3, 1, 2])", 1),
        ("max(3, 1, 2)", 3),
        ('max(["a", "b"])', "b"),
        ("min([])", None),
        ('min([1, "a"])', None),
        ("sum([1, 2.5])", 3.5),
        ("sum([])", None),
        ("mean([1, 2, 3, 4])", 2.5),
        ("median([8, 2, 5, 3, 4])", 4),
        ("mode([6, 3, 9, 6, 6])", [6]),
        ("product([2, 3, 4])", 24),
        ("sublist([4, 5, 6], 1, 2)", [4, 5]),
        ("sublist([4, 5, 6], -2)", [5, 6]),
        ("sublist([4, 5, 6], 3, 5)", None),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("concatenate([1], [2], 3)", [1, 2, 3]),
        ("insert before([1, 3], 2, 2)", [1, 2, 3]),
        ("remove([1, 2, 3], -1)", [1, 2]),
        ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
        ("list replace([1, 5, 3], function(old, new) old > new, 2)", [1, 2, 2]),
        ("reverse([1, 2])", [2, 1]),
        ("index of([1, 2, 1], 1)", [1, 3]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ('distinct values([1, 1.0, "1", [1], [1], null, null])', [1, "1", [1], None]),
        ("flatten([1, [2, [3]], []])", [1, 2, 3]),
        ("is empty([])", True),
    ],
)
def test_list_functions(feel, source, expected):
    assert feel(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 instance of number", True),
        ("null instance of number", False),
        ('"a" instance of string', True),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1} instance of context<a: number>", True),
        ("{a: 1} instance of context<b: number>", False),
        ("[1..2] instance of range<number>", True),
        ("(function(a) a) instance of function<Any> -> Any", True),
        ('@"P1M" instance of years and months duration', True),
        ("1 instance of Any", True),
        ("[[1], [2]] instance of list<list<number>>", True),
        ('[[1], ["a"]] instance of list<list<number>>', False),
        ("(>= [1]) instance of range<number>", False),
    ],
)
def test_instance_of(feel, source, expected):
    assert feel(source) is expected


def test_evaluation_changes_no_variable(feel):
    variables = {"xs": [3, 1, 2], "c": {"a": 1}}
    feel('[append(xs, 4), sort(xs), reverse(xs), remove(xs, 1), context put(c, "a", 2)]', variables)
    assert variables == {"xs": [3, 1, 2], "c": {"a": 1}}
