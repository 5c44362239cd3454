"""FEEL numbers (DMN 1.5, 10.3.2.3.1): exact integers and decimals of 34 digits, never floats."""

from __future__ import annotations

import decimal
from decimal import Decimal

Number = int | Decimal

#: decimal128. Traps raise, and the operators turn that into null.
DECIMAL = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
INTEGER_LIMIT = 10**34


def number_literal(text: str) -> Number:
    """The value of a numeric literal such as `12`, `.5` or `1e3`."""
    if text.isdigit():
        return int(text) if len(text) <= 34 else fitted(DECIMAL.create_decimal(text))
    return DECIMAL.create_decimal(text)


def fitted(value: Number) -> Number:
    """`value` within 34 digits: integers as they are, everything else rounded half even."""
    if type(value) is int:
        if -INTEGER_LIMIT < value < INTEGER_LIMIT:
            return value
        value = Decimal(value)
    return DECIMAL.plus(Decimal(value))


def divide(left: Number, right: Number) -> Number | None:
    """The quotient, an int where it is whole; None for a division by zero."""
    if right == 0:
        return None
    if type(left) is int and type(right) is int and left % right == 0:
        return left // right
    try:
        return DECIMAL.divide(Decimal(left), Decimal(right))
    except decimal.DecimalException:
        return None


def power(base: Number, exponent: Number) -> Number | None:
    """base ** exponent, None where it is undefined or out of range."""
    try:
        exact = type(base) is int and type(exponent) is int and exponent >= 0
        if exact and base.bit_length() * exponent <= 113:  # type: ignore[union-attr]
            return int(base**exponent)
        return DECIMAL.power(Decimal(base), Decimal(exponent))
    except decimal.DecimalException:
        return None


def number_text(value: Number) -> str:
    """The number without exponent and without trailing zeros: 1.50 is "1.5"."""
    if type(value) is int:
        return str(value)
    text = format(value, "f")
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
