"""Loops, multi-instance and ad-hoc activities: do they end, and how often do they run (BPMN 2.0.2, 10.3)?"""

from __future__ import annotations

from decimal import Decimal

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.program import Loop, Node, Slot
from engine.errors import BudgetExceeded, ExpressionFailed
from engine.values import Value

#: Instances of one activity that the budget of a command allows at most.
MOST_INSTANCES = 10_000
_UNKNOWN: Value = object()
_REFERENCES = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}


def check_activities(checked: Inspected) -> None:
    """Reports loops without end, numbers of instances that are none, and ad-hoc subprocesses that never complete."""
    for node in checked.nodes:
        if node.loop is not None and node.loop.standard:
            _check_loop(node, node.loop, checked)
        elif node.loop is not None:
            _check_instances(node, node.loop, checked)
        if node.ad_hoc is not None:
            _check_ad_hoc(node, checked)


def _check_loop(node: Node, loop: Loop, checked: Inspected) -> None:
    if loop.maximum is None and _constant(loop.condition) is True:
        checked.tell("loop-goes-on", node.id)


def _check_instances(node: Node, loop: Loop, checked: Inspected) -> None:
    if loop.collection is not None and loop.cardinality is not None:
        checked.tell("two-numbers", node.id)
    number: Value = _UNKNOWN if loop.collection is not None else _constant(loop.cardinality)
    if number is not _UNKNOWN and not _is_count(number):
        checked.tell("no-number", node.id, value=str(number)[:40])
    elif number is not _UNKNOWN and int(number) > MOST_INSTANCES:
        checked.tell("too-many-instances", node.id, limit=MOST_INSTANCES)
    reference = _REFERENCES.get(loop.behavior)
    if reference is not None and loop.thrown is None:
        checked.tell("empty-reference", node.id, what=reference)


def _check_ad_hoc(node: Node, checked: Inspected) -> None:
    inside = checked.inside.get(node.id, [])
    for each in inside:
        if each.type in ("startEvent", "endEvent"):
            checked.tell("ad-hoc-event", each.id)
    if not inside:
        checked.tell("ad-hoc-empty", node.id)
    if node.ad_hoc is not None and _constant(node.ad_hoc.completion) is False:
        checked.tell("ad-hoc-never-completes", node.id)


def _constant(slot: Slot | None) -> Value:
    """The value of a slot that reads no variable, else _UNKNOWN (for null too: it may need the time or a calendar)."""
    if slot is None or slot.is_variable or slot.is_everything or slot.parts:
        return _UNKNOWN
    if slot.expression is None:
        return slot.text
    if slot.expression.names:
        return _UNKNOWN
    try:
        value = slot.value({}, None)
    except (ExpressionFailed, BudgetExceeded):
        return _UNKNOWN
    return _UNKNOWN if value is None else value


def _is_count(number: Value) -> bool:
    if isinstance(number, str):
        return number.strip().isascii() and number.strip().isdigit() and len(number.strip()) < 20
    return isinstance(number, int | Decimal) and not isinstance(number, bool) and number >= 0 and number % 1 == 0
