"""The order of a net's vertices: what comes before what, and what lies in a loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.bpmn.checks.soundness.net import Net
from engine.bpmn.reach import strong_components


class Place(NamedTuple):
    """Components come in the order of the flow; the vertices of one loop share theirs."""

    component: int
    in_loop: bool
    vertex: int


def order_of(net: Net) -> dict[int, Place]:
    """The place of every vertex."""

    def following(vertex: int) -> Iterator[int]:
        return (net.edges[out].target for out in net.vertices[vertex].outs)

    places: dict[int, Place] = {}
    for index, component in enumerate(reversed(strong_components(net.vertices, following))):
        in_loop = len(component) > 1 or component[0] in following(component[0])
        for vertex in component:
            places[vertex] = Place(index, in_loop, vertex)
    return places
