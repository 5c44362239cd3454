"""Can every element be reached, and can every token end? Decided on the diagram alone."""

from __future__ import annotations

from engine.bpmn import reach
from engine.bpmn.model import NodeSource, ProcessSource
from engine.bpmn.program import Process
from engine.bpmn.wording import Reporter


def check_paths(source: ProcessSource, process: Process, report: Reporter) -> None:
    """Reports missing or doubled starts, unreachable elements, dead ends and loops without a way out."""
    if not source.executable:
        report("not-executable", source.id, line=source.line, value=source.id)
    _check_starts(source, process, report)
    reachable = _reachable(source, process)
    for node in source.nodes.values():
        if node.id not in reachable and _is_first_out_of_reach(node, reachable):
            report("unreachable", node.id, line=node.line)
        if not process.nodes[node.id].outgoing and node.type != "endEvent" and not node.by_event:
            report("dead-end", node.id, line=node.line)
    _check_endings(source, process, reachable, report)


def _check_starts(source: ProcessSource, process: Process, report: Reporter) -> None:
    if not process.beginnings():
        ends = any(node.type == "endEvent" and node.container is None for node in source.nodes.values())
        report("end-without-start" if ends else "no-start", source.id, line=source.line)
    for container, starts in process.starts.items():
        plain = [each for each in starts if process.nodes[each].type == "startEvent"]
        if len(plain) > 1:
            report("several-starts", container or source.id, line=source.line, count=len(plain))


def _reachable(source: ProcessSource, process: Process) -> frozenset[str]:
    """Everything a token can get to from some start of its own container."""
    starts = {each for inside in process.starts.values() for each in inside}
    starts |= {n.id for n in source.nodes.values() if n.type == "startEvent" or n.by_event}
    return reach.closure(starts, reach.forward_edges(source))


def _is_first_out_of_reach(node: NodeSource, reachable: frozenset[str]) -> bool:
    """Inside an unreachable subprocess only the subprocess itself is named."""
    return node.container is None or node.container in reachable


def _check_endings(source: ProcessSource, process: Process, reachable: frozenset[str], report: Reporter) -> None:
    ends = [node.id for node in process.nodes.values() if not node.outgoing]
    can_end = reach.closure(ends, reach.backward_edges(source, through_boundaries=True))
    caught = [node for node in source.nodes.values() if node.id in reachable and node.id not in can_end]
    if caught:  # one finding for the whole loop
        report("never-ends", caught[0].id, line=caught[0].line)
