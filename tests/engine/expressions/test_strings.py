"""Texts, and regular expressions that no pattern makes slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expressions.feel.regex import compile_pattern


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"一" + "窗"', "一窗"),
        ('"a" + 1', None),
        ('"a" + string(1)', "a1"),
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("💊药店", 2)', "药店"),
        ('substring("abc", 0)', None),
        ('string length("💊药")', 2),
        ('upper case("aBc4")', "ABC4"),
        ('lower case("aBc4")', "abc4"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "xyz")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('contains("foobar", "of")', False),
        ('starts with("药品", "药")', True),
        ('ends with("药品", "品")', True),
        ('split("a;b;;c", ";")', ["a", "b", "", "c"]),
        (r'split("John  Doe", "\\s+")', ["John", "Doe"]),
        ('string join(["a", null, "b"], "、")', "a、b"),
        ('string join(["a"])', "a"),
        ('string join([1], ",")', None),
        ('is blank("  ")', True),
        ('trim(" a ")', "a"),
        ("string(null)", None),
        ("string(true)", "true"),
        ('string([1, "a", null, {b: @"2026-03-01"}])', '[1, "a", null, {b: 2026-03-01}]'),
        ('matches("foobar", "^fo*b")', True),
        ('matches("FOO", "foo", "i")', True),
        ('matches("Q", "[^q]", "i")', False),
        ('matches("QUEUE", "[a-u]{5}", "i")', True),
        ('matches("a\\nb", "a.b")', False),
        ('matches("a\\nb", "a.b", "s")', True),
        ('matches("a", "(")', None),
        ('matches("a", "a", "z")', None),
        (r'matches("药店", "^\\p{Lo}+$")', True),
        (r'matches("13800138000", "^1\\d{10}$")', True),
        ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
        ('replace("banana", "a(n)", "<$1>")', "b<n><n>a"),
        ('replace("a.b", "\\\\.", "\\\\$")', "a$b"),
        ('replace("abc", "x*", "-")', None),
    ],
)
def test_texts(feel, source, expected):
    assert feel(source) == expected


plain = st.sampled_from("abc")
patterns = st.recursive(
    st.one_of(plain, st.sampled_from([".", "[ab]", "[^a]"])),
    lambda inner: st.one_of(
        st.builds("({})".format, inner),
        st.builds("{}{}".format, inner, inner),
        st.builds("({}|{})".format, inner, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}"])),
    ),
    max_leaves=6,
)


@given(patterns, st.text("abcd", max_size=8))
def test_the_same_place_is_found_as_by_backtracking(pattern, text):
    found = compile_pattern(pattern, "").search(text, 0, lambda steps: None)
    expected = re.search(pattern, text)
    assert (found and found[:2]) == (expected and expected.span())


def test_a_pattern_made_to_explode_takes_no_time(feel):
    assert feel(f'matches("{"a" * 3000}!", "^(a+)+$")') is False
    assert feel(f'matches("{"a" * 3000}!", "^(a|a|a?)*$")') is False


def test_a_pattern_that_would_grow_too_large_is_none(feel):
    assert feel('matches("aa", "(a{1,1000}){1,1000}")') is None
    assert feel(f'matches("a", "{"(" * 500}a{")" * 500}")') is None
