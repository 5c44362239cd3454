"""Date, time and duration functions (DMN 1.5, 10.3.4.1, 10.3.4.6 and 10.3.4.7)."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from engine.expressions.feel import temporal
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import DECIMAL, whole
from engine.expressions.feel.operations import is_number
from engine.expressions.feel.run import Run
from engine.values import Value, YearsMonths

FUNCTIONS = Registry()
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@FUNCTIONS("date", "from: any", "year: number, month: number, day: number")
def date_(run: Run, *arguments: Value) -> Value:
    """From a text, a date, a date and time, or year, month and day."""
    if len(arguments) == 3:
        return _date(*arguments)
    value = _single(arguments[0])
    if type(value) is datetime:
        return value.date()
    if type(value) is date:
        return value
    return temporal.parse_date(value) if type(value) is str else None


def _single(value: Value) -> Value:
    return value[0] if type(value) is list and len(value) == 1 else value


def _date(year: Value, month: Value, day: Value) -> Value:
    numbers = [whole(part) for part in (year, month, day)]
    try:
        return date(*numbers) if None not in numbers else None  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None


@FUNCTIONS("time", "from: any", "hour: number, minute: number, second: number, offset?: any")
def time_(run: Run, *arguments: Value) -> Value:
    """From a text, a time, a date (midnight UTC), a date and time, or hour, minute, second and offset."""
    if len(arguments) > 1:
        return _time(*arguments)
    value = _single(arguments[0])
    if type(value) is datetime:
        return value.timetz()
    if type(value) is date:
        return time(tzinfo=UTC)
    if type(value) is time:
        return value
    return temporal.parse_time(value) if type(value) is str else None


def _time(hour: Value, minute: Value, second: Value, offset: Value = None) -> Value:
    if not is_number(second) or not 0 <= second < 60 or not (offset is None or type(offset) is timedelta):
        return None
    seconds = int(second)
    microseconds = int(DECIMAL.multiply(DECIMAL.subtract(Decimal(second), Decimal(seconds)), 1_000_000))
    numbers = [whole(hour), whole(minute), seconds, microseconds]
    try:
        zone = None if offset is None else timezone(offset)
        return None if None in numbers else time(*numbers, zone)  # type: ignore[arg-type,call-arg]
    except (ValueError, OverflowError):
        return None


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
        return None if day is None or clock is None else datetime.combine(day, clock)
    if len(arguments) == 2:
        return _combined(_single(arguments[0]), _single(arguments[1]))
    value = _single(arguments[0])
    if type(value) is datetime:
        return value
    if type(value) is str:
        value = temporal.parse_date_time(value) or temporal.parse_date(value)
    return datetime.combine(value, time()) if type(value) is date else value if type(value) is datetime else None


def _clock(hour: Value, minute: Value, second: Value, zone: Value = None) -> Value:
    """A time with an offset, or with the name of a zone."""
    if type(zone) is not str:
        return _time(hour, minute, second, zone)
    clock = _time(hour, minute, second)
    try:
        return None if clock is None else clock.replace(tzinfo=temporal.named_zone(zone))
    except ValueError:
        return None


def _combined(day: Value, clock: Value) -> Value:
    if type(clock) is str and type(day) is datetime and day.tzinfo is not None:
        try:
            return day.astimezone(temporal.named_zone(clock))
        except (ValueError, OverflowError):
            return None
    if type(day) is datetime:
        day = day.date()
    return datetime.combine(day, clock) if type(day) is date and type(clock) is time else None


@FUNCTIONS("duration", "from: any")
def duration(run: Run, value: Value) -> Value:
    value = _single(value)
    if type(value) in (timedelta, YearsMonths):
        return value
    return temporal.parse_duration(value) if type(value) is str else None


@FUNCTIONS("years and months duration", "from: date, to: date")
def years_and_months_duration(run: Run, start: date, end: date) -> Value:
    """The whole months from one day to another, towards zero."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


@FUNCTIONS("now", "")
def now(run: Run) -> Value:
    """The command's moment in the office's zone; null without context."""
    return None if run.context is None else run.context.now.astimezone(run.context.zone)


@FUNCTIONS("today", "")
def today(run: Run) -> Value:
    """The command's day in the office's zone; null without context."""
    moment = now(run)
    return None if moment is None else moment.date()


@FUNCTIONS("day of year", "date: date")
def day_of_year(run: Run, day: date) -> Value:
    return day.timetuple().tm_yday


@FUNCTIONS("day of week", "date: date")
def day_of_week(run: Run, day: date) -> Value:
    """ "Monday" to "Sunday", as DMN has it."""
    return _WEEKDAYS[day.weekday()]


@FUNCTIONS("month of year", "date: date")
def month_of_year(run: Run, day: date) -> Value:
    """ "January" to "December", as DMN has it."""
    return _MONTHS[day.month - 1]


@FUNCTIONS("week of year", "date: date")
def week_of_year(run: Run, day: date) -> Value:
    """The week's number by ISO 8601."""
    return day.isocalendar().week


@FUNCTIONS("last day of month", "date: date")
def last_day_of_month(run: Run, day: date) -> Value:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
