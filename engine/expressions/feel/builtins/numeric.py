"""Numeric functions (DMN 1.5, 10.3.4.5). A scale is a number of decimal places, negative for tens."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from decimal import Decimal

from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import (
    DECIMAL,
    EXACT,
    LONG_CALCULATION,
    Number,
    fitted,
    operand,
    remainder,
    truncated,
)
from engine.expressions.feel.objects import Brief
from engine.expressions.feel.run import Run
from engine.values import Value

FUNCTIONS = Registry()
SCALES = range(-6111, 6177)


def rounded(number: Number, scale: Value, mode: str) -> Value:
    """`number` to `scale` decimal places; None where the scale is no whole number of SCALES."""
    places = truncated(scale)
    if places is None or places not in SCALES:
        return None
    if type(number) is int and places >= 0:
        return number
    try:
        exact = Decimal(fitted(number))
        if places == 0 and exact.adjusted() < 34:
            return int(exact.to_integral_value(mode))
        exponent = exact.as_tuple().exponent
        if isinstance(exponent, int) and -exponent <= places:
            return fitted(number)
        if exact.adjusted() < -places - 1:
            # However small it is: below the last place there is nothing but a direction.
            exact = Decimal(0) if not exact else Decimal(1).scaleb(-places - 5, EXACT).copy_sign(exact)
        result = exact.quantize(Decimal(1).scaleb(-places, EXACT), rounding=mode, context=EXACT)
        return fitted(int(result) if places <= 0 and result.adjusted() < 40 else result)
    except decimal.DecimalException:
        return None


def _declare(name: str, mode: str, signature: str, to_whole: Callable[[Number], int] | None = None) -> None:
    """`to_whole` does the same as the mode, at once, for no decimal places."""

    def whole_of(number: Number) -> int:
        return number if type(number) is int else int(number.to_integral_value(mode))  # type: ignore[union-attr]

    brief = Brief(Decimal, to_whole or whole_of)

    @FUNCTIONS(name, signature, brief=brief)
    def round_(run: Run, n: Number, scale: Value = 0) -> Value:
        return rounded(n, scale, mode)


_declare("decimal", decimal.ROUND_HALF_EVEN, "n: number, scale: number")
_declare("floor", decimal.ROUND_FLOOR, "n: number, scale?: number", math.floor)
_declare("ceiling", decimal.ROUND_CEILING, "n: number, scale?: number", math.ceil)
_declare("round up", decimal.ROUND_UP, "n: number, scale?: number")
_declare("round down", decimal.ROUND_DOWN, "n: number, scale?: number")
_declare("round half up", decimal.ROUND_HALF_UP, "n: number, scale?: number")
_declare("round half down", decimal.ROUND_HALF_DOWN, "n: number, scale?: number")


@FUNCTIONS("abs", "n: any", brief=Brief(int, abs))
def absolute(run: Run, n: Value) -> Value:
    """Of a number or a duration."""
    return op.absolute(n[0] if type(n) is list and len(n) == 1 else n)


@FUNCTIONS("modulo", "dividend: number, divisor: number")
def modulo(run: Run, dividend: Number, divisor: Number) -> Value:
    """dividend - divisor * floor(dividend / divisor): it has the divisor's sign. Null for a division by 0."""
    try:
        return remainder(dividend, divisor)
    except decimal.DecimalException:
        return None


def _function(name: str, operation: Callable[[Decimal], Decimal], defined: Callable[[Number], bool]) -> None:
    @FUNCTIONS(name, "number: number")
    def calculate(run: Run, number: Number) -> Value:
        if not defined(number):
            return None
        run.spend(LONG_CALCULATION)
        try:
            return operation(operand(number))
        except decimal.DecimalException:
            return None


_function("sqrt", DECIMAL.sqrt, lambda number: number >= 0)
_function("log", DECIMAL.ln, lambda number: number > 0)
_function("exp", DECIMAL.exp, lambda number: number < 20_000)


@FUNCTIONS("even", "number: number", brief=Brief(int, lambda number: number % 2 == 0))
def even(run: Run, number: Number) -> Value:
    return modulo(run, number, 2) == 0


@FUNCTIONS("odd", "number: number", brief=Brief(int, lambda number: number % 2 == 1))
def odd(run: Run, number: Number) -> Value:
    return modulo(run, number, 2) == 1
