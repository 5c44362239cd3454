"""The Python subset as a language of conditions and mappings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import BudgetExceeded, ExpressionFailed, ExpressionInvalid, ValueInvalid
from engine.expressions import compile_expression
from engine.values import Value

VARIABLES = {
    "test": "abc",
    "n": 7,
    "xs": [3, 1, 2],
    "order": {"customer": {"name": "林秀英"}, "items": [{"price": Decimal("2.50"), "count": 2}]},
    "none": None,
    "day": date(2026, 3, 1),
}


def python(source: str, **variables: Value) -> Value:
    return compile_expression(source, language="python", element="Flow_1").evaluate({**VARIABLES, **variables})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('"a" in test', True),
        ('"d" not in test', True),
        ("2 in xs and 9 not in xs", True),
        ('"customer" in order', True),
        ("1 < n <= 7 != 8", True),
        ("3 < n < 5", False),
        ("none is None and n is not None", True),
        ("none or 'default'", "default"),
        ("n and 'yes'", "yes"),
        ("not xs", False),
        ("'big' if n > 5 else 'small'", "big"),
        ('order["customer"]["name"]', "林秀英"),
        ("xs[0] + xs[-1]", 5),
        ("xs[1:]", [1, 2]),
        ("xs[::-1]", [2, 1, 3]),
        ("test[:2]", "ab"),
        ("[x * 2 for x in xs if x > 1]", [6, 4]),
        ("[(a, b) for a in xs for b in xs if a < b]", [[1, 3], [1, 2], [2, 3]]),
        ("{key: value for key, value in {'a': 1}.items()}", {"a": 1}),
        ("sum(item['price'] * item['count'] for item in order['items'])", Decimal("5.00")),
        ("any(1 / x for x in [1, 0])", True),
        ("all(x > 0 for x in xs)", True),
        ("','.join(str(x) for x in xs)", "3,1,2"),
        ("max(xs) - min(xs)", 2),
        ("max([], default=5)", 5),
        ("min(3, 2)", 2),
        ("sorted(xs, reverse=True)", [3, 2, 1]),
        ("sum(xs, 10)", 16),
        ("list(range(2, 8, 3))", [2, 5]),
        ("enumerate(['a'], 1)", [[1, "a"]]),
        ("zip(xs, 'ab')", [[3, "a"], [1, "b"]]),
        ("reversed(xs)", [2, 1, 3]),
        ("dict([('a', 1)], b=2)", {"a": 1, "b": 2}),
        ("tuple(xs)", [3, 1, 2]),
        ("(1, 2) == [1, 2]", True),
        ("abs(-3) + len(test)", 6),
        ("bool('') or bool(0) or bool([])", False),
        ("f'{test}: {n + 1} {xs} {none}'", "abc: 8 [3, 1, 2] None"),
        ("str(1.50) + str(True) + str(['a', None, {'k': 0.5}])", "1.5True['a', None, {'k': 0.5}]"),
        ("'a' 'b' + 'c' * 2", "abcc"),
        ("[0] * 2 + [1]", [0, 0, 1]),
        ("order.get('missing', 'x')", "x"),
        ("test.upper().lower().replace('b', '-').split('-')", ["a", "c"]),
        ("'  x '.strip() + 'a,b'.split(',')[1]", "xb"),
        ("'ab'.startswith(('x', 'a')) and 'ab'.endswith('b')", True),
        ("test.find('c') + test.count('a') + test.index('b')", 4),
        ("'12'.isdigit() and not '1x'.isdigit()", True),
        ("xs.index(1) + xs.count(2)", 2),
        ("list(order.keys()) == ['customer', 'items']", True),
        ("True + True", 2),
        ("None", None),
        ("(\n  n +\n  1\n)", 8),
        ("  \n n", 7),
        ("'药' in '药店'", True),
    ],
)  # fmt: skip
def test_values(source, value):
    result = python(source)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("1 / 4", Decimal("0.25")),
        ("4 / 2", Decimal(2)),
        ("0.12345678901234567890123", Decimal("0.12345678901234567890123")),
        ("1_000.5", Decimal("1000.5")),
        ("-7.5 // 2", Decimal(-4)),
        ("-7.5 % 2", Decimal("0.5")),
        ("7.5 % -2", Decimal("-0.5")),
        ("7.5 // -2", Decimal(-4)),
        ("2 ** -1", Decimal("0.5")),
        ("float('1.50') + float(1)", Decimal("2.50")),
        ("round(2.5) + round(3.5)", 6),
        ("round(2.345, 2)", Decimal("2.34")),
        ("round(1250, -2)", 1200),
        ("round(1e300) == 10**300", True),
        ("int(7.9) + int('12') + int(-7.9)", 12),
        ("1.0 == 1 == True", True),
        ("-1.234567890123456789012345678901234", Decimal("-1.234567890123456789012345678901234")),
        ("abs(-1.234567890123456789012345678901234)", Decimal("1.234567890123456789012345678901234")),
    ],
)
def test_a_fraction_is_an_exact_decimal_never_a_float(source, value):
    result = python(source)
    assert result == value
    assert type(result) is type(value)


def test_dates_are_compared_and_moved_as_in_feel():
    assert python("day < other and day + wait == other", other=date(2026, 3, 3), wait=timedelta(2)) is True
    assert python("f'{day} {moment}'", moment=datetime(2026, 3, 1, 8, tzinfo=UTC)) == "2026-03-01 2026-03-01T08:00:00Z"
    with pytest.raises(ExpressionFailed):
        python("day < 5")


INTEGERS = st.integers(-(10**30), 10**30)


@given(INTEGERS, INTEGERS, st.sampled_from(("+", "-", "*", "//", "%", "<", "<=", "==", "!=")))
def test_integers_compute_as_in_python(a, b, operator):
    assume(b != 0 or operator not in ("//", "%"))
    expected = {
        "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "//": lambda: a // b, "%": lambda: a % b,
        "<": lambda: a < b, "<=": lambda: a <= b, "==": lambda: a == b, "!=": lambda: a != b,
    }[operator]()  # fmt: skip
    assert python(f"a {operator} b", a=a, b=b) == expected
    assert python(f"({a}) {operator} ({b})") == expected


@given(st.integers(-50, 50), st.integers(0, 60), st.integers(-(10**9), 10**9), st.integers(-9, 2))
def test_powers_and_rounding_as_in_python(base, exponent, number, digits):
    assert python("a ** b", a=base, b=exponent) == base**exponent
    assert python("round(a, b)", a=number, b=digits) == round(number, digits)


@given(st.decimals(-1000, 1000, places=3), st.decimals(-1000, 1000, places=3))
def test_decimals_divide_with_rest(a, b):
    assume(b != 0)
    quotient, rest = python("[a // b, a % b]", a=a, b=b)
    assert quotient * b + rest == a
    assert rest == 0 or (rest < 0) == (b < 0)


@given(st.lists(st.integers(-5, 5), max_size=6), st.integers(-8, 8) | st.none(), st.integers(-8, 8) | st.none())
def test_slices_and_order_as_in_python(xs, start, end):
    assert python("xs[a:b]", xs=xs, a=start, b=end) == xs[start:end]
    assert python("sorted(xs)", xs=xs) == sorted(xs)
    assert python("xs < ys", xs=xs, ys=xs[start:end]) == (xs < xs[start:end])


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("amount > 5", "amount"),
        ("1 / 0", "zero"),
        ("0 ** -1", "zero"),
        ("5 % 0", "zero"),
        ("1.5 // 0", "zero"),
        ("n + test", "number and a text"),
        ("test - 1", "text"),
        ("-test", "text"),
        ("+test", "text"),
        ("n < test", "no order"),
        ("none > 1", "null"),
        ("test % n", "no %"),
        ("1 in test", "text"),
        ("1 in n", "number"),
        ("xs[9]", "item 9"),
        ("test[10**30]", "item"),
        ("xs['a']", "integer"),
        ("xs[::0]", "step"),
        ("order['q']", "'q'"),
        ("order[1]", "key"),
        ("n[0]", "number"),
        ("n[0:1]", "number"),
        ("{1: 2}", "text"),
        ("len(n)", "length"),
        ("int('x')", "integer"),
        ("int(none)", "null"),
        ("float('inf')", "'inf'"),
        ("float('nan')", "'nan'"),
        ("1e6000 * 1e6000", "range"),
        ("max([])", "empty"),
        ("sum(['a'])", "text"),
        ("range(1.5)", "integer"),
        ("range(1, 2, 0)", "step"),
        ("n.upper()", "upper"),
        ("test.get('a')", "get"),
        ("test.split(1, 2, 3)", "arguments"),
        ("test.split('')", "separator"),
        ("','.join([1])", "text"),
        ("xs.index(9)", "contain"),
        ("[a for a, b in [(1, 2, 3)]]", "2 values"),
        ("[x for x in n]", "items"),
        ("dict([1])", "pairs"),
    ],
)  # fmt: skip
def test_what_python_would_raise_is_a_failure_in_plain_words(source, told):
    with pytest.raises(ExpressionFailed, match=told) as failed:
        python(source)
    assert failed.value.element == "Flow_1"
    assert failed.value.words.zh


@pytest.mark.parametrize(
    "source",
    [
        "x = 1", "x := 1", "(x := 1)", "import os", "lambda: 1", "{1, 2}", "{x for x in xs}", "*xs", "[*xs]",
        "{**order}", "max(*xs)", "dict(**order)", "order.customer", "().__class__", "__name__", "(x for x in xs)",
        "f(1)", "open('x')", "eval('1')", "getattr(test, 'a')", "print(1)", "iter(xs)", "type(n)", "set(xs)",
        "xs[0](1)", "test.format(1)", "test.encode()", "test.__len__()", "xs.append(1)", "order.pop('a')",
        "order.update(a=1)", "'%s' % n", "f'{n:>10}'", "f'{n!r}'", "f'{n:{n}}'", "b'a'", "1j", "...", "~n", "n & 1",
        "n | 1", "n << 2", "xs @ xs", "n is 7", "test is test", "xs[0:1, 2]", "sorted(xs, key=len)", "round()",
        "len(xs, xs)", "abs(x=1)", "sum((x for x in xs), 1)", "xs.index(x for x in xs)", "len(x for x in xs)",
        "str(x for x in xs)", "await n", "(yield)", "[x async for x in xs]", "1 +", "", "  ", "a b", "n\n+ 1",
        "'\\ud800'", "'", "(" * 300, "9" * 4000, "1e99999", "BpmnError('A')", "f'{'", "dict(a=1, a=2)",
        "[x for __x in xs]", "not " * 70 + "n", "[a" + " for a in xs" * 9 + "]", "x" + ".a" * 5000, "\0", "-" * 100_000,
    ],
    ids=lambda source: source[:30],
)  # fmt: skip
def test_all_else_is_refused_with_its_place(source):
    with pytest.raises(ExpressionInvalid) as refused:
        python(source)
    assert refused.value.line >= 1
    assert refused.value.column >= 1
    assert refused.value.expected.zh
    assert refused.value.expected.en


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("n + lambda: 1", 1, 5),
        ("n + open('x')", 1, 5),
        ("  '药' + open('x')", 1, 9),
        ("\n\n  (n +\n  open('x'))", 4, 3),
    ],
)
def test_the_place_counts_lines_and_characters_of_the_given_text(source, line, column):
    with pytest.raises(ExpressionInvalid) as refused:
        python(source)
    assert (refused.value.line, refused.value.column) == (line, column)


@pytest.mark.parametrize(
    "source",
    [
        "10**10**10", "'a' * 10**9", "[0] * 10**9", "range(10**12)", "sum(range(10**11))", "'a' * 10**6 + 'b'",
        "[x for x in range(50000) for y in range(50000)]", "max(x for x in range(90000) if x in range(90000))",
        "('a' * 10**6).replace('a', 'b' * 10**6)", "','.join(['a' * 10**6] * 10)", "('a,' * 400000).split(',')",
        "[['a' * 10**6] * 9000] * 9000", "str(['a' * 10**5] * 50000)", "f\"{'a' * 10**6}{'a'}\"",
        "[0] * 90000 + [0] * 90000", "zip(range(40000), range(40000), range(40000))", "2**4096", "2**4000 * 2**4000",
        "('ΐ' * 400000).upper()", "list('a' * 200000)",
    ],
    ids=lambda source: source[:30],
)  # fmt: skip
def test_work_and_growth_without_end_are_stopped(source):
    with pytest.raises(BudgetExceeded) as stopped:
        python(source)
    assert stopped.value.element == "Flow_1"


def test_the_budget_is_the_contexts(few_steps):
    loop = compile_expression("sum(x for x in range(400))", language="python")
    assert loop.evaluate({}) == 79_800
    with pytest.raises(BudgetExceeded) as stopped:
        loop.evaluate({}, few_steps)
    assert stopped.value.limit == 1_000


def test_long_chains_are_no_nesting():
    assert python(" + ".join(["1"] * 900)) == 900
    assert python(" and ".join(["True"] * 5_000)) is True


def test_names_are_the_variables_that_are_read():
    compiled = compile_expression("[x + n for x in xs if test] + [x]", language="python")
    assert compiled.names == {"n", "xs", "test", "x"}
    assert compile_expression("sum(x for x in [1])", language="python").names == frozenset()


def test_the_result_shares_nothing_with_the_variables():
    xs = [[1]]
    result = python("xs", xs=xs)
    assert result == xs
    assert result is not xs
    assert result[0] is not xs[0]


@pytest.mark.parametrize("bad", [1.5, object(), {"a": Decimal("NaN")}, [Decimal("inf")], "\ud800", {1: 2}])
def test_what_is_no_feel_value_is_not_given_back(bad):
    with pytest.raises((ValueInvalid, ExpressionFailed)):
        python("bad", bad=bad)
