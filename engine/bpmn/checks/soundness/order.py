"""The order of a net's vertices: what comes before what, and what lies in a loop."""

from __future__ import annotations

from typing import NamedTuple

from engine.bpmn.checks.soundness.net import Net


class Place(NamedTuple):
    """Components come in the order of the flow; the vertices of one loop share theirs."""

    component: int
    in_loop: bool
    vertex: int


def order_of(net: Net) -> dict[int, Place]:
    """The place of every vertex (Tarjan's strongly connected components, without recursion)."""
    components = _components(net)
    places: dict[int, Place] = {}
    for index, component in enumerate(reversed(components)):
        in_loop = len(component) > 1 or _leads_to_itself(net, component[0])
        for vertex in component:
            places[vertex] = Place(index, in_loop, vertex)
    return places


def _leads_to_itself(net: Net, vertex: int) -> bool:
    return any(net.edges[out].target == vertex for out in net.vertices[vertex].outs)


def _components(net: Net) -> list[list[int]]:
    """Strongly connected components, each before those that lead to it."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    stacked: set[int] = set()
    components: list[list[int]] = []
    for root in net.vertices:
        if root in index:
            continue
        work = [(root, iter(net.vertices[root].outs))]
        index[root] = low[root] = len(index)
        stack.append(root)
        stacked.add(root)
        while work:
            vertex, outs = work[-1]
            for out in outs:
                target = net.edges[out].target
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    stacked.add(target)
                    work.append((target, iter(net.vertices[target].outs)))
                    break
                if target in stacked:
                    low[vertex] = min(low[vertex], index[target])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[vertex])
                if low[vertex] == index[vertex]:
                    components.append(_popped(stack, stacked, vertex))
    return components


def _popped(stack: list[int], stacked: set[int], root: int) -> list[int]:
    component: list[int] = []
    while not component or component[-1] != root:
        vertex = stack.pop()
        stacked.discard(vertex)
        component.append(vertex)
    return component
