"""The functions that exist: those of Python's built-ins that only compute."""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cmp_to_key

from engine.expressions.failure import Failure, kind_words, out_of_range
from engine.expressions.feel.numbers import DECIMAL, Number
from engine.expressions.feel.run import LIST_LIMIT, Run
from engine.expressions.python_subset.operations import add
from engine.expressions.python_subset.values import (
    as_integer,
    as_number,
    as_text,
    check_length,
    collected,
    is_list,
    items_of,
    order,
    to_text,
    truth,
    within_limits,
)
from engine.values import Value

_INTEGER = re.compile(r"[+-]?[0-9]{1,1200}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
#: Longest text that is read as a number, in characters.
_NUMBER_LENGTH = 7_000


@dataclass(frozen=True, slots=True)
class Function:
    """What may be called by its name: how many arguments at least and at most, and which by keyword.

    `walks`: its argument may be a generator expression, which it goes through once and does not keep.
    """

    apply: Callable[..., Value]
    least: int
    most: int
    keywords: frozenset[str] = frozenset()
    walks: bool = False


def _number(value: Value) -> Number:
    number = as_number(value)
    if number is None:
        words = kind_words(value)
        raise Failure(f"此处应为数字，而不是{words.zh}", f"a number is needed here, not a {words.en}")
    return number


def _len(run: Run, value: Value) -> Value:
    if type(value) not in (str, list, tuple, dict):
        words = kind_words(value)
        raise Failure(f"{words.zh}没有长度", f"a {words.en} has no length")
    return len(value)


def _int(run: Run, value: Value = 0) -> Value:
    """A number without its fraction, or the integer that a text writes."""
    if type(value) is str:
        text = value.strip()
        if _INTEGER.fullmatch(text):
            return within_limits(int(text), run)
        raise Failure(f"“{text[:40]}”不是整数", f"{text[:40]!r} is no integer")
    number = _number(value)
    if type(number) is Decimal and number.adjusted() > 1_200:
        raise out_of_range()
    return int(number)


def _float(run: Run, value: Value = 0) -> Value:
    """The decimal of a number or a text: there are no floats, no infinity, no NaN."""
    written = value.strip() if type(value) is str else _number(value)
    if type(written) is str and (len(written) > _NUMBER_LENGTH or not _NUMBER.fullmatch(written)):
        raise Failure(f"“{written[:40]}”不是数字", f"{written[:40]!r} is no number")
    try:
        return DECIMAL.plus(Decimal(written))
    except decimal.DecimalException:
        raise out_of_range() from None


def _abs(run: Run, value: Value) -> Value:
    number = _number(value)
    return DECIMAL.abs(number) if type(number) is Decimal else abs(number)


def _round(run: Run, value: Value, digits: Value = None) -> Value:
    """Half to even. Without `digits` an integer, as in Python."""
    number, places = _number(value), 0 if digits is None else as_integer(digits)
    if type(number) is int:
        return number if places >= 0 else _rounded_integer(number, -places)
    rounded = _rounded_decimal(Decimal(number), places)
    return _int(run, rounded) if digits is None else rounded


def _rounded_integer(number: int, zeros: int) -> int:
    if zeros > 1_300:
        return 0
    step: int = 10**zeros
    count, rest = divmod(number, step)
    return (count + (2 * rest > step or (2 * rest == step and count % 2 == 1))) * step


def _rounded_decimal(number: Decimal, places: int) -> Decimal:
    if number.adjusted() - int(DECIMAL.prec) >= -places - 1 or places > 6_000:
        return number  # it has no digits behind that place
    try:
        return DECIMAL.quantize(number, Decimal(1).scaleb(max(-places, -6_000), DECIMAL))
    except decimal.DecimalException:
        raise out_of_range() from None


def _extreme(sign: int) -> Callable[..., Value]:
    def choose(run: Run, *values: Value, **keywords: Value) -> Value:
        items = items_of(values[0], run) if len(values) == 1 else iter(values)
        best: Value = _NOTHING
        for item in items:
            if best is _NOTHING or order(item, best, run) == sign:
                best = item
        if best is not _NOTHING:
            return best
        if "default" in keywords:
            return keywords["default"]
        raise Failure("空列表没有最大或最小值", "an empty list has no extreme value")

    return choose


_NOTHING = object()


def _sum(run: Run, values: Value, start: Value = 0) -> Value:
    total = start
    for item in items_of(values, run):
        total = add(total, item, run)
    return total


def in_order(run: Run, values: Iterator[Value], reverse: Value) -> list[Value]:
    """The items sorted; equal ones keep their order. Every comparison costs a step."""

    def compare(a: Value, b: Value) -> int:
        run.spend(1)
        return order(a, b, run)

    return sorted(collected(values, run), key=cmp_to_key(compare), reverse=truth(reverse))


def _sorted(run: Run, values: Value, **keywords: Value) -> Value:
    return in_order(run, items_of(values, run), keywords.get("reverse", False))


def _range(run: Run, *bounds: Value) -> Value:
    """The whole numbers as a list, within the limit of length."""
    numbers = [as_integer(bound) for bound in bounds]
    if len(numbers) == 3 and numbers[2] == 0:
        raise Failure("range 的步长不能为零", "range needs a step that is not zero")
    found = range(*numbers)
    # len() of a range beyond 64 bits raises; its item at the limit tells as much.
    check_length(LIST_LIMIT + 1 if found[LIST_LIMIT : LIST_LIMIT + 1] else len(found), run)
    run.spend(len(found))
    return list(found)


def _list(run: Run, values: Value = ()) -> Value:
    return collected(items_of(values, run), run)


def _tuple(run: Run, values: Value = ()) -> Value:
    return tuple(collected(items_of(values, run), run))


def _dict(run: Run, values: Value = (), /, **keywords: Value) -> Value:
    made: dict[str, Value] = {}
    put_all(run, made, values)
    made.update(keywords)
    return made


def put_all(run: Run, context: dict[str, Value], values: Value) -> None:
    """Every entry of a context, or of a list of pairs, into `context`."""
    if type(values) is dict:
        run.spend(len(values))
        context.update(values)
        check_length(len(context), run)
        return
    for pair in items_of(values, run):
        if not is_list(pair) or len(pair) != 2:
            raise Failure("此处应为键和值的列表", "pairs of key and value are needed here")
        put(run, context, pair[0], pair[1])


def put(run: Run, context: dict[str, Value], key: Value, value: Value) -> None:
    """`context[key] = value`; keys are texts."""
    context[as_text(key)] = value
    check_length(len(context), run)


def _enumerate(run: Run, values: Value, start: Value = 0) -> Value:
    first = as_integer(start)
    return [(first + index, item) for index, item in enumerate(collected(items_of(values, run), run))]


def _zip(run: Run, *values: Value) -> Value:
    lists = [collected(items_of(value, run), run) for value in values]
    return list(zip(*lists, strict=False))


def _reversed(run: Run, values: Value) -> Value:
    return collected(items_of(values, run), run)[::-1]


def _any(run: Run, values: Value) -> Value:
    return any(truth(item) for item in items_of(values, run))


def _all(run: Run, values: Value) -> Value:
    return all(truth(item) for item in items_of(values, run))


def _text(run: Run, value: Value = "") -> Value:
    return to_text(value, run)


def _bool(run: Run, value: Value = False) -> Value:
    return truth(value)


#: Most arguments of a function that takes any number of them.
_MANY = 1_000
FUNCTIONS: dict[str, Function] = {
    "abs": Function(_abs, 1, 1),
    "all": Function(_all, 1, 1, walks=True),
    "any": Function(_any, 1, 1, walks=True),
    "bool": Function(_bool, 0, 1),
    "dict": Function(_dict, 0, 1, frozenset("*"), walks=True),
    "enumerate": Function(_enumerate, 1, 2, walks=True),
    "float": Function(_float, 0, 1),
    "int": Function(_int, 0, 1),
    "len": Function(_len, 1, 1),
    "list": Function(_list, 0, 1, walks=True),
    "max": Function(_extreme(1), 1, _MANY, frozenset(("default",)), walks=True),
    "min": Function(_extreme(-1), 1, _MANY, frozenset(("default",)), walks=True),
    "range": Function(_range, 1, 3),
    "reversed": Function(_reversed, 1, 1),
    "round": Function(_round, 1, 2),
    "sorted": Function(_sorted, 1, 1, frozenset(("reverse",)), walks=True),
    "str": Function(_text, 0, 1),
    "sum": Function(_sum, 1, 2, walks=True),
    "tuple": Function(_tuple, 0, 1, walks=True),
    "zip": Function(_zip, 1, _MANY),
}


def takes(function: Function, keyword: str) -> bool:
    """Whether the function has an argument of this name; `*` stands for any."""
    return keyword in function.keywords or "*" in function.keywords
