"""Date, time and duration functions (DMN 1.5, 10.3.4.1, 10.3.4.6 and 10.3.4.7)."""

from __future__ import annotations

from datetime import UTC, date, time, tzinfo
from decimal import Decimal

from engine.expressions.feel import moments, temporal
from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import DECIMAL, whole
from engine.expressions.feel.objects import Brief
from engine.expressions.feel.operations import is_number
from engine.expressions.feel.run import Run
from engine.values import Value, YearsMonths

FUNCTIONS = Registry()
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@FUNCTIONS("date", "from: any", "year: number, month: number, day: number", brief=Brief(date, lambda day: day))
def date_(run: Run, *arguments: Value) -> Value:
    """From a text, a date, a date and time, or year, month and day."""
    if len(arguments) == 3:
        return _date(*arguments)
    value = _single(arguments[0])
    kind = op.kind(value)
    if kind == "date and time":
        return moments.date_part(value)
    if kind == "date":
        return value
    return temporal.parse_date(value) if kind == "string" else None


def _single(value: Value) -> Value:
    return value[0] if type(value) is list and len(value) == 1 else value


def _date(year: Value, month: Value, day: Value) -> Value:
    parts = [whole(part) for part in (year, month, day)]
    return None if None in parts else moments.make_date(*parts)  # type: ignore[arg-type]


@FUNCTIONS("time", "from: any", "hour: number, minute: number, second: number, offset?: any")
def time_(run: Run, *arguments: Value) -> Value:
    """From a text, a time, a date (midnight UTC), a date and time, or hour, minute, second and offset."""
    if len(arguments) > 1:
        return _time(*arguments)
    value = _single(arguments[0])
    kind = op.kind(value)
    if kind == "date and time":
        return moments.time_part(value)
    if kind == "date":
        return time(tzinfo=UTC)
    if kind == "time":
        return value
    return temporal.parse_time(value) if kind == "string" else None


def _time(hour: Value, minute: Value, second: Value, offset: Value = None) -> Value:
    hours, minutes = whole(hour), whole(minute)
    if hours not in range(24) or minutes not in range(60) or not is_number(second) or not 0 <= second < 60:
        return None
    zone = None if offset is None else moments.fixed_zone(offset)
    if offset is not None and zone is None:
        return None
    seconds = int(second)
    fraction = int(DECIMAL.multiply(DECIMAL.subtract(Decimal(second), Decimal(seconds)), moments.SECOND))
    since = ((hours or 0) * 60 + (minutes or 0)) * 60 + seconds
    return moments.time_of(since * moments.SECOND + fraction, zone)


@FUNCTIONS(
    "date and time",
    "from: any",
    "date: any, time: any",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, offset?: any",
)
def date_and_time(run: Run, *arguments: Value) -> Value:
    """From a text, a date with a time, a date and time in another zone, or its parts."""
    if len(arguments) > 2:
        day, clock = _date(*arguments[:3]), _clock(*arguments[3:])
        return None if day is None or clock is None else moments.joined(day, clock)
    if len(arguments) == 2:
        return _combined(_single(arguments[0]), _single(arguments[1]))
    value = _single(arguments[0])
    if type(value) is str:
        value = temporal.parse_date_time(value) or temporal.parse_date(value)
    if op.kind(value) == "date":
        return moments.joined(value, time())
    return value if op.kind(value) == "date and time" else None


def _clock(hour: Value, minute: Value, second: Value, zone: Value = None) -> Value:
    """A time with an offset, or with the name of a zone."""
    if type(zone) is not str:
        return _time(hour, minute, second, zone)
    clock = _time(hour, minute, second)
    try:
        return None if clock is None else _placed(clock, temporal.named_zone(zone))
    except ValueError:
        return None


def _placed(clock: moments.AnyTime, zone: tzinfo) -> moments.AnyTime:
    """The same time by the clocks of a zone."""
    return moments.time_of(moments.nanoseconds_of(clock), zone)


def _combined(day: Value, clock: Value) -> Value:
    if type(clock) is str and op.kind(day) == "date and time" and moments.offset(day) is not None:
        try:
            return moments.in_zone(moments.instant(day), temporal.named_zone(clock))
        except ValueError:
            return None
    if op.kind(day) == "date and time":
        day = moments.date_part(day)
    return moments.joined(day, clock) if op.kind(day) == "date" and op.kind(clock) == "time" else None


@FUNCTIONS("duration", "from: any")
def duration(run: Run, value: Value) -> Value:
    value = _single(value)
    if op.kind(value).endswith("duration"):
        return value
    return temporal.parse_duration(value) if type(value) is str else None


@FUNCTIONS("years and months duration", "from: date, to: date")
def years_and_months_duration(run: Run, start: Value, end: Value) -> Value:
    """The whole months from one day to another, towards zero."""
    first, last = _day(start), _day(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


def _day(value: Value) -> moments.AnyDate:
    """The day of a date or a date and time."""
    return moments.date_part(value) if op.kind(value) == "date and time" else value


@FUNCTIONS("now", "")
def now(run: Run) -> Value:
    """The command's moment in the office's zone; null without context."""
    return None if run.context is None else run.context.now.astimezone(run.context.zone)


@FUNCTIONS("today", "")
def today(run: Run) -> Value:
    """The command's day in the office's zone; null without context."""
    moment = now(run)
    return None if moment is None else moment.date()


@FUNCTIONS("day of year", "date: date", brief=Brief(date, lambda day: (day - date(day.year, 1, 1)).days + 1))
def day_of_year(run: Run, value: Value) -> Value:
    day = _day(value)
    return sum(moments.last_day(day.year, month) for month in range(1, day.month)) + day.day


@FUNCTIONS("day of week", "date: date", brief=Brief(date, lambda day: _WEEKDAYS[day.weekday()]))
def day_of_week(run: Run, value: Value) -> Value:
    """ "Monday" to "Sunday", as DMN has it."""
    return _WEEKDAYS[(moments.day_number(_day(value)) - 1) % 7]


@FUNCTIONS("month of year", "date: date", brief=Brief(date, lambda day: _MONTHS[day.month - 1]))
def month_of_year(run: Run, value: Value) -> Value:
    """ "January" to "December", as DMN has it."""
    return _MONTHS[_day(value).month - 1]


@FUNCTIONS("week of year", "date: date", brief=Brief(date, lambda day: day.isocalendar()[1]))
def week_of_year(run: Run, value: Value) -> Value:
    """The week's number by ISO 8601: week 1 has the year's first Thursday."""
    number = moments.day_number(_day(value))
    thursday = moments.date_of(number - (number - 1) % 7 + 3)
    return None if thursday is None else (day_of_year(run, thursday) - 1) // 7 + 1


@FUNCTIONS("last day of month", "date: date")
def last_day_of_month(run: Run, value: Value) -> Value:
    day = _day(value)
    return moments.make_date(day.year, day.month, moments.last_day(day.year, day.month))
