"""Tasks: who does them, or which machine."""

from __future__ import annotations

from collections.abc import Collection

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.posts import NOTHING, probably_meant
from engine.bpmn.program import Node
from engine.words import Words

#: How many posts that are not there are compared with those that are, so that no file takes long.
MOST_COMPARED = 20

_MACHINE_TASKS = {"serviceTask", "scriptTask", "businessRuleTask", "sendTask"}


def check_work(checked: Inspected, known_groups: Collection[str] | None) -> None:
    """Reports user tasks without a known group, and machine tasks without work or without a place for its result."""
    told: dict[str, Words] = {}
    for node in checked.nodes:
        if node.type == "userTask":
            _check_groups(node, known_groups, checked, told)
        if node.type in _MACHINE_TASKS and not (node.job or node.script or node.code or node.decision or node.event):
            checked.tell("no-implementation", node.id)
        if node.script is not None and node.script.variable is None:
            checked.tell("no-result", node.id)


def _check_groups(node: Node, known: Collection[str] | None, checked: Inspected, told: dict[str, Words]) -> None:
    """`told`: what was said of the posts that are not there so far; further ones are told without those like them."""
    slot = node.assigned.candidate_groups if node.assigned else None
    if slot is None or not slot.text.strip():
        checked.tell("no-candidate-group", node.id)
    elif slot.is_text and known is not None:
        for group in (each.strip() for each in slot.text.split(",")):
            if group and group not in known:
                if group not in told and len(told) < MOST_COMPARED:
                    told[group] = probably_meant(group, known)
                checked.tell("unknown-group", node.id, value=group[:80], near=told.get(group, NOTHING))
