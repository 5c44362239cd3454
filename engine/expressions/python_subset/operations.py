"""The operators of the Python subset. Integers are exact, everything with a fraction is a decimal of 34 digits."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal

from engine.errors import BudgetExceeded
from engine.expressions.failure import Failure, kind_words, out_of_range
from engine.expressions.feel import numbers
from engine.expressions.feel import operations as feel
from engine.expressions.feel.numbers import DECIMAL, Number
from engine.expressions.feel.run import Run
from engine.expressions.python_subset.values import (
    INTEGER_BITS,
    as_integer,
    as_number,
    check_length,
    check_text,
    is_list,
    within_limits,
)
from engine.values import Value

Operation = Callable[[Value, Value, Run], Value]


def _undefined(sign: str, left: Value, right: Value) -> Failure:
    one, other = kind_words(left), kind_words(right)
    return Failure(f"“{sign}”不能用于{one.zh}和{other.zh}", f"there is no {sign} of a {one.en} and a {other.en}")


def _computed(
    whole: Callable[[int, int], int], exact: Callable[[Decimal, Decimal], Decimal], a: Number, b: Number, run: Run
) -> Number:
    if type(a) is int and type(b) is int:
        return within_limits(whole(a, b), run)
    try:
        return exact(Decimal(a), Decimal(b))
    except decimal.DecimalException:
        raise out_of_range() from None


def add(left: Value, right: Value, run: Run) -> Value:
    a, b = as_number(left), as_number(right)
    if a is not None and b is not None:
        return _computed(int.__add__, DECIMAL.add, a, b, run)
    if type(left) is str and type(right) is str:
        check_text(len(left) + len(right), run)
        return left + right
    if is_list(left) and type(left) is type(right):
        check_length(len(left) + len(right), run)
        run.spend(len(left) + len(right))
        return left + right
    return _temporal(feel.add, "+", left, right, run)


def subtract(left: Value, right: Value, run: Run) -> Value:
    a, b = as_number(left), as_number(right)
    if a is not None and b is not None:
        return _computed(int.__sub__, DECIMAL.subtract, a, b, run)
    return _temporal(feel.subtract, "-", left, right, run)


def _temporal(operation: Operation, sign: str, left: Value, right: Value, run: Run) -> Value:
    """Dates and durations are added as FEEL adds them; what it has no value for is a failure."""
    found = operation(left, right, run)
    if found is None:
        raise _undefined(sign, left, right)
    return found


def multiply(left: Value, right: Value, run: Run) -> Value:
    a, b = as_number(left), as_number(right)
    if a is not None and b is not None:
        return _computed(int.__mul__, DECIMAL.multiply, a, b, run)
    if a is not None:
        left, right = right, left
    if (type(left) is str or is_list(left)) and type(right) in (int, bool):
        times = max(as_integer(right), 0)
        length = len(left) * times
        if type(left) is str:
            check_text(length, run)
        else:
            check_length(length, run)
            run.spend(length)
        return left * times if length else left[:0]
    raise _undefined("*", left, right)


def _numbers(sign: str, left: Value, right: Value) -> tuple[Number, Number]:
    a, b = as_number(left), as_number(right)
    if a is None or b is None:
        raise _undefined(sign, left, right)
    return a, b


def _divisible(sign: str, left: Value, right: Value) -> tuple[Number, Number]:
    a, b = _numbers(sign, left, right)
    if b == 0:
        raise Failure("除数为零", "division by zero")
    return a, b


def divide(left: Value, right: Value, run: Run) -> Value:
    """The quotient, always a decimal."""
    a, b = _divisible("/", left, right)
    try:
        return DECIMAL.divide(Decimal(a), Decimal(b))
    except decimal.DecimalException:
        raise out_of_range() from None


def floor_divide(left: Value, right: Value, run: Run) -> Value:
    """The quotient rounded down, an integer of two integers."""
    a, b = _divisible("//", left, right)
    if type(a) is int and type(b) is int:
        return a // b
    try:
        quotient, rest = DECIMAL.divmod(Decimal(a), Decimal(b))
        return DECIMAL.subtract(quotient, Decimal(1)) if _rounds_up(rest, b) else quotient
    except decimal.DecimalException:
        raise out_of_range() from None


def remainder(left: Value, right: Value, run: Run) -> Value:
    """What rounding down leaves, with the sign of the divisor."""
    if type(left) is str:
        raise Failure('文本不支持“%”，请用 f"…"', 'there is no % on a text: write f"…"')
    a, b = _divisible("%", left, right)
    if type(a) is int and type(b) is int:
        return a % b
    try:
        rest = DECIMAL.remainder(Decimal(a), Decimal(b))
        return DECIMAL.add(rest, Decimal(b)) if _rounds_up(rest, b) else rest
    except decimal.DecimalException:
        raise out_of_range() from None


def _rounds_up(rest: Decimal, divisor: Number) -> bool:
    """Whether a division towards zero, which left this rest, gave more than the one that rounds down."""
    return rest != 0 and (rest < 0) != (divisor < 0)


def power(left: Value, right: Value, run: Run) -> Value:
    a, b = _numbers("**", left, right)
    if type(a) is int and type(b) is int and b >= 0:
        if abs(a) > 1 and (a.bit_length() - 1) * b >= INTEGER_BITS:
            raise BudgetExceeded(run.element, "bits in a number", INTEGER_BITS)
        return within_limits(a**b, run)
    if a == 0 and b < 0:
        raise Failure("除数为零", "division by zero")
    run.spend(16)  # a decimal power takes as long as many other operations
    found = numbers.power(a, b)
    if found is None:
        raise out_of_range()
    return found


def negate(value: Value, run: Run) -> Value:
    number = as_number(value)
    if number is not None:
        return DECIMAL.minus(number) if type(number) is Decimal else -number
    opposite = feel.negate(value)
    if opposite is None:
        words = kind_words(value)
        raise Failure(f"“-”不能用于{words.zh}", f"there is no - of a {words.en}")
    return opposite


def unchanged(value: Value, run: Run) -> Value:
    """`+value`."""
    number = as_number(value)
    if number is None:
        words = kind_words(value)
        raise Failure(f"“+”不能用于{words.zh}", f"there is no + of a {words.en}")
    return number
