"""Legal time: working days by the calendar that the caller gives, and the legal clocks of a case.

The functions over working days have a name in English and one in Chinese; the parameters are called the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from engine.errors import ValueInvalid
from engine.expressions.feel import moments
from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Body, Registry
from engine.expressions.feel.numbers import whole
from engine.expressions.feel.objects import Clock
from engine.expressions.feel.run import Run
from engine.values import Value

FUNCTIONS = Registry()
#: Most days that are added or counted: a century.
DAYS_LIMIT = 36_525
#: Steps for one question to the calendar.
_QUESTION = 4


def _both(english: str, chinese: str, signature: str) -> Callable[[Body], Body]:
    """Declare a function under two names."""

    def declare(body: Body) -> Body:
        return FUNCTIONS(chinese, signature)(FUNCTIONS(english, signature)(body))

    return declare


@_both("working days", "工作日数", "from: date, to: date")
def working_days(run: Run, start: Value, end: Value) -> Value:
    """How many working days lie between two days, by the calendar of the context; null without calendar."""
    calendar: Any = None if run.context is None else run.context.calendar
    first, last = _day(run, start), _day(run, end)
    if calendar is None or first is None or last is None or abs((last - first).days) > DAYS_LIMIT:
        return None
    run.spend(abs((last - first).days))
    return _within_years(lambda: calendar.working_days_between(first, last))


@_both("add working days", "加工作日", "date: date, days: number")
def add_working_days(run: Run, start: Value, days: Value) -> Value:
    """The day `days` working days after a day; null without calendar."""
    calendar: Any = None if run.context is None else run.context.calendar
    first, count = _day(run, start), whole(days)
    if calendar is None or first is None or count is None or abs(count) > DAYS_LIMIT:
        return None
    run.spend(abs(count))
    return _within_years(lambda: calendar.add_working_days(first, count).day)


@_both("is working day", "是工作日", "date: date")
def is_working_day(run: Run, day: Value) -> Value:
    """Whether the offices work on a day; null without calendar."""
    return _asked(run, day, lambda calendar, own: calendar.is_working_day(own))


@_both("next working day", "下一工作日", "date: date")
def next_working_day(run: Run, day: Value) -> Value:
    """The day itself where it is worked, else the first day after it that is; null without calendar."""
    return _asked(run, day, lambda calendar, own: calendar.next_working_day(own))


def _asked(run: Run, day: Value, question: Callable[[Any, date], Value]) -> Value:
    calendar: Any = None if run.context is None else run.context.calendar
    own = _day(run, day)
    run.spend(_QUESTION)
    return None if calendar is None or own is None else _within_years(lambda: question(calendar, own))


def _within_years(count: Callable[[], Value]) -> Value:
    """The result; null where the calendar's years end."""
    try:
        return count()
    except ValueInvalid:
        return None


def _day(run: Run, value: Value) -> date | None:
    """The office's own day of a date or a date and time; None outside of the years 1 to 9999."""
    if op.kind(value) == "date and time":
        if run.context is not None and moments.offset(value) is not None:
            value = moments.in_zone(moments.instant(value), run.context.zone)
        value = None if value is None else moments.date_part(value)
    return value if type(value) is date else None


@FUNCTIONS("clock", "name: string")
def clock(run: Run, name: Value) -> Value:
    """The legal clock of this name: `clock("promised").mark("80%")` is what a timer waits for."""
    return Clock(name) if type(name) is str and name else None
