"""Event-based gateways, and what begins a process by itself (BPMN 2.0.2, 10.3.3 and 10.6.6)."""

from __future__ import annotations

from collections import Counter

from engine.bpmn.checks.inspected import Inspected, has
from engine.bpmn.program import Event, Node

_TARGETS = ("intermediateCatchEvent", "receiveTask")
_AWAITED = ("message", "timer", "signal", "conditional")


def check_races(checked: Inspected) -> None:
    """Reports event-based gateways whose events cannot all happen as drawn, and instantiating elements that begin
    nothing."""
    for node in checked.nodes:
        if node.type == "eventBasedGateway":
            _check_gateway(node, checked)
        elif node.instantiates:
            _check_task(node, checked)


def _check_gateway(node: Node, checked: Inspected) -> None:
    if node.all_events and not node.instantiates:
        checked.tell("race-for-all", node.id)
    if node.instantiates and (node.incoming or node.container is not None):
        checked.tell("begins-nothing", node.id)
    targets = [checked.process.nodes[flow.target] for flow in node.outgoing if flow.target in checked.process.nodes]
    targets = [target for target in targets if target.type in _TARGETS]  # others are reported as wrong flow ends
    if len(node.outgoing) < 2:
        checked.tell("race-of-one", node.id)
    if {"receiveTask", "message"} <= {_awaits(target) for target in targets}:
        checked.tell("race-mixed", node.id)
    for target in targets:
        _check_target(target, checked)
    _check_same(targets, checked)


def _awaits(target: Node) -> str:
    return "receiveTask" if target.type == "receiveTask" else "message" if has(target, "message") else ""


def _check_target(target: Node, checked: Inspected) -> None:
    if target.type == "intermediateCatchEvent" and not all(event.kind in _AWAITED for event in target.events):
        checked.tell("race-for-nothing", target.id)
    if target.boundaries or target.loop or target.inputs or target.start_quantity > 1:
        checked.tell("race-skips", target.id)
    if len(target.incoming) > 1:
        checked.tell("race-shared", target.id)


def _check_same(targets: list[Node], checked: Inspected) -> None:
    """Two that wait for the same message or signal: it is always the first that happens."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for target in targets:
        for event in target.events:
            if event.kind in ("message", "signal") and event.name.is_text:
                awaited = (event.kind, event.name.text, _key(event))
                counted[awaited] += 1
                if counted[awaited] == 2:
                    checked.tell("race-same", target.id, value=event.name.text[:40])


def _key(event: Event) -> str:
    parts = [event.key] if event.key else [slot for _, slot in event.properties]
    return ",".join(slot.text for slot in parts)


def _check_task(node: Node, checked: Inspected) -> None:
    """An instantiating receive task has no flow into it, or one from a start event (10.3.3)."""
    sources = (checked.source.flows[each].source for each in node.incoming)
    starts = [each for each in sources if each in checked.process.nodes]
    if node.container is not None or any(checked.process.nodes[each].type != "startEvent" for each in starts if each):
        checked.tell("begins-nothing", node.id)
