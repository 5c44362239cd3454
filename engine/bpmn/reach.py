"""Reachability over the flows of a process, without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.bpmn.model import ProcessSource

Edges = Mapping[str, Sequence[str]]


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
