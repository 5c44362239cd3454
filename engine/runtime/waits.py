"""Events that wait: evaluated first (`plan`), then opened (`arm`), later closed or re-armed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.bpmn.program import Event, Node, Timer
from engine.bpmn.timers import (
    Cycle,
    Span,
    TimerTextInvalid,
    add_span,
    moment_of,
    parse_cycle,
    span_of,
)
from engine.runtime.run import Run
from engine.runtime.state import Token, Wait
from engine.runtime.step import Closing, Subscription, TimerSet
from engine.runtime.stuck import bad_timer
from engine.runtime.variables import evaluate, key_text, text
from engine.values import ClockMark, Value


def plan(run: Run, token: Token, node: Node, *, scope_wait: bool = False) -> Wait | None:
    """The wait of an event for `token` (for its scope with `scope_wait`), every expression evaluated.

    None for events that nothing outside triggers (errors). Changes nothing. Raises Stuck.
    """
    event = node.event
    holder = None if scope_wait else token.id
    if event is None or event.kind not in ("timer", "message", "signal"):
        return None
    blank = Wait(0, event.kind, token.scope, holder, node.id)
    if event.kind == "timer":
        return _timer(run, token, event, blank)
    key = key_text(run, token, event.key) if event.kind == "message" else None
    return replace(blank, name=text(run, token, event.name), key=key)


def arm(run: Run, planned: Wait) -> None:
    """Opens a planned wait."""
    planned.id = run.new_id()
    run.add_wait(planned)
    scope = run.process_scope(planned.scope)
    if planned.kind == "timer":
        run.out.wait_opened(planned, TimerSet(planned.id, scope, planned.element, planned.due))
    else:
        shown = Subscription(planned.id, scope, planned.element, planned.kind, planned.name, planned.key)
        run.out.wait_opened(planned, shown)


def close(run: Run, wait: Wait, how: Closing) -> None:
    """The wait is over."""
    run.remove_wait(wait)
    run.out.wait_closed(wait, how)


def next_firing(run: Run, wait: Wait) -> Wait | None:
    """The next wait of a repeating timer that has just fired; None when it was the last."""
    if wait.cycle is None:
        return None
    left, months, micros = wait.cycle
    if left is not None and left <= 1:
        return None
    span = Span(months, timedelta(microseconds=micros))
    due = _later(run, wait.due, span)
    return replace(wait, due=due, cycle=(None if left is None else left - 1, months, micros))


def _timer(run: Run, token: Token, event: Event, blank: Wait) -> Wait:
    assert event.timer is not None
    value = evaluate(run, token, event.timer.slot)
    if isinstance(value, ClockMark):
        return replace(blank, due=value)
    try:
        return _due(run, event.timer, value, blank)
    except TimerTextInvalid as failure:
        raise bad_timer(event.timer.slot.text, f"{failure} ({value!r:.60})") from failure


def _due(run: Run, timer: Timer, value: Value, blank: Wait) -> Wait:
    if timer.kind == "timeDate":
        return replace(blank, due=_utc(run, moment_of(value)))
    if timer.kind == "timeDuration":
        return replace(blank, due=_later(run, run.context.now, span_of(value)))
    cycle = parse_cycle(value) if isinstance(value, str) else Cycle(None, span_of(value))
    first = _utc(run, cycle.start) if cycle.start else _later(run, run.context.now, cycle.span)
    micros = cycle.span.exact // timedelta(microseconds=1)
    return replace(blank, due=first, cycle=(cycle.count, cycle.span.months, micros))


def _utc(run: Run, moment: datetime) -> datetime:
    """The moment in UTC; without a zone it is meant in the office's."""
    try:
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=run.context.zone)
        return aware.astimezone(UTC)
    except OverflowError:
        raise TimerTextInvalid("the moment lies beyond the calendar") from None


def _later(run: Run, moment: datetime, span: Span) -> datetime:
    """Months are counted on the office's calendar, the exact part in elapsed time."""
    whole_months = _utc(run, add_span(moment.astimezone(run.context.zone), Span(span.months, timedelta())))
    return add_span(whole_months, Span(0, span.exact))
