"""The operators of Unified EL (Expression Language 2.2, 1.6 to 1.12)."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal

from engine.expressions.failure import Failure, kind_words, out_of_range
from engine.expressions.feel import numbers
from engine.expressions.feel import operations as feel
from engine.expressions.feel.run import Run
from engine.expressions.juel.coercions import is_number, to_boolean, to_index, to_number, to_text
from engine.values import Value

Operation = Callable[[Value, Value, Run], Value]


def _arithmetic(whole: Callable[[int, int], int], exact: Callable[[Decimal, Decimal], Decimal]) -> Operation:
    """Two nulls make 0; integers stay integers, of any size that fits 34 digits."""

    def compute(left: Value, right: Value, run: Run) -> Value:
        a, b = to_number(left), to_number(right)
        try:
            if type(a) is int and type(b) is int:
                return numbers.fitted(whole(a, b))
            return exact(Decimal(a), Decimal(b))
        except decimal.DecimalException:
            raise out_of_range() from None

    return compute


def divide(left: Value, right: Value, run: Run) -> Value:
    """The exact quotient; null by null is 0, as everywhere."""
    if left is None and right is None:
        return 0
    a, b = to_number(left), to_number(right)
    if b == 0:
        raise Failure("除数为零", "division by zero")
    quotient = numbers.divide(a, b)
    if quotient is None:
        raise out_of_range()
    return quotient


def remainder(left: Value, right: Value, run: Run) -> Value:
    """The rest of the division towards zero, with the sign of `left`."""
    if left is None and right is None:
        return 0
    a, b = to_number(left), to_number(right)
    if b == 0:
        raise Failure("除数为零", "division by zero")
    if type(a) is int and type(b) is int:
        rest = abs(a) % abs(b)
        return -rest if a < 0 else rest
    try:
        return numbers.DECIMAL.remainder(Decimal(a), Decimal(b))
    except decimal.DecimalException:
        raise out_of_range() from None


def negate(value: Value) -> Value:
    number = to_number(value)
    return numbers.DECIMAL.minus(number) if type(number) is Decimal else -number


def equal(left: Value, right: Value, run: Run) -> bool:
    """Null equals only null; a number, boolean or text makes the other side one."""
    if left is None or right is None:
        return left is right
    if is_number(left) or is_number(right):
        return bool(to_number(left) == to_number(right))
    if type(left) is bool or type(right) is bool:
        return to_boolean(left) == to_boolean(right)
    if type(left) is str or type(right) is str:
        return to_text(left, run) == to_text(right, run)
    return feel.equal(left, right, run) is True


def order(left: Value, right: Value, run: Run) -> int:
    """-1, 0 or 1 of two values that are not null. Raises Failure where they have no order."""
    if is_number(left) or is_number(right):
        left, right = to_number(left), to_number(right)
    elif type(left) is str or type(right) is str:
        left, right = to_text(left, run), to_text(right, run)
    found = feel.compare(left, right)
    if found is None:
        a, b = kind_words(left), kind_words(right)
        raise Failure(f"{a.zh}与{b.zh}不能比较大小", f"a {a.en} and a {b.en} have no order")
    return found


def _comparison(passes: Callable[[int], bool]) -> Operation:
    """With null it is false, but `null <= null` is true."""

    def compare(left: Value, right: Value, run: Run) -> Value:
        if left is None or right is None:
            return left is right and passes(0)
        return passes(order(left, right, run))

    return compare


def is_empty(value: Value) -> bool:
    """Null, "" and a list or context of nothing."""
    return value is None or (type(value) in (str, list, tuple, dict) and len(value) == 0)


def member(owner: Value, key: Value, run: Run) -> Value:
    """`owner[key]`: null where the owner or key is null, and where a context or list has nothing there.

    Raises Failure for what is neither: the properties of Java's classes are not read.
    """
    if owner is None or key is None:
        return None
    if type(owner) is dict:
        return owner.get(key if type(key) is str else to_text(key, run))
    if type(owner) is list or type(owner) is tuple:
        index = to_index(key)
        return owner[index] if 0 <= index < len(owner) else None
    words, name = kind_words(owner), to_text(key, run)[:40]
    raise Failure(f"{words.zh}没有属性“{name}”", f"a {words.en} has no property {name!r}")


BINARY: dict[str, Operation] = {
    "+": _arithmetic(int.__add__, numbers.DECIMAL.add),
    "-": _arithmetic(int.__sub__, numbers.DECIMAL.subtract),
    "*": _arithmetic(int.__mul__, numbers.DECIMAL.multiply),
    "/": divide,
    "%": remainder,
    "==": equal,
    "!=": lambda left, right, run: not equal(left, right, run),
    "<": _comparison(lambda found: found < 0),
    "<=": _comparison(lambda found: found <= 0),
    ">": _comparison(lambda found: found > 0),
    ">=": _comparison(lambda found: found >= 0),
}
