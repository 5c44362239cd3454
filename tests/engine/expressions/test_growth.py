"""What is built up is paid for before it is made: no text, list or value outgrows its budget, nor does the time."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BudgetExceeded
from engine.expressions import compile_expression
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.run import LIST_LIMIT, VALUE_LIMIT, Run, Writing
from engine.values import YearsMonths

#: Most memory of one evaluation, in bytes: 100,000 steps pay for 25 million characters of one byte.
MEMORY = 40_000_000
LONG = "ab,c d$1" * 125_000
GIVEN = {
    "s": LONG,
    "t": "a" * 999_999 + "b",
    "u": "a" * 999_999 + "药",
    "spaces": " " + LONG[2:] + " ",
    "xs": list(range(90_000)),
    "ys": list(range(90_000)),
    "texts": [LONG] * 300,
    "c": {f"k{n}": n for n in range(50_000)},
    "d": {f"k{n}": n + 1 for n in range(50_000)},
    "far": Decimal("1e999999"),
}
#: Each of these would take far more than its budget if it were made first and paid for afterwards.
ATTACKS = [
    "string(for i in 1..300 return s)",
    "string(for i in 1..1000 return {a: s})",
    'string({"k": [s..s]})',
    "string join(for i in 1..300 return s, s)",
    "for i in 1..20000 return s",
    "for i in 1..20000 return {a: s}",
    "{a: texts, b: texts}",
    "context([{key: s, value: texts}, {key: t, value: s}, {key: u, value: texts}])",
    "count(for i in 1..2000 return substring(s, 2))",
    "count(for i in 1..2000 return trim(spaces))",
    'count(for i in 1..2000 return substring after(s, "b"))',
    'count(for i in 1..2000 return substring before(s, "zz"))',
    "[" + ", ".join(['s + "x"'] * 600) + "]",
    "[" + ", ".join(['substring(s, 2) + ""'] * 600) + "]",
    "[" + ", ".join(["lower case(s)"] * 600) + "]",
    'replace(s, "(.+)", "' + "$1" * 500 + '")',
    'replace(s, "a", s)',
    'replace(s, "[a-z]", s)',
    'for i in 1..100 return split(s, "b")',
    'split(s, ",")',
    'count(for i in 1..100 return number(s, ",", "."))',
    "count(for i in 1..100000 return string(1e6000))",
    "count(for i in 1..100 return string(far))",
    'count(for i in 1..20000 return matches("b", "(a?){1000}" + string(i)))',
    'matches(s, "(?:' + "(a?)" * 90 + '){10}x")',
    'matches(s, "(?:' + "(?:|" * 40 + "b" + ")" * 40 + 'c){30}")',
    'count(for i in 1..2000 return matches("b", s))',
    "count(for i in 1..10000 return t < u)",
    'count(for i in 1..10000 return t = (substring(t, 1, 999999) + "b"))',
    "count(for i in 1..10000 return t in [t..u])",
    "count(for i in 1..10000 return before([t..t], [u..u]))",
    "count(for i in 1..10000 return max(t, u))",
    "sort(for i in 1..3000 return substring(t, 1, 5000) + string(i))",
    "distinct values(for i in 1..3000 return substring(t, i))",
    "count(for i in 1..1000 return c = d)",
    "count(for i in 1..1000 return xs = ys)",
    "count(for i in 1..1000 return xs instance of list<number>)",
    "count(for i in 1..1000 return (function(a: list<number>) 1)(xs))",
    "for i in 1..5000 return append(xs, i)",
    "for i in 1..5000 return concatenate(xs, xs)",
    "for i in 1..5000 return union(partial, partial)",
    "for i in 1..5000 return flatten([xs, xs])",
    "for i in 1..5000 return insert before(xs, 1, i)",
    "for i in 1..5000 return list replace(xs, 1, i)",
    "for i in 1..5000 return sort(xs)",
    'for i in 1..5000 return context put(c, "a", i)',
    'for i in 1..5000 return context put({a: c}, ["a", "b"], i)',
    "for i in 1..5000 return context merge([c, d])",
    "for i in 1..5000 return get entries(c)",
    "for i in 1..1000, j in 1..1000 return [i, j]",
    "for i in 1..5000 return for j in 1..i return s",
]


@pytest.fixture(scope="module", autouse=True)
def _measured():
    """Traced for all of this file: starting anew for each expression would take most of the time."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


def peak(source, given=GIVEN):
    """The most memory that evaluating took, in bytes, and whether a budget ended it."""
    expression = compile_expression(source)
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    stopped = False
    try:
        expression.evaluate(given)
    except BudgetExceeded:
        stopped = True
    return tracemalloc.get_traced_memory()[1] - before, stopped


@pytest.mark.parametrize("source", ATTACKS, ids=lambda source: source[:45])
def test_growth_is_stopped_before_it_happens(source):
    memory, stopped = peak(source)
    assert stopped
    assert memory < MEMORY


def test_what_is_within_the_budget_is_made(feel):
    assert len(feel('string join(for i in 1..9 return substring(s, 1, 100000), ",")', GIVEN)) == 900_008
    assert len(feel("[s, s, s]", GIVEN)) == 3
    assert feel('string length(replace(substring(s, 1, 8000), "a", "bbb"))', GIVEN) == 10_000
    assert len(feel('split(substring(s, 1, 8000), ",")', GIVEN)) == 1_001
    assert feel('count(for i in 1..3000 return matches("13800138000", "^1\\\\d{10}$"))') == 3_000
    assert feel("count(xs)", GIVEN) == 90_000


shared = st.recursive(
    st.sampled_from(["s", "t", '"a"', "substring(s, 1, 300000)", "texts", "c", "[xs]"]),
    lambda inner: st.one_of(
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{a: {}, b: [a, a, a]}}".format, inner),
        st.builds("(for i in 1..{} return {})".format, st.integers(1, 400), inner),
        st.builds("{{k: {}}}".format, inner),
    ),
    max_leaves=6,
)


def written(value):
    """Characters and items as they would stand in storage, shared ones as often as they are met."""
    if isinstance(value, str):
        return len(value), 1
    keys = value if isinstance(value, dict) else ()
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    inside = [written(each) for each in items]
    return sum(map(len, keys)) + sum(each for each, _ in inside), 1 + sum(each for _, each in inside)


@settings(deadline=None, max_examples=30)
@given(shared)
def test_a_value_that_is_given_back_is_no_larger_written_than_its_limits(source):
    try:
        value = compile_expression(source).evaluate(GIVEN)
    except BudgetExceeded:
        return
    characters, items = written(value)
    assert characters <= VALUE_LIMIT
    assert items <= 100_000 + 1


TYPED = {
    "text": ["s", "u", '"a"', '"(a|b)+"', '"$1$1$1$1"', '","', '"(?:a*)*$"', '"2026-03-01T00:00:00@Asia/Shanghai"'],
    "number": ["1", "-1", "2.5", "1e6000", "1e-6000", "far", "long", "huge", "nan", "36525", "count(xs)", "0"],
    "list": ["xs", "texts", "[]", "[1, 2, 3]", "[far, nan, long]", '["a", "b"]', "[s, u]", "tuple", "[day, moment]"],
    "context": ["c", "{}", "{a: s}", "{a: {b: xs}}"],
    "date": ["day", "moment", '@"0001-01-01"', '@"2026-03-29T02:30:00@Europe/Paris"', '@"08:00:00"'],
    "duration": ["longest", "months", '@"-P1D"', '@"P1Y"'],
    "function": ["function(a, b) a < b", "function(a) a", "function(a, b) a + b"],
    "range": ["[1..5]", "(> 5)", "[s..u]", "[day..day]"],
}
VARIABLES = GIVEN | {
    "long": Decimal("1." + "7" * 100_000),
    "huge": 10**1200,
    "nan": Decimal("sNaN"),
    "tuple": (1, ("a",), LONG),
    "day": date.max,
    "moment": datetime.max.replace(tzinfo=UTC),
    "longest": timedelta.max,
    "months": YearsMonths(12 * 10**12),
}
#: What stands behind a parameter's name, where it says so; the others get anything.
PARAMETERS = {
    "text": "string input pattern match replacement delimiter flags key",
    "number": "n number scale dividend divisor position year month day hour minute second length start",
    "list": "list lists items contexts entries keys strings",
    "context": "m context",
    "date": "date from to",
    "duration": "offset",
    "function": "precedes which",
    "range": "range range1 range2",
}
_KIND_OF = {name: kind for kind, names in PARAMETERS.items() for name in names.split()}
anything = st.sampled_from(sorted(TYPED)).flatmap(lambda kind: st.sampled_from(TYPED[kind]))


def called(inner):
    """A call of any built-in, its arguments mostly of the kinds that it wants."""

    def argument(name):
        kind = _KIND_OF.get(name.split()[0])
        return inner if kind is None else st.one_of(st.sampled_from(TYPED[kind]), inner)

    def of(function):
        arguments = st.sampled_from(function.signatures).flatmap(
            lambda names: st.tuples(*(argument(name) for name in names)).map(", ".join)
        )
        return arguments.map(lambda written: f"{function.name}({written})")

    return st.sampled_from(sorted(BUILTINS)).map(BUILTINS.__getitem__).flatmap(of)


programs = st.recursive(
    anything,
    lambda inner: st.one_of(
        called(inner),
        called(inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "**", "=", "<", ">=", "in"]), inner),
        st.builds("(-{})".format, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{a: {}, b: a + a}}.b".format, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("({} instance of list<number>)".format, inner),
        st.builds("(for i in {} return {})".format, inner, inner),
        st.builds("(for i in 1..100 return [partial, {}])".format, inner),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=60)
@given(programs, st.sampled_from(["{}", "count(for i in 1..5000 return {})", "string({})"]))
def test_any_program_over_large_values_stays_within_memory_and_the_typed_errors(program, frame):
    memory, _ = peak(frame.format(program), VARIABLES)
    assert memory < 4 * MEMORY  # the widest characters take four bytes


@given(st.lists(st.text(max_size=600), max_size=30))
def test_a_text_written_in_pieces_costs_what_the_whole_costs(pieces):
    run = Run(None, "")
    writing = Writing(run)
    for piece in pieces:
        writing.add(piece)
    whole = "".join(pieces)
    assert writing.text() == whole
    assert run.limit - run.left == len(whole) >> 8


def test_a_pattern_costs_the_same_whether_it_was_seen_before_or_not(few_steps):
    def left(source):
        run = Run(few_steps, "")
        BUILTINS["matches"].call(run, ["b", source])
        return run.left

    assert left("(a|b){7}c?") == left("(a|b){7}c?") < few_steps.budgets.expression_steps


def test_a_list_made_by_a_loop_has_the_limit_of_all_lists(context):
    many = type(context)(budgets=type(context.budgets)(expression_steps=10_000_000))
    for source in (f"for i in 1..{LIST_LIMIT + 1} return i", "flatten([xs, xs])", "context merge([c, e, f])"):
        given = {**GIVEN, "e": {f"e{n}": n for n in range(50_000)}, "f": {f"f{n}": n for n in range(50_000)}}
        with pytest.raises(BudgetExceeded) as stopped:
            compile_expression(source).evaluate(given, many)
        assert stopped.value.limit == LIST_LIMIT
