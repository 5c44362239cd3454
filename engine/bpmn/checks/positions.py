"""Events where they may not stand, or where they do less than they seem to (BPMN 2.0.2, 10.5)."""

from __future__ import annotations

from collections.abc import Iterable

from engine.bpmn.checks.inspected import Inspected, has
from engine.bpmn.program import Event, Node

#: Definitions that use up the token of a throwing event: of several only one can.
_FINAL = ("error", "compensate", "cancel", "terminate")
#: Definitions that something outside, or a variable, makes happen, so that all of several can.
_AWAITED = ("message", "timer", "signal", "conditional")

#: Definitions that wait for a name.
_NAMED = ("message", "signal")


def check_positions(checked: Inspected) -> None:
    """Reports events that cannot do what they say where they stand."""
    for node in checked.nodes:
        if node.type == "endEvent":
            _check_end(node, checked)
        elif node.type == "startEvent":
            _check_start(node, checked)
        if node.type in ("startEvent", "boundaryEvent", "intermediateCatchEvent"):
            _check_catching(node, checked)
    for node in checked.process.beginnings():
        if any(event.kind in _NAMED and not event.name.is_text for event in node.events):
            checked.tell("start-name-computed", node.id)
    for node in checked.nodes:
        if node.boundaries:
            _check_doubles((checked.process.nodes[each] for each in node.boundaries), checked)
    for starts in checked.process.handlers.values():
        _check_doubles((checked.process.nodes[each] for each in starts), checked)


def _check_end(node: Node, checked: Inspected) -> None:
    if sum(event.kind in _FINAL for event in node.events) > 1:
        checked.tell("several-endings", node.id)
    container = checked.container_of(node)
    if has(node, "terminate") and container is not None and (container.loop or container.by_event):
        checked.tell("terminates-inside", node.id, value=checked.name(container.id))


def _check_start(node: Node, checked: Inspected) -> None:
    if node.container is not None:
        return
    if node.parallel_multiple and len(node.events) > 1:
        checked.tell("parallel-start", node.id)
    if has(node, "conditional"):
        checked.tell("started-by-condition", node.id)


def _check_catching(node: Node, checked: Inspected) -> None:
    if node.parallel_multiple and len(node.events) > 1 and not all(each.kind in _AWAITED for each in node.events):
        checked.tell("parallel-kinds", node.id)
    in_handler = node.type == "startEvent" and node.container is not None
    if (node.type == "boundaryEvent" or in_handler) and not node.interrupting and has(node, "error", "cancel"):
        checked.tell("always-interrupts", node.id)


def _check_doubles(catching: Iterable[Node], checked: Inspected) -> None:
    """Two that catch the same: only the first ever does."""
    seen: set[tuple[str, ...]] = set()
    for node in catching:
        for event in node.events:
            what = _caught(event)
            if what in seen:
                checked.tell("caught-before", node.id)
            if what is not None:
                seen.add(what)


def _caught(event: Event) -> tuple[str, ...] | None:
    """What is given to one catching event only, as far as the diagram says which; None for anything else."""
    if event.kind == "compensate":
        return (event.kind,)
    if event.kind not in ("error", "escalation", "message") or not event.name.is_text:
        return None
    return (
        event.kind,
        event.name.text,
        event.key.text if event.key else "",
        *(slot.text for _, slot in event.properties),
    )
