"""The input cells of decision tables, and `in`."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import ExpressionInvalid
from engine.expressions import compile_unary_tests


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        ("", "anything", True),
        ('"single"', "single", True),
        ('"single"', "chain-branch", False),
        ('"a", "b"', "b", True),
        ('"a", "b"', "c", False),
        ('not("a", "b")', "c", True),
        ('not("a", "b")', "b", False),
        ("not(null)", 1, True),
        ("not(< 3)", 3, True),
        ("< 3", 2, True),
        (">= 3", 2, False),
        ("= 3", 3, True),
        ("!= 3", 4, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("(1..5[", 3, True),
        ("[1..5], > 10", 11, True),
        ('["a".."c"]', "b", True),
        ('[@"2026-01-01"..@"2026-12-31"]', date(2026, 3, 1), True),
        ("true", True, True),
        ("false", True, False),
        ("true", None, False),
        ("null", None, True),
        ("null", 0, False),
        ("3", "3", None),
        ("< 3", "text", None),
        ("not(< 3)", "text", None),
        ("? > 2 and ? < 5", 3, True),
        ("? > 2 and ? < 5", 5, False),
        ("modulo(?, 2) = 0", 4, True),
        ('starts with(?, "P")', "P2", True),
        ('["a", "b"]', "a", True),
        ("limit", 3, True),
        ("< limit", 2, True),
        ("limit + 1", 4, True),
        ("-1", -1, True),
        ("- 1", -1, True),
        ('"-"', "-", True),
        ('list contains(?, "cold-chain")', ["otc-b", "cold-chain"], True),
        ('list contains(?, "cold-chain")', ["otc-b"], False),
        ('not(list contains(?, "cold-chain"))', ["otc-b"], True),
        ('some s in ? satisfies s in ("rx", "cold-chain")', ["otc-b", "cold-chain"], True),
        ("count(?) > 1", ["a", "b"], True),
        ('["a", "b"]', ["a", "b"], True),
        ("[]", [], True),
        ("true", "single", None),
        ("limit > 2", "single", True),
        ("limit > 3", "single", False),
        ("limit > 3", False, True),
    ],
)
def test_a_cell(cell, value, expected):
    assert compile_unary_tests(cell).matches(value, {"limit": 3}) is expected


def test_a_cell_reads_other_variables():
    tests = compile_unary_tests("> threshold")
    assert tests.names == {"threshold"}
    assert tests.matches(5, {"threshold": 4}) is True
    assert tests.matches(5, {}) is None


@pytest.mark.parametrize("cell", ['"a",', "> ", "[1..", "not(1", "1 2", "-,1", "a b c )"])
def test_a_broken_cell_is_refused(cell):
    with pytest.raises(ExpressionInvalid):
        compile_unary_tests(cell)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("2 in (1, 2)", True),
        ("2 in [1, 2]", True),
        ("2 in [1..3]", True),
        ("3 in [1..3)", False),
        ("2 in ]1..3[ and true", True),
        ("2 in (< 2, >= 2)", True),
        ("2 in < 3", True),
        ("2 in 2", True),
        ("2 in xs", True),
        ("2 in [[1..3], 9]", True),
        ('"b" in ["a".."c"]', True),
        ("(2 in (1)) = false", True),
        ('2 in "2"', None),
        ("null in (1..3)", None),
        ("5 in [1..null]", None),
        ("5 in (> 3)", True),
    ],
)
def test_in(feel, source, expected):
    assert feel(source, {"xs": [1, 2]}) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("before(1, [2..3])", True),
        ("before([1..2), [2..3])", True),
        ("after([3..4], [1..3])", False),
        ("meets([1..5], [5..10])", True),
        ("overlaps([1..5], [5..8])", True),
        ("overlaps([1..5), [5..8])", False),
        ("overlaps before([1..5], [3..8])", True),
        ("overlaps after([3..8], [1..5])", True),
        ("finishes(10, [1..10])", True),
        ("finished by([1..10], [5..10])", True),
        ("includes([1..10], 5)", True),
        ("includes((1..10], 1)", False),
        ("during([2..3], [1..5])", True),
        ("starts(1, [1..5])", True),
        ("started by([1..10], [1..5])", True),
        ("coincides([1..5], [1..5])", True),
        ("coincides([1..5), [1..5])", False),
        ('before(1, "a")', None),
        ("before(1, null)", None),
        ("[1..5].end included and [1..5].start = 1", True),
    ],
)
def test_relations_of_ranges(feel, source, expected):
    assert feel(source) is expected
