"""Legal time: working days by the office's calendar, and the legal clocks of a case."""

from __future__ import annotations

from datetime import date, datetime

from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import whole
from engine.expressions.feel.objects import Clock
from engine.expressions.feel.run import Run
from engine.values import Value

FUNCTIONS = Registry()
#: Most days that are added or counted: a century.
DAYS_LIMIT = 36_525


@FUNCTIONS("working days", "from, to")
def working_days(run: Run, start: Value, end: Value) -> Value:
    """How many working days lie between two days, by the calendar of the context; null without calendar."""
    calendar = None if run.context is None else run.context.calendar
    first, last = _day(run, start), _day(run, end)
    if calendar is None or first is None or last is None or abs((last - first).days) > DAYS_LIMIT:
        return None
    run.spend(abs((last - first).days))
    return calendar.working_days_between(first, last)  # type: ignore[attr-defined]


@FUNCTIONS("add working days", "date, days")
def add_working_days(run: Run, start: Value, days: Value) -> Value:
    """The day `days` working days after a day; null without calendar."""
    calendar = None if run.context is None else run.context.calendar
    first, count = _day(run, start), whole(days)
    if calendar is None or first is None or count is None or abs(count) > DAYS_LIMIT:
        return None
    run.spend(abs(count))
    return calendar.add_working_days(first, count).day  # type: ignore[attr-defined]


def _day(run: Run, value: Value) -> date | None:
    """The office's own day of a date or a date and time."""
    if type(value) is datetime:
        if value.tzinfo is not None and run.context is not None:
            value = value.astimezone(run.context.zone)
        return value.date()
    return value if type(value) is date else None


@FUNCTIONS("clock", "name")
def clock(run: Run, name: Value) -> Value:
    """The legal clock of this name: `clock("promised").mark("80%")` is what a timer waits for."""
    return Clock(name) if type(name) is str and name else None
