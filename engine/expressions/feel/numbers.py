"""FEEL numbers (DMN 1.5, 10.3.2.3.1): exact integers and decimals of 34 digits, never floats."""

from __future__ import annotations

import decimal
from decimal import Decimal

Number = int | Decimal

DECIMAL_TRAPS = [decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
#: decimal128. Traps raise, and the operators turn that into null.
DECIMAL = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    traps=DECIMAL_TRAPS,
)
INTEGER_LIMIT = 10**34
#: Negated once: a comparison with `-INTEGER_LIMIT` would do it again each time.
INTEGER_FLOOR = -INTEGER_LIMIT
#: The largest integer from outside that is taken for a number: calculating with longer ones would take too long.
LARGEST_INTEGER = 2**4096
LEAST_INTEGER = -LARGEST_INTEGER
#: As exact as any two numbers of 34 digits need: for remainders, and to tell numbers apart.
EXACT = decimal.Context(prec=13_000, Emin=-999_999, Emax=999_999, traps=DECIMAL_TRAPS)

#: Most bits of a power of integers that has 34 digits in any case.
SHORT_POWER = 113
#: Steps for a power, root, logarithm or exponential: they take as long as many other operations.
LONG_CALCULATION = 16


def number_literal(text: str) -> Number:
    """The value of a numeric literal such as `12`, `.5` or `1e3`. Raises DecimalException out of range."""
    if text.isdigit():
        return int(text) if len(text) <= 34 else fitted(DECIMAL.create_decimal(text))
    return DECIMAL.create_decimal(text)


def operand(value: Number) -> Decimal:
    """`value` as a decimal of 34 digits: one from outside may have any number of them. Raises DecimalException."""
    if type(value) is int:
        return Decimal(value) if INTEGER_FLOOR < value < INTEGER_LIMIT else DECIMAL.plus(Decimal(value))
    return DECIMAL.plus(value)


def fitted(value: Number) -> Number:
    """`value` within 34 digits: integers as they are, everything else rounded half even."""
    if type(value) is int:
        if INTEGER_FLOOR < value < INTEGER_LIMIT:
            return value
        value = Decimal(value)
    return DECIMAL.plus(Decimal(value))


def divide(left: Number, right: Number) -> Number | None:
    """The quotient, an int where it is whole; None for a division by zero."""
    if right == 0:
        return None
    try:
        if type(left) is int and type(right) is int and left % right == 0:
            return fitted(left // right)
        return DECIMAL.divide(operand(left), operand(right))
    except decimal.DecimalException:
        return None


def power(base: Number, exponent: Number) -> Number | None:
    """base ** exponent, None where it is undefined or out of range. Anything to the power of 0 is 1."""
    if exponent == 0:
        return 1
    if base == 0:
        return None if exponent < 0 else 0
    try:
        exact = type(base) is int and type(exponent) is int and exponent > 0
        if exact and base.bit_length() * exponent <= SHORT_POWER:  # type: ignore[union-attr]
            return int(base**exponent)
        return DECIMAL.power(operand(base), operand(exponent))
    except decimal.DecimalException:
        return None


def negative(value: Number) -> Number:
    """-value, of 34 digits; zero has no sign. Raises DecimalException out of range."""
    return fitted(-value) if type(value) is int else DECIMAL.minus(Decimal(value))


def remainder(dividend: Number, divisor: Number) -> Number:
    """dividend - divisor * floor(dividend / divisor): it has the divisor's sign.

    Raises DecimalException where it has no value (a division by zero).
    """
    if type(dividend) is int and type(divisor) is int and divisor:
        return fitted(dividend % divisor)
    by = operand(divisor)
    rest = EXACT.remainder(operand(dividend), by)
    return fitted(EXACT.add(rest, by) if rest and (rest < 0) != (by < 0) else rest)


def identity(value: Number) -> str:
    """A text that equal numbers share, and no others.

    A set of texts cannot be made slow; one of numbers can, since anybody can choose numbers of one hash.
    """
    if type(value) is int and INTEGER_FLOOR < value < INTEGER_LIMIT:
        return str(value)
    exact = whole(value)
    if exact is not None and INTEGER_FLOOR < exact < INTEGER_LIMIT:
        return str(exact)
    return str(EXACT.normalize(Decimal(value)))


def number_text(value: Number) -> str:
    """The number without exponent and without trailing zeros: 1.50 is "1.5"."""
    if type(value) is int and INTEGER_FLOOR < value < INTEGER_LIMIT:
        return str(value)
    text = format(Decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def truncated(value: object) -> int | None:
    """`value` without its fraction, None where it is no number or too large for a position."""
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value.adjusted() < 40 else None
    return whole(value)


def whole(value: object) -> int | None:
    """`value` as int where it is a number without fraction, else None."""
    if type(value) is int:
        return value
    if (
        isinstance(value, Decimal)
        and value.is_finite()
        and value.adjusted() < 40
        and value == value.to_integral_value()
    ):
        return int(value)
    return None
