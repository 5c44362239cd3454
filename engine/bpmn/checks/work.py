"""Tasks: who does them, or which machine; and what two branches may both write."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from itertools import combinations

from engine.bpmn import reach
from engine.bpmn.model import ProcessSource
from engine.bpmn.program import Node, Process
from engine.bpmn.timers import Span, TimerTextInvalid, parse_cycle, parse_span
from engine.bpmn.wording import Reporter
from engine.words import Words

_MACHINE_TASKS = {"serviceTask", "scriptTask", "businessRuleTask", "sendTask"}
#: Branches times elements beyond which write conflicts are not looked for: an upload must not take minutes.
MOST_VISITS = 5_000_000
SHORTEST_TIMER = timedelta(minutes=1)
_WRITES = Words("并行分支的写入冲突", "what parallel branches both write")


def check_work(source: ProcessSource, process: Process, known_groups: Collection[str] | None, report: Reporter) -> None:
    """Reports user tasks without a known group, machine tasks without work and timers that are too short."""
    for node in process.nodes.values():
        line = source.nodes[node.id].line
        if node.type == "userTask":
            _check_groups(node, known_groups, line, report)
        if node.type in _MACHINE_TASKS and not (node.job or node.script or node.code or node.decision or node.event):
            report("no-implementation", node.id, line=line)
        if node.script is not None and node.script.variable is None:
            report("no-result", node.id, line=line)
        if _is_too_short(node):
            report("timer-too-short", node.id, line=line)


def _check_groups(node: Node, known: Collection[str] | None, line: int | None, report: Reporter) -> None:
    slot = node.assigned.candidate_groups if node.assigned else None
    if slot is None or not slot.text.strip():
        report("no-candidate-group", node.id, line=line)
    elif slot.expression is None and known is not None:
        for group in (each.strip() for each in slot.text.split(",")):
            if group and group not in known:
                report("unknown-group", node.id, line=line, value=group[:80])


def _is_too_short(node: Node) -> bool:
    timer = node.event.timer if node.event else None
    if timer is None or timer.slot.expression is not None:
        return False
    try:
        if timer.kind == "timeDuration":
            return _below_floor(parse_span(timer.slot.text))
        return timer.kind == "timeCycle" and _below_floor(parse_cycle(timer.slot.text).span)
    except TimerTextInvalid:
        return False  # reported as timer-invalid


def _below_floor(span: Span) -> bool:
    return span.months == 0 and span.exact < SHORTEST_TIMER


def check_writes(source: ProcessSource, process: Process, report: Reporter) -> None:
    """Reports variables that two branches of a parallel or inclusive split may both write."""
    edges = reach.forward_edges(source)
    splits = [node for node in process.nodes.values() if _splits(node)]
    if sum(len(node.outgoing) for node in splits) * len(process.nodes) > MOST_VISITS:
        report("too-large-to-check", source.id, line=source.line, what=_WRITES)
        return
    for gateway in splits:
        _check_branches(gateway, process, edges, source.nodes[gateway.id].line, report)


def _splits(node: Node) -> bool:
    return node.type in ("parallelGateway", "inclusiveGateway") and len(node.outgoing) > 1


def _check_branches(gateway: Node, process: Process, edges: reach.Edges, line: int | None, report: Reporter) -> None:
    branches = {flow.id: reach.closure([flow.target], edges, without=gateway.id) for flow in gateway.outgoing}
    for (one, reached_by_one), (other, reached_by_other) in combinations(branches.items(), 2):
        first = _written(reached_by_one - reached_by_other, process)
        second = _written(reached_by_other - reached_by_one, process)
        for variable in sorted(first & second):
            report("write-conflict", gateway.id, line=line, value=f"{one}, {other}", variable=variable)


def _written(nodes: Collection[str], process: Process) -> set[str]:
    """Variables that the diagram says these elements write (what people's forms write is not in it)."""
    written: set[str] = set()
    for each in nodes:
        node = process.nodes[each]
        computed = node.script or node.decision
        if node.outputs:
            written |= {mapped.path[0] for mapped in node.outputs}
        elif computed is not None and computed.variable:
            written.add(computed.variable)
    return written
