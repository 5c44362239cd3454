"""What Python's built-in behaviour means for FEEL values: truth, equality, order, texts, the items of a list.

Everything that looks at a whole value pays for its size from the step budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from engine.errors import BudgetExceeded
from engine.expressions.failure import Failure, kind_words
from engine.expressions.feel import operations as feel
from engine.expressions.feel.builtins.conversion import text_of
from engine.expressions.feel.numbers import Number, number_text
from engine.expressions.feel.run import LIST_LIMIT, TEXT_LIMIT, VALUE_DEPTH, Run
from engine.values import Value, YearsMonths

#: Largest integer, in bits. Python writes integers of up to 4,300 digits.
INTEGER_BITS = 4_096


def as_number(value: Value) -> Number | None:
    """The number that a value counts as: itself, or 0 and 1 for booleans; None for all else."""
    if type(value) is int or type(value) is Decimal:
        return value
    return int(value) if type(value) is bool else None


def as_integer(value: Value) -> int:
    """A whole number. Raises Failure."""
    if type(value) is int or type(value) is bool:
        return int(value)
    words = kind_words(value)
    raise Failure(f"此处应为整数，而不是{words.zh}", f"an integer is needed here, not a {words.en}")


def as_text(value: Value) -> str:
    """A text. Raises Failure."""
    if type(value) is str:
        return value
    words = kind_words(value)
    raise Failure(f"此处应为文本，而不是{words.zh}", f"a text is needed here, not a {words.en}")


def is_list(value: Value) -> bool:
    return type(value) is list or type(value) is tuple


def truth(value: Value) -> bool:
    """What `if value:` asks. Raises Failure for what is no value."""
    if type(value) is bool:
        return value
    if value is None:
        return False
    if type(value) in (int, Decimal, str, list, tuple, dict, timedelta):
        return bool(value)
    if feel.kind(value) == "other":
        words = kind_words(value)
        raise Failure(f"{words.zh}不是可用的值", f"a {words.en} is no value")
    return value.months != 0 if type(value) is YearsMonths else True


def equal(left: Value, right: Value, run: Run, depth: int = 0) -> bool:
    """`left == right`: values of different kinds are not equal."""
    a, b = as_number(left), as_number(right)
    if a is not None or b is not None:
        return a is not None and b is not None and a == b
    if type(left) is str and type(right) is str:
        run.spend(len(left) >> 8)
        return left == right
    if depth > VALUE_DEPTH:
        raise run.too_deep()
    if is_list(left) and is_list(right):
        run.spend(1)
        return len(left) == len(right) and all(equal(x, y, run, depth + 1) for x, y in _paired(left, right, run))
    if type(left) is dict and type(right) is dict:
        run.spend(1 + len(left))
        return left.keys() == right.keys() and all(equal(left[key], right[key], run, depth + 1) for key in left)
    return feel.equal(left, right, run) is True


def _paired(left: Value, right: Value, run: Run) -> Iterator[tuple[Value, Value]]:
    for x, y in zip(left, right, strict=False):
        run.spend(1)
        yield x, y


def order(left: Value, right: Value, run: Run, depth: int = 0) -> int:
    """-1, 0 or 1. Raises Failure where the two have no order."""
    a, b = as_number(left), as_number(right)
    if a is not None and b is not None:
        return (a > b) - (a < b)
    if is_list(left) and is_list(right):
        if depth > VALUE_DEPTH:
            raise run.too_deep()
        for x, y in _paired(left, right, run):
            if not equal(x, y, run, depth + 1):
                return order(x, y, run, depth + 1)
        return (len(left) > len(right)) - (len(left) < len(right))
    if type(left) is str and type(right) is str:
        run.spend(len(left) >> 8)
    found = feel.compare(left, right)
    if found is None:
        one, other = kind_words(left), kind_words(right)
        raise Failure(f"{one.zh}与{other.zh}不能比较大小", f"a {one.en} and a {other.en} have no order")
    return found


def contains(container: Value, wanted: Value, run: Run) -> bool:
    """`wanted in container`: an item of a list, a key of a context, a part of a text."""
    if type(container) is str:
        run.spend(1 + (len(container) >> 8))
        return as_text(wanted) in container
    if type(container) is dict:
        return type(wanted) is str and wanted in container
    if is_list(container):
        return any(equal(item, wanted, run) for item in walked(container, run))
    words = kind_words(container)
    raise Failure(f"{words.zh}没有内容可查找", f"a {words.en} contains nothing")


def walked(items: Value, run: Run) -> Iterator[Value]:
    """The items of a list as it is at each turn, each paid for."""
    for item in items:
        run.spend(1)
        yield item


def items_of(value: Value, run: Run) -> Iterator[Value]:
    """What `for item in value` goes through: items, keys, characters. Raises Failure."""
    if type(value) is dict:
        run.spend(len(value) >> 3)
        return walked(list(value), run)
    if is_list(value) or type(value) is str or isinstance(value, Iterator):
        return walked(value, run)
    words = kind_words(value)
    raise Failure(f"{words.zh}没有可逐个处理的内容", f"a {words.en} has no items")


def collected(items: Iterator[Value], run: Run) -> list[Value]:
    """All items, within the limit of length."""
    found: list[Value] = []
    for item in items:
        found.append(item)
        check_length(len(found), run)
    return found


def check_length(length: int, run: Run) -> None:
    """Refuse a list or context of so many items. Raises BudgetExceeded."""
    if length > LIST_LIMIT:
        raise BudgetExceeded(run.element, "items in a list", LIST_LIMIT)


def check_text(length: int, run: Run) -> None:
    """Refuse a text of so many characters before it is made, and pay for it. Raises BudgetExceeded."""
    if length > TEXT_LIMIT:
        raise BudgetExceeded(run.element, "characters in a text", TEXT_LIMIT)
    run.spend(length >> 8)


def within_limits(number: Number, run: Run) -> Number:
    """The number, unless it is an integer that is too large. Raises BudgetExceeded."""
    if type(number) is int and number.bit_length() > INTEGER_BITS:
        raise BudgetExceeded(run.element, "bits in a number", INTEGER_BITS)
    return number


def to_text(value: Value, run: Run) -> str:
    """`str(value)`: a number without exponent, dates as ISO 8601, all else as Python writes it."""
    return value if type(value) is str else _written(value, run, 0)


def joined(parts: Iterator[str], between: str, run: Run) -> str:
    """The texts of a list, one behind the other."""
    found: list[str] = []
    length = 0
    for part in parts:
        length += len(part) + len(between)
        if length > TEXT_LIMIT:
            raise BudgetExceeded(run.element, "characters in a text", TEXT_LIMIT)
        run.spend(len(part) >> 8)
        found.append(part)
    return between.join(found)


def _written(value: Value, run: Run, depth: int) -> str:
    if depth > VALUE_DEPTH:
        raise run.too_deep()
    run.spend(1)
    if value is None or type(value) is bool:
        return str(value)
    if type(value) is str:
        check_text(len(value), run)
        return repr(value)
    number = as_number(value)
    if number is not None:
        return number_text(number)
    if is_list(value):
        inside = joined((_written(item, run, depth + 1) for item in value), ", ", run)
        closing = ",)" if type(value) is tuple and len(value) == 1 else ")"
        return f"[{inside}]" if type(value) is list else f"({inside}{closing}"
    if type(value) is dict:
        entries = (f"{key!r}: {_written(item, run, depth + 1)}" for key, item in value.items())
        return f"{{{joined(entries, ', ', run)}}}"
    return text_of(value, run)
