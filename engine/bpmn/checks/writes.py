"""What two parallel branches may both write."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from engine.bpmn import reach
from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.program import Node, Process
from engine.words import Words

#: Branches times elements beyond which write conflicts are not looked for: an upload must not take minutes.
MOST_VISITS = 5_000_000
_WRITES = Words("并行分支的写入冲突", "what parallel branches both write")


def check_writes(checked: Inspected) -> None:
    """Reports variables that two branches of a parallel or inclusive split may both write."""
    process, edges = checked.process, reach.forward_edges(checked.source)
    splits = [node for node in process.nodes.values() if _splits(node)]
    if sum(len(node.outgoing) for node in splits) * len(process.nodes) > MOST_VISITS:
        checked.tell("too-large-to-check", process.id, what=_WRITES)
        return
    for gateway in splits:
        _check_branches(gateway, edges, checked)


def _splits(node: Node) -> bool:
    return node.type in ("parallelGateway", "inclusiveGateway") and len(node.outgoing) > 1


def _check_branches(gateway: Node, edges: reach.Edges, checked: Inspected) -> None:
    branches = {flow.id: reach.closure([flow.target], edges, without=gateway.id) for flow in gateway.outgoing}
    for (one, reached_by_one), (other, reached_by_other) in combinations(branches.items(), 2):
        first = _written(reached_by_one - reached_by_other, checked.process)
        second = _written(reached_by_other - reached_by_one, checked.process)
        for variable in sorted(first & second):
            checked.tell("write-conflict", gateway.id, value=f"{one}, {other}", variable=variable)


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
