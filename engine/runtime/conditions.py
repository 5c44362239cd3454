"""Conditional events (BPMN 2.0.2, 10.5.5): they happen when their condition becomes true.

A condition is asked when its event begins to wait, and after every phase that writes a variable which it reads; at
the beginning of a command too, where the command changes more than variables or a
condition may depend on the time. One that is true when the event begins to wait happens at
once; an event that can happen again must see it false in between. A condition that cannot be evaluated yet (a
variable is missing) is not true.
"""

from __future__ import annotations

from engine.bpmn.program import Slot
from engine.errors import ExpressionFailed
from engine.runtime import events
from engine.runtime.layers import Layers
from engine.runtime.run import Run
from engine.runtime.state import Wait

#: Asking so many conditions costs as much of the budget as entering an element.
ASKED_PER_ACTIVATION = 20


def check(run: Run) -> None:
    """Triggers every waiting condition that has become true: of those that began to wait, and of those that read
    what was written."""
    asked = _asked(run)
    run.dirty, run.fresh = False, []
    run.written = None if run.program.read_by_conditions.names is None else set()
    for number, wait_id in enumerate(asked):
        wait = run.state.waits.get(wait_id)
        if wait is None:  # an earlier one has interrupted it
            continue
        if number % ASKED_PER_ACTIVATION == ASKED_PER_ACTIVATION - 1:
            run.activate(run.element(wait.scope, wait.element))
        before, wait.holds = wait.holds, _holds(run, wait)
        if wait.holds and not before:
            events.trigger(run, wait, {})


def _asked(run: Run) -> list[int]:
    """The waits whose conditions are asked now, in their order."""
    if not run.dirty:
        return run.fresh
    if run.written is None:
        return list(run.state.conditions)
    waits, reads = run.state.waits, run.program.read_by_conditions.by_element
    nothing: frozenset[str] = frozenset()
    return [
        each
        for each in run.state.conditions
        if each in run.fresh or not run.written.isdisjoint(reads.get(waits[each].element, nothing))
    ]


def _holds(run: Run, wait: Wait) -> bool:
    slot = _condition(run, wait)
    if slot is None:
        return False
    holder = None if wait.token is None else run.state.tokens[wait.token]
    seen = Layers(*run.scope_layers(wait.scope)) if holder is None else run.variables(holder)
    try:
        return slot.value(seen, run.context) is True
    except ExpressionFailed:
        return False


def _condition(run: Run, wait: Wait) -> Slot | None:
    node = run.element(wait.scope, wait.element)
    if node.ad_hoc is not None:
        return node.ad_hoc.completion
    return node.events[wait.index].condition
