"""Events that wait: evaluated first (`plan`), then opened (`arm`), later closed or re-armed."""

from __future__ import annotations

from dataclasses import replace

from engine.bpmn.program import Event, Node
from engine.bpmn.timers import TimerTextInvalid
from engine.runtime.due import Due, due_of, following
from engine.runtime.run import Run
from engine.runtime.state import Token, Wait
from engine.runtime.step import Closing, Subscription, TimerSet
from engine.runtime.stuck import bad_timer
from engine.runtime.variables import evaluate, key_text, text


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
    due = following(Due(wait.due, wait.cycle), run.context)
    return None if due is None else replace(wait, due=due.at, cycle=due.cycle)


def _timer(run: Run, token: Token, event: Event, blank: Wait) -> Wait:
    assert event.timer is not None
    value = evaluate(run, token, event.timer.slot)
    try:
        due = due_of(event.timer.kind, value, run.context)
    except TimerTextInvalid as failure:
        raise bad_timer(event.timer.slot.text, failure.words, value) from failure
    return replace(blank, due=due.at, cycle=due.cycle)
