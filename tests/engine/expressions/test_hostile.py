"""Whatever is written: it compiles or is refused, it gives a value or runs out of budget. Nothing else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import BudgetExceeded, ExpressionInvalid
from engine.expressions import compile_expression, compile_unary_tests
from engine.expressions.feel.builtins import BUILTINS
from engine.law import Calendar
from engine.runtime import Context
from engine.values import YearsMonths

TOKENS = """
1 -2 1.5 1e6000 0 34 true false null "a" "" "P1D" "2026-03-01" @"2026-03-01" @"P1D" @"P1M" @"08:00:00" a b 药
item partial ? ( ) [ ] { } , : . .. + - * / ** = != < <= > >= and or not if then else for in return some every
satisfies between instance of function number string list< @"2026-03-01T08:00:00Z"
"""
ATOMS = """
1 -2 0.5 1e6000 true null "a" "P1D" @"2026-03-01" @"P1D" @"P14M" a b [] {k:1} [1..3] (<5) item (function(x)x)
@"08:00:00@Asia/Shanghai" @"9999-12-31T23:00:00-10:00" [3,null,[1]] [{k:1},{k:2}]
9999999999999999999999999999999999 @"P999999999DT23H" @"-P999999999D" 1e-6176 "0001-01-01T00:00:00+14:00"
@"0001-01-01T00:00:00@Asia/Shanghai" "(a|b)*?" "$1\\$2" [[[]]] (function(a)a) (function(a,b)b) partial
"""
AHEAD, BEHIND, PARIS = timezone(-timedelta(hours=14)), timezone(timedelta(hours=14)), ZoneInfo("Europe/Paris")
OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
PATHS = ("k", "month", "days", "start", "time offset", "years")
TYPES = ("number", "list<number>", "range<date>", "context<k: number>", "function<> -> Any")
VALUES = (
    *(None, True, 0, Decimal("1.50"), "text", [1, "a"], {"k": [None]}, YearsMonths(5), 1.5, object(), (1, ("a",))),
    *(Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), Decimal("1e999999"), Decimal("1e-7000"), 10**5000),
    *(timedelta.max, timedelta.min, YearsMonths(12 * 10**12), date.max, date.min, {1: {2: 3}}, {"__proto__": "\ud800"}),
    *(datetime.max.replace(tzinfo=AHEAD), datetime.min.replace(tzinfo=BEHIND), datetime.min.replace(tzinfo=PARIS)),
)
#: With a calendar that knows no holidays.
CONTEXT = Context(datetime(2026, 3, 1, 17, 30, tzinfo=UTC), calendar=Calendar.from_tables([]))


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(OPERATORS)
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("{}({})".format, st.sampled_from(sorted(BUILTINS)), st.lists(inner, max_size=3).map(", ".join)),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
        st.builds("(for i in {} return {})".format, inner, inner),
        st.builds("(some i in {} satisfies {})".format, inner, inner),
        st.builds("{{a: {}, b: {}}}.b".format, inner, inner),
        st.builds("{}.{}".format, inner, st.sampled_from(PATHS)),
        st.builds("({} between {} and {})".format, inner, inner, inner),
        st.builds("({} instance of {})".format, inner, st.sampled_from(TYPES)),
        st.builds("(-{})".format, inner),
    )


expressions = st.recursive(st.sampled_from(ATOMS.split()), joined, max_leaves=8)


@given(st.lists(st.sampled_from(TOKENS.split()), max_size=14).map(" ".join))
def test_a_soup_of_tokens_compiles_or_is_refused(source):
    for compile_source in (compile_expression, compile_unary_tests):
        with suppress(ExpressionInvalid):
            compile_source(source)


@given(st.text(max_size=40))
def test_any_text_compiles_or_is_refused(source):
    with suppress(ExpressionInvalid, BudgetExceeded):
        compile_expression(source).evaluate({})


@given(expressions, st.sampled_from(VALUES), st.sampled_from(VALUES))
@example("string(a)", object(), 1.5)
@example("[a = a, sort([a, b]), abs(a), max(a, b), distinct values([a, b])]", 1.5, object())
def test_any_expression_gives_a_value_over_any_variables(source, a, b):
    expression = compile_expression(source)
    for context in (None, CONTEXT):
        with suppress(BudgetExceeded):
            value = expression.evaluate({"a": a, "b": b}, context)
            assert type(value) is not float or value in (a, b)


@given(expressions, st.sampled_from(VALUES))
def test_any_cell_gives_true_false_or_unknown(source, value):
    with suppress(BudgetExceeded):
        assert compile_unary_tests(source).matches(value, {"a": 1}) in (True, False, None)


def test_every_built_in_can_be_written_and_called_with_nothing():
    for name in BUILTINS:
        compile_expression(f"{name}()").evaluate({})
        assert compile_expression(f"{name}()").names == frozenset()
