"""The values of an input column, told apart where a cell can tell them apart: each part by one example.

Numbers, dates, times and durations are cut at the values that the cells name, into these values and what lies
between them; texts into those named and any other one; booleans into both. All values of a part answer every cell of
the column in the same way, so the example stands for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.expressions.feel.moments import duration_of, span, time_of
from engine.expressions.feel.operations import compare, kind
from engine.expressions.feel.temporal import order_key as moment_key
from engine.expressions.feel.temporal import shift
from engine.values import Value, YearsMonths

#: Kinds whose values have an order and something between them.
ORDERED = ("number", "date", "date and time", "time", "days and time duration", "years and months duration")
_OTHER_TEXT = "其他"
_DAY, _MICROSECOND, _MONTH = timedelta(days=1), timedelta(microseconds=1), YearsMonths(1)
#: kind -> (a step that people would take, the smallest one, a value where no cell names one)
_STEPS: dict[str, tuple[Any, Any, Value]] = {
    "date": (_DAY, _DAY, date(2030, 1, 1)),
    "date and time": (_DAY, _MICROSECOND, datetime(2030, 1, 1)),  # noqa: DTZ001 - FEEL has moments without a zone
    "time": (timedelta(hours=1), _MICROSECOND, time(12)),
    "days and time duration": (_DAY, _MICROSECOND, _DAY),
    "years and months duration": (_MONTH, _MONTH, _MONTH),
}
_ZERO: dict[str, Value] = {"days and time duration": timedelta(), "years and months duration": YearsMonths(0)}


@dataclass(frozen=True, slots=True)
class Part:
    """Values that every cell of the column treats alike; `value` is one of them.

    `sure`: such a value may well come. Not sure are a fraction between two whole numbers that follow each other,
    a negative number below a zero that begins the table, a day before the first one, a text that no cell names, and
    null. `point`: it is this value alone, one at which the column is cut.
    """

    value: Value
    sure: bool
    kind: str
    other_text: bool = False
    point: bool = False


@dataclass(frozen=True, slots=True)
class Domain:
    """The parts of a column, those of one kind together and in order; the last one is null.

    `spans` gives for each kind (start, end) among the parts; `opaque` where nothing is known of the values.
    """

    parts: tuple[Part, ...]
    spans: tuple[tuple[str, int, int], ...]
    opaque: bool = False

    @property
    def all(self) -> int:
        return (1 << len(self.parts)) - 1

    @property
    def sure(self) -> int:
        """The parts that may well come, as bits."""
        return sum(1 << index for index, part in enumerate(self.parts) if part.sure)

    @property
    def not_null(self) -> int:
        return self.all >> 1  # null is the last part


#: Of a column of which nothing is known: any value, or null.
NOTHING_KNOWN = Domain((Part(None, True, ""), Part(None, False, "null")), (), opaque=True)


def domain_of(
    points: Iterable[Value], declared: str, *, whole: bool = False, closed: Sequence[Value] | None = None
) -> Domain | None:
    """The domain of a column whose cells name these points; None where its values cannot be put in order.

    `declared`: the kind of its values, "" where that is not known; `whole`: they are counts (0, 1, 2 …); `closed`:
    the only texts that it may have.
    """
    by_kind: dict[str, list[Value]] = {}
    for point in points:
        if point is not None:
            by_kind.setdefault(kind(point), []).append(point)
    kinds = [declared] if declared else sorted(by_kind)
    parts: list[Part] = []
    spans: list[tuple[str, int, int]] = []
    for each in kinds:
        made = _parts(each, by_kind.get(each, []), whole, closed)
        if made is None:
            return None
        spans.append((each, len(parts), len(parts) + len(made)))
        parts += made
    return Domain((*parts, Part(None, False, "null")), tuple(spans)) if parts else NOTHING_KNOWN


def _parts(name: str, points: list[Value], whole: bool, closed: Sequence[Value] | None) -> list[Part] | None:
    if name == "boolean":
        return [Part(False, True, name), Part(True, True, name)]
    if name == "string":
        return _texts(points, closed)
    if name not in ORDERED:
        return [Part(None, True, name)] if not points else None
    values = distinct(points)
    if values is None:
        return None
    if name == "number":
        return _numbers(values, whole)
    return _moments(name, values)


def _texts(points: list[Value], closed: Sequence[Value] | None) -> list[Part]:
    if closed is not None:
        return [Part(text, True, "string") for text in sorted({*closed, *points})]
    named = sorted(set(points))
    other = _OTHER_TEXT
    while other in named:
        other += "…"
    parts = [Part(text, True, "string") for text in named] + [Part(other, not named, "string", True)]
    return sorted(parts, key=lambda part: part.value)


_MOMENTS = frozenset(("date", "time", "date and time", "days and time duration"))


def distinct(points: list[Value]) -> list[Value] | None:
    """The points in order, equal ones once; None where two of them have no order, or not all the same.

    Dates and times with and without an offset have an order two by two, but no common one.
    """
    if not points:
        return []
    if any(compare(points[0], point) is None or order_key(points[0])[0] != order_key(point)[0] for point in points):
        return None
    ordered = sorted(points, key=order_key)
    return [each for at, each in enumerate(ordered) if not at or compare(ordered[at - 1], each) != 0]


def order_key(value: Value) -> tuple[bool, Any]:
    """What sorts values of one kind: whether it has an offset, and itself or its number."""
    return moment_key(value) if kind(value) in _MOMENTS else (False, value)


def _numbers(values: list[Value], whole: bool) -> list[Part]:
    if whole:
        values = [value for value in values if value >= 0]
    if not values:
        return [Part(0, True, "number")]
    parts = _below(values[0], whole)
    for at, value in enumerate(values):
        if not whole or value == int(value):
            parts.append(Part(value, True, "number", point=True))
        if at + 1 < len(values):
            parts += _between(value, values[at + 1], whole)
    return [*parts, Part(int(values[-1]) + 1, True, "number")]


def _below(first: Value, whole: bool) -> list[Part]:
    if first > 0:  # a whole number: 0 below 0.5, 4 below 5
        return [Part(int(first) - 1 if first == int(first) else int(first), True, "number")]
    return [] if whole else [Part(_floor(first) - 1, first < 0, "number")]


def _floor(value: Value) -> int:
    down = int(value)
    return down - 1 if down > value else down


def _between(low: Value, high: Value, whole: bool) -> list[Part]:
    inside = _floor(low) + 1
    if inside < high:
        return [Part(inside, True, "number")]
    if whole:
        return []
    middle = (Decimal(low) + Decimal(high)) / 2
    if not low < middle < high:
        return []  # closer than decimals can tell apart
    both_whole = low == _floor(low) and high == _floor(high)
    return [Part(middle, not both_whole, "number")]


def _moments(name: str, values: list[Value]) -> list[Part]:
    step, smallest, any_value = _STEPS[name]
    if not values:
        return [Part(any_value, True, name)]
    parts = _before(name, values[0], step)
    for at, value in enumerate(values):
        parts.append(Part(value, True, name, point=True))
        after = values[at + 1] if at + 1 < len(values) else None
        inside = next((each for by in (step, smallest) if _lies_before(each := _shifted(value, by), after)), None)
        if inside is not None:
            parts.append(Part(inside, True, name))
    return parts


def _before(name: str, first: Value, step: Any) -> list[Part]:
    zero = _ZERO.get(name)
    if zero is not None and compare(first, zero) == 1:
        return [Part(zero, True, name)]
    if name == "time":
        midnight = time_of(0, first.tzinfo)
        return [] if compare(first, midnight) == 0 else [Part(midnight, True, name)]
    earlier = _shifted(first, step, -1)
    # Rules by date begin with the day on which they came into force: earlier ones seldom come.
    return [] if earlier is None else [Part(earlier, zero is not None and first != zero, name)]


def _lies_before(value: Value, limit: Value) -> bool:
    return value is not None and (limit is None or compare(value, limit) == -1)


def _shifted(value: Value, by: Any, sign: int = 1) -> Value:
    """`value` moved by a duration; None outside of what there is."""
    if type(value) is YearsMonths:
        return YearsMonths(value.months + sign * by.months)
    if kind(value) == "days and time duration":
        return duration_of(span(value) + sign * span(by))
    moved = shift(value, sign * by)
    # Times go round at midnight.
    return moved if moved is not None and compare(moved, value) == sign else None
