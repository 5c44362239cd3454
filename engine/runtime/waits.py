"""Events that wait: evaluated first (`plan`), then opened (`arm`), later closed or re-armed."""

from __future__ import annotations

from dataclasses import replace

from engine.bpmn.program import Event, Node
from engine.bpmn.timers import TimerTextInvalid
from engine.runtime.conversation import awaited_key
from engine.runtime.due import Due, due_of, following
from engine.runtime.run import Run
from engine.runtime.state import Token, Wait
from engine.runtime.step import Closing, Context, Subscription, TimerSet
from engine.runtime.stuck import bad_timer
from engine.runtime.variables import key_text, text

#: Kinds of events that something outside, or a variable, triggers; and the kind of wait for each.
_WAITS = {"timer": "timer", "message": "message", "signal": "signal", "conditional": "condition"}


def waits(node: Node) -> bool:
    """Whether the event waits for something from outside or a variable; an error, for one, does not."""
    return any(event.kind in _WAITS for event in node.events)


def plan(run: Run, token: Token, node: Node, *, scope_wait: bool = False) -> list[Wait]:
    """The waits of an event for `token` (for its scope with `scope_wait`), every expression evaluated; one for
    each definition that is triggered from outside (errors, for one, are not). Changes nothing. Raises Stuck.
    """
    holder = None if scope_wait else token.id
    return [
        _planned(run, token, event, Wait(0, _WAITS[event.kind], token.scope, holder, node.id, index=index))
        for index, event in enumerate(node.events)
        if event.kind in _WAITS
    ]


def arm(run: Run, planned: Wait) -> None:
    """Opens a planned wait."""
    planned.id = run.new_id()
    run.add_wait(planned)
    scope = run.process_scope(planned.scope)
    if planned.kind == "timer":
        run.out.wait_opened(planned, TimerSet(planned.id, scope, planned.element, planned.due))
    elif planned.kind != "condition":  # a condition is nothing that the outside could trigger
        shown = Subscription(planned.id, scope, planned.element, planned.kind, planned.name, planned.key)
        run.out.wait_opened(planned, shown)


def close(run: Run, wait: Wait, how: Closing) -> None:
    """The wait is over."""
    run.remove_wait(wait)
    run.out.wait_closed(wait, how)


def next_firing(run: Run, wait: Wait) -> Wait | None:
    """The next wait of a repeating timer that has just fired; None when it was the last."""
    try:
        due = following(Due(wait.due, wait.cycle), run.context)
    except TimerTextInvalid:  # beyond the calendar: that was the last
        return None
    return None if due is None else replace(wait, due=due.at, cycle=due.cycle, since=None)


def timer_due(run: Run, token: Token, event: Event, context: Context) -> Due:
    """When the timer of `event` is due, if it is set at `context.now`. Raises Stuck."""
    assert event.timer is not None
    value = event.timer.slot.value(run.variables(token), context)
    try:
        return due_of(event.timer.kind, value, context)
    except TimerTextInvalid as failure:
        raise bad_timer(event.timer.slot.text, failure.words, value) from failure


def _planned(run: Run, token: Token, event: Event, blank: Wait) -> Wait:
    if event.kind == "conditional":
        return blank
    if event.kind == "timer":
        due = timer_due(run, token, event, run.context)
        return replace(blank, due=due.at, cycle=due.cycle, since=run.context.now)
    key = key_text(run, token, event.key) if event.kind == "message" else None
    if event.properties and event.key is None:
        key = awaited_key(run, token.scope, event)
    return replace(blank, name=text(run, token, event.name), key=key)
