"""Gateways and flows: is there a condition where one is needed, and a way out when none holds?"""

from __future__ import annotations

from engine.bpmn.checks.constants import constant_of
from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.program import Node, Slot
from engine.words import Words

_TRUE, _FALSE = Words("总是成立", "always holds"), Words("永远不成立", "never holds")
_SPLITTING = ("exclusiveGateway", "inclusiveGateway")


def check_gateways(checked: Inspected) -> None:
    """Reports branches without condition, gateways without default, conditions on a default or without effect, complex
    joins without a condition of their own, and conditions that never change."""
    for node in checked.nodes:
        for flow in node.outgoing:
            if flow.is_default and flow.condition is not None:
                checked.tell("default-with-condition", flow.id)
            if flow.condition is not None and node.type in ("parallelGateway", "eventBasedGateway"):
                checked.tell("condition-without-effect", flow.id)
            _check_constant(flow.id, flow.condition, checked)
        if node.type in _SPLITTING and len(node.outgoing) > 1:
            _check_split(node, checked)
        if node.type == "complexGateway" and len(node.incoming) > 1 and node.activation is None:
            checked.tell("no-activation", node.id)
        for condition in (node.activation, *(event.condition for event in node.events)):
            _check_constant(node.id, condition, checked)


def _check_constant(element: str, condition: Slot | None, checked: Inspected) -> None:
    value = constant_of(condition)
    if isinstance(value, bool):
        checked.tell("constant-condition", element, value=_TRUE if value else _FALSE)


def _check_split(node: Node, checked: Inspected) -> None:
    bare = [flow for flow in node.outgoing if flow.condition is None and not flow.is_default]
    for flow in bare:
        checked.tell("no-condition", flow.id)
    if not bare and not any(flow.is_default for flow in node.outgoing):
        checked.tell("no-default", node.id)
