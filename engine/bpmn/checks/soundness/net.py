"""The ways of tokens through one container (a process or subprocess) as a graph of joins and splits.

Conditions are free choices, boundary events may or may not happen, an activity always comes to its end (a
subprocess whose inside cannot does not). What lies inside a subprocess is a net of its own: from outside it is one
activity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

#: Joins: a token passes by itself; waits for one from every side; for all that can come; for a number of them.
ANY, ALL, COMING, GATHER = "any", "all", "coming", "gather"
#: Splits: one way; every way; at least one way.
ONE, EVERY, SOME = "one", "every", "some"
#: Where the first token comes from.
BEGIN = "begin"
#: Where a way stops: the token is gone; the container is over; the container has failed.
END, OVER, FAILED = "end", "over", "failed"
SPLITS = frozenset((ONE, EVERY, SOME))

#: Elements that a way passes, in order: nothing, one element, or two such ways one after the other.
Way: TypeAlias = "str | tuple[Way, Way] | None"


@dataclass(slots=True)
class Edge:
    """A way from vertex to vertex; `way` ends with the element that it leads to.

    `works`: on it or behind it something is done (not only led); `by_event`: only a boundary event leads here;
    `copies`: tokens that go over it at once.
    """

    source: int
    target: int
    works: bool
    way: Way = None
    by_event: bool = False
    copies: int = 1


@dataclass(slots=True)
class Vertex:
    """A join, a split or a stop; `element` is the node of the diagram that it comes from."""

    kind: str
    element: str
    need: int = 1  # tokens that a GATHER waits for
    ins: dict[int, None] = field(default_factory=dict)
    outs: dict[int, None] = field(default_factory=dict)


@dataclass(slots=True)
class Net:
    """Vertices and edges by number; the first token is on the edge `first`."""

    vertices: dict[int, Vertex] = field(default_factory=dict)
    edges: dict[int, Edge] = field(default_factory=dict)
    first: int = 0
    _numbers: int = 0

    def add_vertex(self, kind: str, element: str, need: int = 1) -> int:
        """The number of the new vertex."""
        number = self._next()
        self.vertices[number] = Vertex(kind, element, need)
        return number

    def add_edge(self, edge: Edge) -> int:
        """The number of the new edge."""
        number = self._next()
        self.edges[number] = edge
        self.vertices[edge.source].outs[number] = None
        self.vertices[edge.target].ins[number] = None
        return number

    def lead(self, number: int, target: int) -> None:
        """Lets an edge lead to another vertex."""
        edge = self.edges[number]
        del self.vertices[edge.target].ins[number]
        edge.target = target
        self.vertices[target].ins[number] = None

    def remove_edge(self, number: int) -> None:
        """Takes an edge out."""
        edge = self.edges.pop(number)
        del self.vertices[edge.source].outs[number]
        del self.vertices[edge.target].ins[number]

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers


def elements_of(way: Way, *, backwards: bool = False) -> Iterator[str]:
    """The elements of a way, in order, or the last one first."""
    pending: list[Way] = [way]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
        elif each is not None:
            pending += each if backwards else each[::-1]


def joined(one: Way, other: Way) -> Way:
    """One way after the other."""
    if one is None or other is None:
        return other if one is None else one
    return (one, other)
