"""Processes that a time starts by itself: when each such beginning is due, and when it is due again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.bpmn import Program
from engine.bpmn.timers import TimerTextInvalid
from engine.errors import ExpressionFailed
from engine.runtime.due import Due, due_of, following
from engine.runtime.step import Context
from engine.values import ClockMark


@dataclass(frozen=True, slots=True)
class TimedStart:
    """A process and the element where it begins at this moment (UTC); `cycle` as in `Due`: (left or None, months,
    microseconds), None for once."""

    process: str
    event: str
    at: datetime
    cycle: tuple[int | None, int, int] | None = None


def timed_starts(program: Program, context: Context) -> tuple[TimedStart, ...]:
    """Everything of the program that a time starts, counted from the moment of `context`.

    A beginning that waits for a legal clock is left out: nothing runs yet whose clock it could be. Raises
    ExpressionFailed.
    """
    return tuple(_starts(program, context))


def _starts(program: Program, context: Context) -> Iterator[TimedStart]:
    for process, event, timer in program.timer_starts():
        try:
            due = due_of(timer.kind, timer.slot.value({}, context), context)
        except TimerTextInvalid as fault:
            raise ExpressionFailed(event, timer.slot.text, fault.words) from fault
        if not isinstance(due.at, ClockMark):
            yield TimedStart(process, event, due.at, due.cycle)


def next_start(start: TimedStart, context: Context) -> TimedStart | None:
    """The start after this one; None when that was the last."""
    due = following(Due(start.at, start.cycle), context)
    if due is None or isinstance(due.at, ClockMark):
        return None
    return replace(start, at=due.at, cycle=due.cycle)


def upcoming_start(start: TimedStart, context: Context) -> TimedStart | None:
    """The first start that lies after the moment of `context`; those before it are passed over and count as done.

    None when all of them lie before it.
    """
    one: TimedStart | None = _leap(start, context.now)
    while one is not None and one.at <= context.now:
        one = next_start(one, context)
    return one


def _leap(start: TimedStart, now: datetime) -> TimedStart:
    """Close to `now` in one step, where the interval has one length: a short one may have passed millions of times."""
    if start.cycle is None or start.cycle[1] or start.at >= now:
        return start
    left, _, micros = start.cycle
    length = timedelta(microseconds=micros)
    passed = (now - start.at) // length if left is None else min((now - start.at) // length, left - 1)
    return replace(start, at=start.at + passed * length, cycle=(None if left is None else left - passed, 0, micros))
