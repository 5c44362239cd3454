"""When a timer is due: from its FEEL value or ISO 8601 text to a moment in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.bpmn.timers import Cycle, Span, TimerTextInvalid, add_span, moment_of, parse_cycle, span_of
from engine.runtime.step import Context
from engine.values import ClockMark, Value


@dataclass(frozen=True, slots=True)
class Due:
    """The moment, or the mark of a legal clock; `cycle` is (firings left or None, months, microseconds)."""

    at: datetime | ClockMark
    cycle: tuple[int | None, int, int] | None = None


def due_of(kind: str, value: Value, context: Context) -> Due:
    """When a timer of `kind` ("timeDate", "timeDuration", "timeCycle") fires. Raises TimerTextInvalid."""
    if isinstance(value, ClockMark):
        return Due(value)
    if kind == "timeDate":
        return Due(to_utc(moment_of(value), context))
    if kind == "timeDuration":
        return Due(_later(context.now, span_of(value), context))
    cycle = parse_cycle(value) if isinstance(value, str) else Cycle(None, span_of(value))
    first = to_utc(cycle.start, context) if cycle.start else _later(context.now, cycle.span, context)
    return Due(first, (cycle.count, cycle.span.months, cycle.span.exact // timedelta(microseconds=1)))


def following(due: Due, context: Context) -> Due | None:
    """The next firing of a repeating timer that has just fired; None when that was the last."""
    if due.cycle is None or isinstance(due.at, ClockMark):
        return None
    left, months, micros = due.cycle
    if left is not None and left <= 1:
        return None
    later = _later(due.at, Span(months, timedelta(microseconds=micros)), context)
    return Due(later, (None if left is None else left - 1, months, micros))


def to_utc(moment: datetime, context: Context) -> datetime:
    """The moment in UTC; without a zone it is meant in the office's. Raises TimerTextInvalid."""
    try:
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=context.zone)
        return aware.astimezone(UTC)
    except OverflowError:
        raise TimerTextInvalid("时间超出历法范围", "the moment lies beyond the calendar") from None


def _later(moment: datetime, span: Span, context: Context) -> datetime:
    """Months are counted on the office's calendar, the exact part in elapsed time."""
    shifted = add_span(moment.astimezone(context.zone), Span(span.months, timedelta()))
    return add_span(to_utc(shifted, context), Span(0, span.exact))
