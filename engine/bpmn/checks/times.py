"""Timers: shorter than an office can answer for, or repeating where they fire once."""

from __future__ import annotations

from datetime import timedelta

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.program import Node, Timer
from engine.bpmn.timers import Cycle, Span, TimerTextInvalid, parse_cycle, parse_span

SHORTEST_TIMER = timedelta(minutes=1)


def check_times(checked: Inspected) -> None:
    """Reports timers that are too short, and cycles that do not repeat where they stand."""
    for node in checked.nodes:
        for timer in (event.timer for event in node.events if event.timer is not None):
            if not timer.slot.is_text:
                continue
            span, cycle = _read(timer)
            if span is not None and span.months == 0 and span.exact < SHORTEST_TIMER:
                checked.tell("timer-too-short", node.id)
            if cycle is not None and _fires_once(node, cycle):
                checked.tell("cycle-fires-once", node.id)


def _read(timer: Timer) -> tuple[Span | None, Cycle | None]:
    try:
        if timer.kind == "timeDuration":
            return parse_span(timer.slot.text), None
        if timer.kind == "timeCycle":
            cycle = parse_cycle(timer.slot.text)
            return cycle.span, cycle
    except TimerTextInvalid:
        pass  # reported as timer-invalid
    return None, None


def _fires_once(node: Node, cycle: Cycle) -> bool:
    """A boundary event or event subprocess that interrupts happens once; an intermediate event too, unless the
    number of its tokens is given."""
    if cycle.count == 1:
        return False
    if node.type == "intermediateCatchEvent":
        return cycle.count is None
    return node.interrupting and (node.type == "boundaryEvent" or node.container is not None)
