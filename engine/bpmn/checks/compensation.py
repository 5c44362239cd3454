"""Compensation and cancellation (BPMN 2.0.2, 10.6): can what is to be undone be found, and undone?"""

from __future__ import annotations

from engine.bpmn.checks.inspected import Inspected, events_of, has
from engine.bpmn.compiler import SUBPROCESSES
from engine.bpmn.program import Node

_THROWING = ("intermediateThrowEvent", "endEvent")


def check_compensation(checked: Inspected) -> None:
    """Reports compensation that nothing handles, handlers that nothing reaches or a flow does, and cancellations
    outside of a transaction."""
    handlers = {node.handler for node in checked.nodes if node.handler}
    undoable = _undoable(checked)
    for node in checked.nodes:
        if node.type == "boundaryEvent" and has(node, "compensate"):
            _check_boundary(node, checked)
        if node.for_compensation and not node.by_event:
            _check_handler(node, handlers, checked)
        if node.type in _THROWING:
            for event in events_of(node, "compensate"):
                _check_throw(node, event.name.text, undoable, checked)
        if node.type == "startEvent" and has(node, "compensate"):
            _check_start(node, checked)
    _check_cancellation(checked)


def _check_boundary(node: Node, checked: Inspected) -> None:
    if node.outgoing:
        checked.tell("compensation-in-flow", node.id)
    if node.handler is None:
        checked.tell("no-handler", node.id)
    elif checked.process.nodes[node.handler].container != node.container:
        checked.tell("handler-elsewhere", node.id, value=checked.name(node.handler))


def _check_handler(node: Node, handlers: set[str], checked: Inspected) -> None:
    if node.incoming or node.outgoing:
        checked.tell("compensation-in-flow", node.id)
    if node.id not in handlers:
        checked.tell("handler-unused", node.id)


def _check_start(node: Node, checked: Inspected) -> None:
    """A compensation event subprocess undoes the subprocess around it; a process as a whole is never undone."""
    handler = checked.container_of(node)
    if handler is not None and handler.by_event and handler.container is None:
        checked.tell("never-undone", handler.id)


# -- throwing -----------------------------------------------------------------------------------------


def _check_throw(node: Node, named: str, undoable: dict[str | None, set[str]], checked: Inspected) -> None:
    levels = _levels(node, checked)
    if not named:
        if not any(undoable.get(level) for level in levels):
            checked.tell("nothing-to-undo", node.id)
        return
    target = checked.process.nodes.get(named)
    if target is None:
        return  # reported as a missing reference
    if target.container not in levels:
        checked.tell("undo-out-of-reach", node.id, value=checked.name(named))
    elif named not in undoable.get(target.container, ()):
        checked.tell("activity-not-undoable", node.id, value=checked.name(named))


def _levels(node: Node, checked: Inspected) -> tuple[str | None, ...]:
    """The containers whose activities a thrown compensation sees (10.6.1): its own, and around an event subprocess
    the one that this belongs to."""
    around = list(checked.around(node))
    if around and around[0].by_event:
        return node.container, around[0].container
    return (node.container,)


def _undoable(checked: Inspected) -> dict[str | None, set[str]]:
    """By container the activities that can be undone: those with a handler, and subprocesses with something inside
    that can be."""
    undoable: dict[str | None, set[str]] = {}
    pending = [node for node in checked.nodes if _has_handler(node, checked) or _undoes_inside(node, checked)]
    while pending:
        node = pending.pop()
        there = undoable.setdefault(node.container, set())
        if node.id in there:
            continue
        there.add(node.id)
        container = checked.container_of(node)
        if container is not None and not container.by_event:
            pending.append(container)
    return undoable


def _has_handler(node: Node, checked: Inspected) -> bool:
    return any(checked.process.nodes[each].handler for each in node.boundaries)


def _undoes_inside(node: Node, checked: Inspected) -> bool:
    starts = (checked.process.nodes[each] for each in checked.process.handlers.get(node.id, ()))
    return node.type in SUBPROCESSES and any(has(start, "compensate") for start in starts)


# -- cancelling ---------------------------------------------------------------------------------------


def _check_cancellation(checked: Inspected) -> None:
    nodes = checked.process.nodes
    cancelled: set[str] = set()
    for node in checked.nodes:
        if node.type == "endEvent" and has(node, "cancel"):
            transaction = next((each for each in checked.around(node) if each.type == "transaction"), None)
            if transaction is None:
                checked.tell("cancel-outside", node.id)
            else:
                cancelled.add(transaction.id)
    caught: set[str] = set()
    for node in checked.nodes:
        activity = nodes.get(node.attached_to or "")
        if activity is not None and has(node, "cancel"):
            if activity.type != "transaction":
                checked.tell("cancel-boundary-elsewhere", node.id)
            elif activity.id not in cancelled:
                checked.tell("never-cancelled", node.id)
            caught.add(activity.id)
    for uncaught in sorted(cancelled - caught):
        checked.tell("cancel-uncaught", uncaught)
