"""Loops, multi-instance and ad-hoc activities: do they end, and how often do they run (BPMN 2.0.2, 10.3)?"""

from __future__ import annotations

from decimal import Decimal

from engine.bpmn.checks.constants import UNKNOWN, constant_of
from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.program import Loop, Node
from engine.values import Value

#: Instances of one activity that the budget of a command allows at most.
MOST_INSTANCES = 10_000
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
    if loop.maximum is None and constant_of(loop.condition) is True:
        checked.tell("loop-goes-on", node.id)


def _check_instances(node: Node, loop: Loop, checked: Inspected) -> None:
    if loop.collection is not None and loop.cardinality is not None:
        checked.tell("two-numbers", node.id)
    number: Value = UNKNOWN if loop.collection is not None else constant_of(loop.cardinality)
    if number is not UNKNOWN and not _is_count(number):
        checked.tell("no-number", node.id, value=str(number)[:40])
    elif number is not UNKNOWN and int(number) > MOST_INSTANCES:
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
    if node.ad_hoc is not None and constant_of(node.ad_hoc.completion) is False:
        checked.tell("ad-hoc-never-completes", node.id)


def _is_count(number: Value) -> bool:
    if isinstance(number, str):
        return number.strip().isascii() and number.strip().isdigit() and len(number.strip()) < 20
    return isinstance(number, int | Decimal) and not isinstance(number, bool) and number >= 0 and number % 1 == 0
