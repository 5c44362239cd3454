"""List functions (DMN 1.5, 10.3.4.4). Lists are never changed: each function makes a new one."""

from __future__ import annotations

import decimal
from collections.abc import Callable

from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import (
    DECIMAL,
    INTEGER_FLOOR,
    INTEGER_LIMIT,
    divide,
    identity,
    operand,
    truncated,
    whole,
)
from engine.expressions.feel.objects import Function
from engine.expressions.feel.run import Run
from engine.expressions.feel.temporal import order_key
from engine.values import Value

FUNCTIONS = Registry()


def _numbers(items: list[Value]) -> bool:
    return bool(items) and all(map(op.is_number, items))


def _total(items: list[Value], operation: Callable[[Value, Value, Run], Value], run: Run) -> Value:
    total = items[0]
    for item in items[1:]:
        total = operation(total, item, run)
    return total


@FUNCTIONS("list contains", "list: list, element: any")
def list_contains(run: Run, items: list[Value], element: Value) -> Value:
    run.spend(len(items))
    return any(op.equal(item, element, run) is True for item in items)


@FUNCTIONS("count", "list: list")
def count(run: Run, items: list[Value]) -> Value:
    return len(items)


@FUNCTIONS("is empty", "list: list")
def is_empty(run: Run, items: list[Value]) -> Value:
    return not items


@FUNCTIONS.over_items("min")
def minimum(run: Run, items: list[Value]) -> Value:
    return _extreme(items, -1, run)


@FUNCTIONS.over_items("max")
def maximum(run: Run, items: list[Value]) -> Value:
    return _extreme(items, 1, run)


def _extreme(items: list[Value], wanted: int, run: Run) -> Value:
    """The least or greatest; null for an empty list or items without an order."""
    if not items or op.compare(items[0], items[0]) is None:
        return None
    best = items[0]
    for item in items[1:]:
        order = op.ordered(item, best, run)
        if order is None:
            return None
        if order == wanted:
            best = item
    return best


@FUNCTIONS.over_items("sum")
def total(run: Run, items: list[Value]) -> Value:
    """Of numbers, or of durations of one kind."""
    if not items or not (op.is_number(items[0]) or op.kind(items[0]).endswith("duration")):
        return None
    return _total(items, op.add, run)


@FUNCTIONS.over_items("product")
def product(run: Run, items: list[Value]) -> Value:
    return _total(items, op.multiply, run) if _numbers(items) else None


@FUNCTIONS.over_items("mean")
def mean(run: Run, items: list[Value]) -> Value:
    if not _numbers(items):
        return None
    whole_sum = _total(items, op.add, run)
    return None if whole_sum is None else divide(whole_sum, len(items))


@FUNCTIONS.over_items("median")
def median(run: Run, items: list[Value]) -> Value:
    if not _numbers(items):
        return None
    ordered, middle = sorted(items), len(items) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return op.divide(op.add(ordered[middle - 1], ordered[middle], run), 2, run)


@FUNCTIONS.over_items("stddev")
def stddev(run: Run, items: list[Value]) -> Value:
    """The sample's standard deviation; null for fewer than two numbers."""
    average = mean(run, items) if len(items) > 1 else None
    if average is None:
        return None
    try:
        distances = [DECIMAL.subtract(operand(item), operand(average)) for item in items]
        sum_of_squares = _total([DECIMAL.multiply(each, each) for each in distances], op.add, run)
        variance = None if sum_of_squares is None else divide(sum_of_squares, len(items) - 1)
        return None if variance is None else DECIMAL.sqrt(operand(variance))
    except decimal.DecimalException:
        return None


@FUNCTIONS.over_items("mode")
def mode(run: Run, items: list[Value]) -> Value:
    """The most frequent numbers, ascending; an empty list for an empty list."""
    if not all(map(op.is_number, items)):
        return None
    equals: dict[str, list[Value]] = {}
    for item in items:
        equals.setdefault(identity(item), []).append(item)
    most = max(map(len, equals.values()), default=0)
    return sorted(each[0] for each in equals.values() if len(each) == most)


@FUNCTIONS("sublist", "list: list, start position: number, length?: number")
def sublist(run: Run, items: list[Value], start: Value, length: Value = None) -> Value:
    first, size = whole(start), whole(length)
    if not first or abs(first) > len(items) or (length is not None and (size is None or size < 0)):
        return None
    begin = first - 1 if first > 0 else len(items) + first
    if size is not None and begin + size > len(items):
        return None
    end = len(items) if size is None else begin + size
    run.grown(end - begin)
    return items[begin:end]


def _append(run: Run, *arguments: Value) -> Value:
    """append(list, items …)."""
    if not arguments or arguments[0] is None:
        return None
    items = arguments[0] if type(arguments[0]) is list else [arguments[0]]
    run.grown(len(items) + len(arguments))
    return [*items, *arguments[1:]]


def _concatenate(run: Run, *lists: Value) -> Value:
    """concatenate(lists …)."""
    joined: list[Value] = []
    for items in lists:
        if items is None:
            return None
        added = items if type(items) is list else [items]
        run.grown(len(added))
        run.fits(len(joined) + len(added))
        joined.extend(added)
    return joined


def _union(run: Run, *lists: Value) -> Value:
    """union(lists …): without duplicates."""
    joined = _concatenate(run, *lists)
    return None if joined is None else distinct_values(run, joined)


FUNCTIONS.functions += [
    Function("append", _append, (("list", "items"), ("list", "item"))),
    Function("concatenate", _concatenate, (("list",),)),
    Function("union", _union, (("list",),)),
]


def _index(items: list[Value], position: Value) -> int | None:
    """The 0-based index of a 1-based or negative position, None outside of the list."""
    number = truncated(position)
    if not number or abs(number) > len(items):
        return None
    return number - 1 if number > 0 else len(items) + number


@FUNCTIONS("insert before", "list: list, position: number, newItem: any")
def insert_before(run: Run, items: list[Value], position: Value, item: Value) -> Value:
    index = _index(items, position)
    if index is None:
        return None
    run.grown(len(items) + 1)
    return [*items[:index], item, *items[index:]]


@FUNCTIONS("remove", "list: list, position: number")
def remove(run: Run, items: list[Value], position: Value) -> Value:
    index = _index(items, position)
    if index is None:
        return None
    run.grown(len(items))
    return items[:index] + items[index + 1 :]


@FUNCTIONS("list replace", "list: list, position: number, newItem: any", "list: list, match: function, newItem: any")
def list_replace(run: Run, items: list[Value], which: Value, item: Value) -> Value:
    """The item at a position replaced, or every item for which `which(item, new item)` is true."""
    run.grown(len(items))
    if type(which) is Function:
        answers = [which.call(run, [old, item]) for old in items]
        if not all(type(answer) is bool for answer in answers):
            return None
        return [item if answer else old for old, answer in zip(items, answers, strict=True)]
    index = _index(items, which)
    return None if index is None else [*items[:index], item, *items[index + 1 :]]


@FUNCTIONS("reverse", "list: list")
def reverse(run: Run, items: list[Value]) -> Value:
    run.grown(len(items))
    return items[::-1]


@FUNCTIONS("index of", "list: list, match: any")
def index_of(run: Run, items: list[Value], match: Value) -> Value:
    run.grown(len(items))
    return [number for number, item in enumerate(items, 1) if op.equal(item, match, run) is True]


@FUNCTIONS("distinct values", "list: list")
def distinct_values(run: Run, items: list[Value]) -> Value:
    run.grown(len(items))
    seen: set[tuple[str, str]] = set()
    others: list[Value] = []
    kept: list[Value] = []
    for item in items:
        short = type(item) is int and INTEGER_FLOOR < item < INTEGER_LIMIT
        item_kind = "number" if short else op.kind(item)
        if item_kind in _MARKED:
            mark = (item_kind, str(item) if short else _mark(item, run))
            if mark in seen:
                continue
            seen.add(mark)
        else:
            run.spend(len(others))
            if any(op.equal(item, other, run) is True for other in others):
                continue
            others.append(item)
        kept.append(item)
    return kept


_MARKED = frozenset(("string", "number", "boolean", "null"))


def _mark(item: Value, run: Run) -> str:
    """A text that only equal items of this kind share."""
    if type(item) is str:
        run.reads(len(item))
        return item
    return identity(item) if op.is_number(item) else str(item)


@FUNCTIONS("flatten", "list: list")
def flatten(run: Run, items: list[Value]) -> Value:
    flat: list[Value] = []
    waiting = items[::-1]
    while waiting:
        run.spend(1)
        item = waiting.pop()
        if type(item) is list:
            run.spend(len(item))
            waiting.extend(reversed(item))
        else:
            flat.append(item)
            run.fits(len(flat))
    return flat


class _Sorting:
    """An item that is ordered by the caller's function; sorted() asks for nothing but `<`."""

    __slots__ = ("item", "precedes", "run")

    def __init__(self, item: Value, precedes: Function, run: Run) -> None:
        self.item, self.precedes, self.run = item, precedes, run

    def __lt__(self, other: _Sorting) -> bool:
        return self.precedes.call(self.run, [self.item, other.item]) is True


@FUNCTIONS("sort", "list: list, precedes?: function")
def sort(run: Run, items: list[Value], precedes: Function | None = None) -> Value:
    """Sorted by `precedes(a, b)`, else ascending; stable. Null where the items have no order."""
    run.grown(len(items))
    if precedes is not None:
        ordered = sorted(_Sorting(item, precedes, run) for item in items)
        return [each.item for each in ordered]
    if any(op.compare(items[0], item) is None for item in items):
        return None
    first = items[0] if items else None
    if type(first) is str:
        run.reads(sum(map(len, items)) * len(items).bit_length())
    if op.kind(first) in ("date", "time", "date and time", "days and time duration"):
        keys = [order_key(item) for item in items]
        # Values with and without an offset have an order only two by two.
        return sorted(items, key=order_key) if len({has_offset for has_offset, _ in keys}) == 1 else None
    return sorted(items)
