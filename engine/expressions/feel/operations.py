"""The operators of FEEL over values (DMN 1.5, 10.3.2.3 to 10.3.2.13): a type error gives null."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from engine.expressions.feel import moments, numbers, temporal
from engine.expressions.feel.objects import Function, Range
from engine.expressions.feel.run import VALUE_DEPTH, Run
from engine.values import FAR_TYPES, ClockMark, FarDate, FarDateTime, FineDuration, FineTime, Value, YearsMonths

_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    str: "string",
    int: "number",
    Decimal: "number",
    list: "list",
    tuple: "list",
    dict: "context",
    date: "date",
    time: "time",
    datetime: "date and time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    FarDate: "date",
    FineTime: "time",
    FarDateTime: "date and time",
    FineDuration: "days and time duration",
    Range: "range",
    Function: "function",
    ClockMark: "clock mark",
}
_FAR_TYPES = frozenset(FAR_TYPES)
#: Less than these two times each other is a timedelta still: 100,000 days, 9,000 times.
_LONG, _LONG_FACTOR = timedelta(days=100_000), 9_000
_LEAST, _LARGEST = numbers.LEAST_INTEGER, numbers.LARGEST_INTEGER
_SHORT_FLOOR, _SHORT = numbers.INTEGER_FLOOR, numbers.INTEGER_LIMIT
ORDERED = frozenset(
    (
        "string",
        "number",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    )
)


def kind(value: Value) -> str:
    """The name of the value's FEEL type; "other" where it has none, as NaN and infinity."""
    kind_of_type = _KINDS.get(type(value), "other")
    return "other" if kind_of_type == "number" and not is_number(value) else kind_of_type


def types_of(kind_of_type: str) -> frozenset[type]:
    """Python's types of a FEEL type's values; not all values of those of numbers are such."""
    return frozenset(type_ for type_, each in _KINDS.items() if each == kind_of_type)


def is_number(value: Value) -> bool:
    if type(value) is int:
        return _LEAST < value < _LARGEST
    return type(value) is Decimal and value.is_finite()


def equal(left: Value, right: Value, run: Run, depth: int = 0) -> bool | None:
    """Equality: null equals only null; values of different kinds give null. What has no kind equals itself."""
    if type(left) is int and type(right) is int and _SHORT_FLOOR < left < _SHORT and _SHORT_FLOOR < right < _SHORT:
        return left == right
    if left is None or right is None:
        return left is right
    left_kind, right_kind = kind(left), kind(right)
    if left_kind != right_kind:
        return None
    if left_kind == "list":
        return _all_equal(left, right, run, depth)
    if left_kind == "context":
        if len(left) != len(right):
            return False
        run.spend(len(left))
        if left.keys() != right.keys():
            return False
        return _all_equal(list(left.values()), [right[key] for key in left], run, depth)
    if left_kind == "string":
        run.reads(len(left))
    elif left_kind in ("date and time", "time"):
        return _same_moment(left, right)
    elif left_kind == "other":
        return left is right
    return bool(left == right)


def _all_equal(left: list[Value], right: list[Value], run: Run, depth: int) -> bool:
    if len(left) != len(right):
        return False
    if depth > VALUE_DEPTH:
        raise run.too_deep()
    run.spend(len(left))
    return all(equal(a, b, run, depth + 1) is True for a, b in zip(left, right, strict=True))


def _same_moment(left: Value, right: Value) -> bool:
    if type(left) in _FAR_TYPES or type(right) in _FAR_TYPES:
        return temporal.order_key(left) == temporal.order_key(right)
    both_timed = isinstance(left, (datetime, time)) and isinstance(right, (datetime, time))
    if both_timed and (left.tzinfo is None) != (right.tzinfo is None):
        return False
    if isinstance(left, datetime) and isinstance(right, datetime):
        return temporal.instant_key(left) == temporal.instant_key(right)
    return bool(left == right)


def compare(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None where the two have no order."""
    if type(left) is int and type(right) is int:
        return (left > right) - (left < right)
    left_kind = kind(left)
    if left_kind not in ORDERED or left_kind != kind(right):
        return None
    if left_kind in ("date and time", "time"):
        left, right = temporal.in_order(left, right)
    elif type(left) in _FAR_TYPES or type(right) in _FAR_TYPES:
        left, right = temporal.order_key(left)[1], temporal.order_key(right)[1]
    return int(left > right) - int(left < right)


def ordered(left: Value, right: Value, run: Run) -> int | None:
    """`compare`, paid for."""
    if type(left) is str and type(right) is str:
        run.reads(min(len(left), len(right)))
    return compare(left, right)


def less(left: Value, right: Value, run: Run) -> bool | None:
    order = ordered(left, right, run)
    return None if order is None else order < 0


def less_or_equal(left: Value, right: Value, run: Run) -> bool | None:
    order = ordered(left, right, run)
    return None if order is None else order <= 0


def conjunction(left: Value, right: Value) -> bool | None:
    """Three-valued and: anything that is no boolean counts as null."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def negated(value: Value) -> bool | None:
    return not value if type(value) is bool else None


def within(value: Value, wanted: Range, run: Run) -> bool | None:
    """Whether the value lies in the range; null where they cannot be compared."""
    if not wanted.complete:
        return None
    if wanted.operator == "!=":
        return negated(equal(value, wanted.start, run))
    above: bool | None = True
    below: bool | None = True
    if wanted.start is not None:
        above = (less_or_equal if wanted.start_included else less)(wanted.start, value, run)
    if wanted.end is not None:
        below = (less_or_equal if wanted.end_included else less)(value, wanted.end, run)
    return conjunction(above, below)


def add(left: Value, right: Value, run: Run) -> Value:
    if type(left) is int and type(right) is int and _SHORT_FLOOR < (whole := left + right) < _SHORT:
        return whole
    left_kind, right_kind = kind(left), kind(right)
    if left_kind == right_kind == "number":
        return _computed(numbers.DECIMAL.add, left, right)
    if left_kind == right_kind == "string":
        run.writes(len(left) + len(right))
        return left + right
    if left_kind in _DURATIONS:
        if right_kind == left_kind:
            return _add_durations(left, right)
        left, right, left_kind, right_kind = right, left, right_kind, left_kind
    if right_kind in _DURATIONS and left_kind in _MOMENTS:
        return temporal.shift(left, right)
    return None


def subtract(left: Value, right: Value, run: Run) -> Value:
    if type(left) is date and type(right) is date:
        return left - right
    if is_number(left) and is_number(right):
        return _computed(numbers.DECIMAL.subtract, left, right)
    left_kind, right_kind = kind(left), kind(right)
    if right_kind in _DURATIONS:
        opposite = negate(right)
        if opposite is None:
            return None
        if left_kind == right_kind:
            return _add_durations(left, opposite)
        return temporal.shift(left, opposite) if left_kind in _MOMENTS else None
    if left_kind in _MOMENTS and right_kind in _MOMENTS:
        return temporal.difference(left, right)
    return None


def multiply(left: Value, right: Value, run: Run) -> Value:
    if type(left) is int and type(right) is int and _SHORT_FLOOR < left < _SHORT and _SHORT_FLOOR < right < _SHORT:
        return numbers.fitted(left * right)
    if is_number(left) and is_number(right):
        return _computed(numbers.DECIMAL.multiply, left, right)
    if type(left) is timedelta and type(right) is int and abs(left) < _LONG and -_LONG_FACTOR < right < _LONG_FACTOR:
        return left * right
    if kind(left) in _DURATIONS and is_number(right):
        return _scaled(left, right)
    if kind(right) in _DURATIONS and is_number(left):
        return _scaled(right, left)
    return None


def divide(left: Value, right: Value, run: Run) -> Value:
    if is_number(right):
        if is_number(left):
            return numbers.divide(left, right)
        if kind(left) in _DURATIONS and right != 0:
            return _scaled(left, numbers.divide(1, right), right)
    if kind(left) == kind(right) and kind(left) in _DURATIONS:
        return numbers.divide(duration_units(left), duration_units(right))
    return None


def power(left: Value, right: Value, run: Run) -> Value:
    """Paid for by who calls: it takes long."""
    return numbers.power(left, right) if is_number(left) and is_number(right) else None


def negate(value: Value) -> Value:
    """-value of a number or a duration; null of anything else, and out of range."""
    try:
        if is_number(value):
            return numbers.negative(value)
    except decimal.DecimalException:
        return None
    if isinstance(value, timedelta | FineDuration):
        return moments.duration_of(-moments.span(value))
    return YearsMonths(-value.months) if type(value) is YearsMonths else None


def absolute(value: Value) -> Value:
    """The number or duration without its sign; null of anything else, and out of range."""
    if type(value) is timedelta:
        return abs(value)
    units = value if is_number(value) else duration_units(value) if kind(value) in _DURATIONS else None
    if units is None:
        return None
    return negate(value) if units < 0 else value


_DURATIONS = frozenset(("days and time duration", "years and months duration"))
_MOMENTS = frozenset(("date", "time", "date and time"))


def duration_units(value: moments.AnyDuration | YearsMonths) -> int:
    """Months, or nanoseconds."""
    return value.months if isinstance(value, YearsMonths) else moments.span(value)


def _computed(operation: Callable[[Any, Any], Decimal], left: Value, right: Value) -> Value:
    """An integer result exactly within 34 digits, else decimal128; None out of range."""
    try:
        if type(left) is int and type(right) is int:
            return numbers.fitted(_INTEGER[operation](left, right))
        return operation(numbers.operand(left), numbers.operand(right))
    except decimal.DecimalException:
        return None


_INTEGER: dict[Callable[[Any, Any], Decimal], Callable[[int, int], int]] = {
    numbers.DECIMAL.add: int.__add__,
    numbers.DECIMAL.subtract: int.__sub__,
    numbers.DECIMAL.multiply: int.__mul__,
}


def _add_durations(left: Value, right: Value) -> Value:
    if isinstance(left, YearsMonths):
        return _months(left.months + right.months)
    return moments.duration_of(moments.span(left) + moments.span(right))


def _months(count: int) -> YearsMonths | None:
    return YearsMonths(count) if abs(count) <= temporal.LONGEST_MONTHS else None


def _scaled(duration: moments.AnyDuration | YearsMonths, factor: Value, divisor: Value = None) -> Value:
    """duration * factor, or duration / divisor, cut to whole units towards zero."""
    units = duration_units(duration)
    exact = (
        numbers.divide(units, divisor) if divisor is not None else _computed(numbers.DECIMAL.multiply, units, factor)
    )
    if exact is None or abs(exact) > moments.LONGEST:
        return None
    return _months(int(exact)) if isinstance(duration, YearsMonths) else moments.duration_of(int(exact))


def property_of(value: Value, name: str) -> Value:
    """`value.name` of a date, time, duration or range (DMN 1.5, table 65); None where it has none."""
    reader = _PROPERTIES.get((kind(value), name))
    return None if reader is None else reader(value)


def date_reader(name: str) -> Callable[[date], Value] | None:
    """What reads this property of a date."""
    if name == "weekday":
        return date.isoweekday
    return _PROPERTIES.get(("date", name))


def _offset(value: moments.AnyMoment | moments.AnyTime) -> timedelta | None:
    if isinstance(value, time | FineTime):
        return moments.zone_offset(value.tzinfo)
    return moments.offset(value)


def _zone(value: moments.AnyMoment | moments.AnyTime) -> str | None:
    clock = value if isinstance(value, time | FineTime) else moments.time_part(value)
    return getattr(clock.tzinfo, "key", None)


def _second(value: moments.AnyMoment | moments.AnyTime) -> numbers.Number:
    """The second of the minute with its fraction."""
    clock = value if isinstance(value, time | FineTime) else moments.time_part(value)
    return _seconds(moments.nanoseconds_of(clock) % moments.MINUTE)


def _seconds(nanoseconds: int) -> numbers.Number:
    whole, fraction = divmod(nanoseconds, moments.SECOND)
    return numbers.DECIMAL.divide(Decimal(nanoseconds), Decimal(moments.SECOND)) if fraction else whole


def _weekday(value: moments.AnyDate | moments.AnyMoment) -> int:
    """1 is Monday, 7 Sunday."""
    day = moments.date_part(value) if isinstance(value, datetime | FarDateTime) else value
    return (moments.day_number(day) - 1) % 7 + 1


def _parts(length: moments.AnyDuration) -> tuple[int, int, int, numbers.Number]:
    """Days, hours, minutes and seconds, each with the sign of the whole."""
    span = moments.span(length)
    sign = -1 if span < 0 else 1
    minutes, rest = divmod(abs(span), moments.MINUTE)
    hours, minutes = divmod(minutes, 60)
    return sign * (hours // 24), sign * (hours % 24), sign * minutes, sign * _seconds(rest)


def _years_and_months(value: YearsMonths) -> tuple[int, int]:
    """Whole years and the months left, each with the sign of the whole."""
    years, months = divmod(abs(value.months), 12)
    return (-years, -months) if value.months < 0 else (years, months)


def _part(index: int) -> Callable[[Any], Value]:
    return lambda value: _parts(value)[index]


def _of_date(name: str) -> Callable[[Any], Value]:
    return lambda value: getattr(moments.date_part(value), name)


def _of_time(name: str) -> Callable[[Any], Value]:
    return lambda value: getattr(moments.time_part(value), name)


_PROPERTIES: dict[tuple[str, str], Callable[[Any], Value]] = {
    ("years and months duration", "years"): lambda value: _years_and_months(value)[0],
    ("years and months duration", "months"): lambda value: _years_and_months(value)[1],
    ("days and time duration", "days"): _part(0),
    ("days and time duration", "hours"): _part(1),
    ("days and time duration", "minutes"): _part(2),
    ("days and time duration", "seconds"): _part(3),
    ("date", "weekday"): _weekday,
    ("date and time", "weekday"): _weekday,
    ("date and time", "time offset"): _offset,
    ("time", "time offset"): _offset,
    ("date and time", "timezone"): _zone,
    ("time", "timezone"): _zone,
    ("range", "start"): attrgetter("start"),
    ("range", "end"): attrgetter("end"),
    ("range", "start included"): attrgetter("start_included"),
    ("range", "end included"): attrgetter("end_included"),
}
for _name in ("year", "month", "day"):
    _PROPERTIES |= {("date", _name): attrgetter(_name), ("date and time", _name): _of_date(_name)}
_PROPERTIES |= {("time", "second"): _second, ("date and time", "second"): _second}
for _name in ("hour", "minute"):
    _PROPERTIES |= {("time", _name): attrgetter(_name), ("date and time", _name): _of_time(_name)}
