"""Do flows, defaults, boundary events and calls point at something that may stand there?"""

from __future__ import annotations

from engine.bpmn.model import FlowSource, NodeSource, ProcessSource
from engine.bpmn.reader import ACTIVITIES
from engine.bpmn.wording import Reporter

#: Events that start event subprocesses only.
_INSIDE_ONLY = {"error", "escalation", "compensate"}


def check_references(process: ProcessSource, report: Reporter) -> None:
    """Reports every reference inside `process` that is missing or not allowed."""
    for flow in process.flows.values():
        _check_flow(flow, process, report)
    _check_starts(process, report)
    for node in process.nodes.values():
        _check_default(node, process, report)
        if node.type == "boundaryEvent":
            _check_attachment(node, process, report)
        if node.type == "callActivity" and (node.extensions.call is None or not node.extensions.call.process.text):
            report("empty-reference", node.id, line=node.line, what="calledElement")


def _check_flow(flow: FlowSource, process: ProcessSource, report: Reporter) -> None:
    ends = {"sourceRef": flow.source, "targetRef": flow.target}
    for what, reference in ends.items():
        if not reference:
            report("empty-reference", flow.id, line=flow.line, what=what)
        elif reference not in process.nodes:
            report("missing-reference", flow.id, line=flow.line, what=what, value=reference[:80])
    source, target = process.nodes.get(flow.source or ""), process.nodes.get(flow.target or "")
    if source is None or target is None:
        return
    if source.container != target.container:
        report("crosses-scope", flow.id, line=flow.line)
    if not _may_connect(source, target):
        report("wrong-flow-end", flow.id, line=flow.line, source=source.type, target=target.type)


def _may_connect(source: NodeSource, target: NodeSource) -> bool:
    if source.type == "endEvent" or source.by_event:
        return False
    if target.type in ("startEvent", "boundaryEvent") or target.by_event:
        return False
    return source.type != "eventBasedGateway" or target.type in ("intermediateCatchEvent", "receiveTask")


def _check_starts(process: ProcessSource, report: Reporter) -> None:
    """What may start a process, a subprocess and an event subprocess differs (BPMN 2.0.2, 10.5.2)."""
    handlers: dict[str, int] = {node.id: 0 for node in process.nodes.values() if node.by_event}
    for node in process.nodes.values():
        if node.type != "startEvent":
            continue
        kinds = {event.kind for event in node.events}
        inside = process.nodes.get(node.container or "")
        if inside is not None and inside.by_event:
            handlers[inside.id] += 1
            fits = bool(kinds)
        else:
            fits = not kinds or (inside is None and not kinds & _INSIDE_ONLY)
        if not fits:
            report("wrong-start", node.id, line=node.line)
    for handler, count in handlers.items():
        if count != 1:
            report("wrong-start", handler, line=process.nodes[handler].line)


def _check_default(node: NodeSource, process: ProcessSource, report: Reporter) -> None:
    if node.default is None:
        return
    flow = process.flows.get(node.default)
    if flow is None or flow.source != node.id:
        report("missing-reference", node.id, line=node.line, what="default", value=node.default[:80])


def _check_attachment(node: NodeSource, process: ProcessSource, report: Reporter) -> None:
    if not node.attached_to:
        report("empty-reference", node.id, line=node.line, what="attachedToRef")
        return
    activity = process.nodes.get(node.attached_to)
    if activity is None:
        report("missing-reference", node.id, line=node.line, what="attachedToRef", value=node.attached_to[:80])
    elif activity.type not in ACTIVITIES or activity.container != node.container or activity.by_event:
        report("attached-wrongly", node.id, line=node.line, value=activity.id)
