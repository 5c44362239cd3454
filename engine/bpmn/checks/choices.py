"""Gateways and flows: is there a condition where one is needed, and a way out when none holds?"""

from __future__ import annotations

from engine.bpmn.model import ProcessSource
from engine.bpmn.program import Node, Process
from engine.bpmn.wording import Reporter


def check_choices(source: ProcessSource, process: Process, report: Reporter) -> None:
    """Reports branches without condition, gateways without default, conditions on a default."""
    for node in process.nodes.values():
        for flow in node.outgoing:
            if flow.is_default and flow.condition is not None:
                report("default-with-condition", flow.id, line=source.flows[flow.id].line)
            if flow.condition is not None and node.type in ("parallelGateway", "eventBasedGateway"):
                report("condition-without-effect", flow.id, line=source.flows[flow.id].line)
        if node.type in ("exclusiveGateway", "inclusiveGateway") and len(node.outgoing) > 1:
            _check_split(node, source, report)


def _check_split(node: Node, source: ProcessSource, report: Reporter) -> None:
    bare = [flow for flow in node.outgoing if flow.condition is None and not flow.is_default]
    for flow in bare:
        report("no-condition", flow.id, line=source.flows[flow.id].line)
    if not bare and not any(flow.is_default for flow in node.outgoing):
        report("no-default", node.id, line=source.nodes[node.id].line)
