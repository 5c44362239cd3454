"""Where one token becomes several, and which elements then belong to which branch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from engine.bpmn.checks.inspected import Inspected, has
from engine.bpmn.program import Node
from engine.bpmn.reach import Edges, strong_components


@dataclass(slots=True)
class Steps:
    """Elements that may still be passed, over all splits of an upload."""

    left: int


@dataclass(frozen=True, slots=True)
class Split:
    """Each branch begins with one element. `beside`: boundary events that are branches of their own and do not
    follow their activity."""

    element: str
    branches: tuple[str, ...]
    beside: frozenset[str] = frozenset()


def splits_of(checked: Inspected, container: str | None, inside: Sequence[Node]) -> Iterator[Split]:
    """All splits of a container: of gateways and other nodes, of boundary events that do not interrupt, of starts."""
    for node in inside:
        beside = tuple(each for each in node.boundaries if _runs_beside(checked.process.nodes[each]))
        if beside:
            yield Split(node.id, (node.id, *beside), frozenset(beside))
        targets = _taken_together(node)
        if len(targets) > 1:
            yield Split(node.id, targets)
    starts = checked.process.starts.get(container, ())
    if len(starts) > 1:
        yield Split(container or checked.process.id, starts)


def _runs_beside(boundary: Node) -> bool:
    return not boundary.interrupting and not has(boundary, "compensate", "error", "cancel")


def _taken_together(node: Node) -> tuple[str, ...]:
    """The targets of the flows that may be taken at the same time."""
    if node.type == "parallelGateway" or (node.type == "eventBasedGateway" and node.all_events):
        return tuple(flow.target for flow in node.outgoing)
    if node.type in ("exclusiveGateway", "eventBasedGateway"):
        return ()
    return tuple(flow.target for flow in node.outgoing if not flow.is_default)


def ordered(nodes: Collection[str], forward: Edges) -> Mapping[str, int]:
    """A number for each node that grows along the flow; those of one loop stand together."""
    components = strong_components(nodes, lambda node: (each for each in forward.get(node, ()) if each in nodes))
    return {node: index for index, component in enumerate(reversed(components)) for node in component}


def branches_of(split: Split, forward: Edges, order: Mapping[str, int], steps: Steps) -> dict[str, int]:
    """Element -> the branches that lead to it, a bit for each. What lies behind an element to which all branches
    lead is left out: there the branches are over."""
    found: dict[str, int] = {}
    pending: list[tuple[int, str]] = []
    for index, first in enumerate(split.branches):
        if first in order:
            found[first] = found.get(first, 0) | 1 << index
            heappush(pending, (order[first], first))
    every = (1 << len(split.branches)) - 1
    while pending:
        _, node = heappop(pending)
        branches = found[node]
        steps.left -= 1
        if branches == every or steps.left < 0:
            continue
        for target in forward.get(node, ()):
            follows = target in order and target != split.element and target not in split.beside
            if follows and found.get(target, 0) | branches != found.get(target, 0):
                found[target] = found.get(target, 0) | branches
                heappush(pending, (order[target], target))
    return found
