"""Tasks: who does them, or which machine."""

from __future__ import annotations

from collections.abc import Collection

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.program import Node

_MACHINE_TASKS = {"serviceTask", "scriptTask", "businessRuleTask", "sendTask"}


def check_work(checked: Inspected, known_groups: Collection[str] | None) -> None:
    """Reports user tasks without a known group, and machine tasks without work or without a place for its result."""
    for node in checked.nodes:
        if node.type == "userTask":
            _check_groups(node, known_groups, checked)
        if node.type in _MACHINE_TASKS and not (node.job or node.script or node.code or node.decision or node.event):
            checked.tell("no-implementation", node.id)
        if node.script is not None and node.script.variable is None:
            checked.tell("no-result", node.id)


def _check_groups(node: Node, known: Collection[str] | None, checked: Inspected) -> None:
    slot = node.assigned.candidate_groups if node.assigned else None
    if slot is None or not slot.text.strip():
        checked.tell("no-candidate-group", node.id)
    elif slot.is_text and known is not None:
        for group in (each.strip() for each in slot.text.split(",")):
            if group and group not in known:
                checked.tell("unknown-group", node.id, value=group[:80])
