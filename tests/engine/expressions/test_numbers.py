"""Numbers: exact integers, decimals of 34 digits, never a float."""

from __future__ import annotations

import decimal
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import floor

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from engine.errors import BudgetExceeded, ExpressionInvalid
from engine.expressions import compile_expression

DIGITS_34 = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN)
ROUNDINGS = {
    "decimal": decimal.ROUND_HALF_EVEN,
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "round up": decimal.ROUND_UP,
    "round down": decimal.ROUND_DOWN,
    "round half up": decimal.ROUND_HALF_UP,
    "round half down": decimal.ROUND_HALF_DOWN,
}
numbers = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9),
)


def calculated(operator, a, b):
    return compile_expression(f"a {operator} b").evaluate({"a": a, "b": b})


@given(numbers, numbers)
def test_arithmetic_agrees_with_decimal(a, b):
    assert calculated("+", a, b) == DIGITS_34.add(Decimal(a), Decimal(b))
    assert calculated("-", a, b) == DIGITS_34.subtract(Decimal(a), Decimal(b))
    assert calculated("*", a, b) == DIGITS_34.multiply(Decimal(a), Decimal(b))
    assume(b != 0)
    assert calculated("/", a, b) == DIGITS_34.divide(Decimal(a), Decimal(b))


@given(numbers, numbers)
def test_exactly_one_of_less_equal_greater_holds(a, b):
    assert [calculated(operator, a, b) for operator in ("<", "=", ">")].count(True) == 1
    assert calculated("<=", a, b) is not calculated(">", a, b)
    assert calculated("!=", a, b) is not calculated("=", a, b)


@given(numbers)
def test_a_number_survives_its_own_text(a):
    assert compile_expression("number(string(a))").evaluate({"a": a}) == a


@given(numbers, numbers)
def test_modulo_has_the_sign_of_the_divisor(a, b):
    assume(b != 0)
    rest = compile_expression("modulo(a, b)").evaluate({"a": a, "b": b})
    assert rest == 0 or (rest > 0) == (b > 0)
    assert abs(rest) < abs(b)


digits_34 = st.builds(
    lambda digits, exponent: DIGITS_34.scaleb(Decimal(digits), exponent),
    st.integers(-(10**34) + 1, 10**34 - 1),
    st.integers(-40, 10),
)


@given(digits_34, digits_34)
@example(Decimal("1.234567890123456789012345678901234"), Decimal("-0.1"))
def test_no_digit_of_34_is_lost(a, b):
    """DMN 1.5, 10.3.2.3.1: 34 digits, half even; in every calculation, not only in the operators."""
    half = DIGITS_34.divide(DIGITS_34.add(a, b), Decimal(2))
    calculations = {
        "-a": a.copy_negate(),
        "abs(a)": a.copy_abs(),
        "a + b": DIGITS_34.add(a, b),
        "sum([a, b])": DIGITS_34.add(a, b),
        "mean([a, b])": half,
        "median([a, b])": half,
        "product([a, b])": DIGITS_34.multiply(a, b),
        "max(a, b)": max(a, b),
        "number(string(a))": a,
        "decimal(a, 40)": a,
        "exp(b / a)": DIGITS_34.exp(DIGITS_34.divide(b, a)) if a and abs(b) < abs(a) * 100 else None,
        "log(abs(a))": DIGITS_34.ln(a.copy_abs()) if a else None,
        "sqrt(abs(b))": DIGITS_34.sqrt(b.copy_abs()),
    }
    for source, expected in calculations.items():
        if expected is not None:
            assert compile_expression(source).evaluate({"a": a, "b": b}) == expected, source


@given(digits_34, digits_34)
@example(Decimal("-0.1"), Decimal("1e33"))
@example(Decimal("-1.234567890123456789012345678901234"), Decimal(7))
def test_modulo_is_exact_before_it_is_rounded(a, b):
    assume(b != 0)
    x, y = Fraction(a), Fraction(b)
    exact = x - y * floor(x / y)
    rest = Fraction(compile_expression("modulo(a, b)").evaluate({"a": a, "b": b}))
    assert abs(rest - exact) * 10**33 <= abs(exact)


@given(digits_34, st.integers(-30, 30), st.sampled_from(sorted(ROUNDINGS)))
def test_rounding_keeps_the_digits_before_the_place(a, places, function):
    place, mode = Decimal(1).scaleb(-places), ROUNDINGS[function]
    wanted = a if a.as_tuple().exponent >= -places else a.quantize(place, mode, decimal.Context(prec=200))
    assert compile_expression(f"{function}(a, {places})").evaluate({"a": a}) == DIGITS_34.plus(wanted)


EXTREMES = [
    *(0, 1, -1, 2, 0.5, 10**33, 10**34, 10**40, -(10**1200), 10**5000),
    *map(Decimal, ("0.5", "-0.0", "9.999999999999999999999999999999999e6144", "1e-6176", "-1e6000", "1e999999")),
    *map(Decimal, ("1" * 300 + ".5", "NaN", "sNaN", "Infinity", "-Infinity")),
]
OPERATIONS = (
    *("a + b", "a - b", "a * b", "a / b", "a ** b", "-a", "abs(a)", "modulo(a, b)", "sqrt(a)", "log(a)", "exp(a)"),
    *("sum([a, b])", "mean([a, b, a])", "median([a, b])", "stddev([a, b, 1])", "product([a, b])", "mode([a, b, a])"),
    *("decimal(a, b)", "floor(a)", "ceiling(a, b)", "round up(a, b)", "round half down(a, -6111)", "min(a, b)"),
    *("number(string(a))", "even(a)", "odd(a)", "[a, b][a]", "a < b", "a = b", "sort([a, b])", "a in [b..a]"),
    *("distinct values([a, b, a])", "list contains([a], b)", "string(a)", "for i in a..b return 1", "sublist([1], a)"),
    *(
        '@"P1D" * a',
        '@"P1Y" / a',
        "date(a, b, 1)",
        "time(1, 1, a)",
        'substring("abc", a, b)',
        "insert before([1], a, b)",
    ),
)


@pytest.mark.parametrize("source", OPERATIONS)
def test_no_calculation_gives_nan_or_infinity_or_more_than_34_digits(source):
    expression = compile_expression(source)
    for a, b in product(EXTREMES, repeat=2):
        with suppress(BudgetExceeded):
            value = expression.evaluate({"a": a, "b": b})
            for number in value if type(value) is list else [value]:
                given = any(number is each for each in (a, b))
                if type(number) is Decimal and not given:
                    assert number.is_finite(), (a, b)
                    assert len(number.as_tuple().digits) <= 34, (a, b)
                assert type(number) is not float or given, (a, b)


def test_no_result_is_ever_a_float(feel):
    for source in ("1 / 3", "2 ** 0.5", "sqrt(2)", "mean([1, 2])", "1.5 * 2", "exp(1)", "stddev([1, 2, 4])"):
        assert type(feel(source)) in (int, Decimal)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("0.1 + 0.2", "0.3"),
        ("1 / 3", "0." + "3" * 34),
        ("6 / 3", "2"),
        ("1 / 0", None),
        ("10 ** 40 / 10 ** 39", "10"),
        ("9 ** 9 ** 9 ** 9 ** 9", None),
        ("1e6144 * 10", None),
        ('1 + "1"', None),
        ("1 + null", None),
        ("-null", None),
        ("true + 1", None),
        ("decimal(1 / 3, 2)", "0.33"),
        ("decimal(2.5, 0)", "2"),
        ("decimal(1555, -2)", "1600"),
        ("floor(-1.5)", "-2"),
        ("ceiling(1.001)", "2"),
        ("floor(1.57, 1)", "1.5"),
        ("round up(-5.5, 0)", "-6"),
        ("round down(-5.5, 0)", "-5"),
        ("round half up(5.5, 0)", "6"),
        ("round half down(5.5, 0)", "5"),
        ("abs(-3)", "3"),
        ("modulo(-12, 5)", "3"),
        ("sqrt(-1)", None),
        ("log(0)", None),
        ("odd(3) and even(-2)", True),
        ("even(1e50)", True),
        ("odd(1.5)", False),
        ("-1.234567890123456789012345678901234", "-1.234567890123456789012345678901234"),
        ("-(1.234567890123456789012345678901234)", "-1.234567890123456789012345678901234"),
        ("abs(-1.234567890123456789012345678901234)", "1.234567890123456789012345678901234"),
        ("modulo(-0.1, 1e33)", "999999999999999999999999999999999.9"),
        ("modulo(1e120, 7)", "1"),
        ("0 ** -1", None),
        ("0 ** -0.5", None),
        ("0.0 ** 0", "1"),
        ("0 ** 0", "1"),
        ("0 ** 2.5", "0"),
        ("(-8) ** 0.5", None),
        ("10 ** 1000000", None),
        ("exp(20000)", None),
        ("exp(-1e6000)", "0"),
        ("log(-1)", None),
        ('number("1 234,5", " ", ",")', "1234.5"),
        ('number("abc")', None),
        ('number("1,000", ",", ",")', None),
    ],
)
def test_calculations(feel, source, expected):
    wanted = Decimal(expected) if isinstance(expected, str) else expected
    assert feel(source) == wanted


def test_texts_of_numbers_have_no_exponent_and_no_idle_zeros(feel):
    assert feel("string(1.50)") == "1.5"
    assert feel("string(1e3)") == "1000"
    assert feel("string(0.00)") == "0"
    assert feel("string(100)") == "100"


def test_a_number_beyond_decimal128_is_refused_where_it_is_written():
    for source in ("1e9999", "-1e6145", "9" * 7000, "[1e99999999999999999999]"):
        with pytest.raises(ExpressionInvalid):
            compile_expression(source)


def test_numbers_of_one_hash_take_no_longer_than_others(feel):
    same_hash = [n * (2**61 - 1) for n in range(20_000)]
    assert feel("count(distinct values(xs))", {"xs": same_hash}) == 20_000
    assert feel("count(mode(xs))", {"xs": same_hash}) == 20_000
    assert feel("mode([1, 1.0, 2, 1e0, 2.0])") == [1]
    assert feel("distinct values([1000, 1e3, 1000.0, -0.0, 0])") == [1000, 0]
