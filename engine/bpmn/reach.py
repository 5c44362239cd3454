"""Reachability over the flows of a process, without recursion."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from engine.bpmn.model import ProcessSource

Edges = Mapping[str, Sequence[str]]
Node = TypeVar("Node", bound=Hashable)


def backward_edges(process: ProcessSource, *, through_boundaries: bool) -> Edges:
    """Node -> the nodes a token can come from; a boundary event's token comes from its activity."""
    edges: dict[str, list[str]] = {}
    for flow in process.flows.values():
        if flow.source and flow.target:
            edges.setdefault(flow.target, []).append(flow.source)
    if through_boundaries:
        for node in process.nodes.values():
            if node.attached_to:
                edges.setdefault(node.id, []).append(node.attached_to)
    return {node: tuple(sources) for node, sources in edges.items()}


def forward_edges(process: ProcessSource) -> Edges:
    """Node -> the nodes that a token can go to next, boundary events included."""
    edges: dict[str, list[str]] = {}
    for flow in process.flows.values():
        if flow.source and flow.target:
            edges.setdefault(flow.source, []).append(flow.target)
    for node in process.nodes.values():
        if node.attached_to:
            edges.setdefault(node.attached_to, []).append(node.id)
    return {node: tuple(targets) for node, targets in edges.items()}


def flow_edges(process: ProcessSource) -> Edges:
    """Node -> the nodes to which its flows lead, boundary events left out."""
    edges: dict[str, list[str]] = {}
    for flow in process.flows.values():
        if flow.source and flow.target:
            edges.setdefault(flow.source, []).append(flow.target)
    return {node: tuple(targets) for node, targets in edges.items()}


def closure(starts: Iterable[str], edges: Edges, *, without: str | None = None) -> frozenset[str]:
    """`starts` and all that is reachable from them over `edges`, never passing `without`."""
    found = {start for start in starts if start != without}
    pending = list(found)
    while pending:
        for following in edges.get(pending.pop(), ()):
            if following not in found and following != without:
                found.add(following)
                pending.append(following)
    return frozenset(found)


def strong_components(nodes: Iterable[Node], following: Callable[[Node], Iterable[Node]]) -> list[list[Node]]:
    """Nodes that lead to one another, each set before those that lead to it (Tarjan, without recursion)."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: dict[Node, None] = {}
    components: list[list[Node]] = []
    for root in nodes:
        work: list[tuple[Node, Iterator[Node]]] = []
        entered = root if root not in index else None
        while work or entered is not None:
            if entered is not None:
                index[entered] = low[entered] = len(index)
                stack[entered] = None
                work.append((entered, iter(following(entered))))
            node, targets = work[-1]
            entered = _next_new(node, targets, index, low, stack)
            if entered is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    components.append(_popped(stack, node))
    return components


def _next_new(
    node: Node, targets: Iterator[Node], index: dict[Node, int], low: dict[Node, int], stack: dict[Node, None]
) -> Node | None:
    """The next target that has not been entered; others that are still open lower the mark of `node`."""
    for target in targets:
        if target not in index:
            return target
        if target in stack:
            low[node] = min(low[node], index[target])
    return None


def _popped(stack: dict[Node, None], root: Node) -> list[Node]:
    component: list[Node] = []
    while not component or component[-1] != root:
        component.append(stack.popitem()[0])
    return component
