"""Takes out of a net what is sound by its structure, so that little or nothing is left to be played through.

Each rule keeps whether a token can get stuck and whether something runs twice: what is left is sound exactly if
the whole was. Sequences, blocks of a split and the join that fits, nested splits, and loops shrink away
(after the reduction rules for workflow nets and event-driven process chains; Mendling 2008, chapter 4). All of it
takes time in proportion to the size of the net.
"""

from __future__ import annotations

from engine.bpmn.checks.soundness.net import (
    ALL,
    ANY,
    COMING,
    END,
    EVERY,
    FAILED,
    GATHER,
    ONE,
    OVER,
    SOME,
    SPLITS,
    Net,
    Vertex,
    joined,
)

#: A split that fits the join behind it: several edges between them are as good as one.
_FITTING = {
    ONE: (ANY, COMING, END, OVER, FAILED),
    EVERY: (ALL, COMING, END, OVER, FAILED),
    SOME: (COMING, END, OVER, FAILED),
}
#: Splits with more ways than this are not merged into a smaller one before them.
_FEW = 16


def shrink(net: Net) -> None:
    """Shrinks the net in place."""
    _Shrinking(net).run()


class _Shrinking:
    def __init__(self, net: Net) -> None:
        self.net = net
        self.between: dict[tuple[int, int], dict[int, None]] = {}
        for number, edge in net.edges.items():
            self.between.setdefault((edge.source, edge.target), {})[number] = None
        self.pending = dict.fromkeys(reversed(net.vertices))

    def run(self) -> None:
        for pair in list(self.between):
            self._merge_parallel(*pair)
        for number in list(self.net.edges):
            self._drop_ending(number)
        while self.pending:
            number, _ = self.pending.popitem()
            vertex = self.net.vertices.get(number)
            if vertex is not None and vertex.outs:
                self._simplify(number, vertex)

    def _simplify(self, number: int, vertex: Vertex) -> None:
        if len(vertex.ins) == 1 and len(vertex.outs) == 1 and vertex.kind != GATHER:
            self._pass_by(number, vertex)
        elif vertex.kind == ANY:
            self._end_at_once(vertex)
        if number in self.net.vertices and vertex.kind in SPLITS and vertex.ins:
            self._merge_into_split_before(number, vertex)
            self._drop_loop(number, vertex)

    def _pass_by(self, number: int, vertex: Vertex) -> None:
        """A vertex with one way in and one way out is part of the way."""
        (into,), (out,) = vertex.ins, vertex.outs
        before, after = self.net.edges[into], self.net.edges[out]
        if into == out or number == before.source:
            return
        target = after.target
        before.way, before.by_event = joined(before.way, after.way), before.by_event or after.by_event
        before.copies *= after.copies
        self._remove(out)
        self._lead(into, target)
        del self.net.vertices[number]

    def _end_at_once(self, vertex: Vertex) -> None:
        """Tokens that pass by themselves to an end, with nothing done on the way, end before."""
        (out,) = vertex.outs
        edge = self.net.edges[out]
        if self._kind_behind(out) == END and not edge.works:
            for into in list(vertex.ins):
                self._lead(into, edge.target)
            self._remove(out)
            del self.net.vertices[edge.source]

    def _merge_into_split_before(self, number: int, vertex: Vertex) -> None:
        """A choice behind a choice is one choice, a fork behind a fork is one fork."""
        (into,) = vertex.ins
        edge = self.net.edges[into]
        before = self.net.vertices[edge.source]
        if before.kind != vertex.kind or edge.copies > 1 or len(vertex.outs) > max(_FEW, len(before.outs)):
            return
        source = edge.source
        for out in list(vertex.outs):
            self._begin_at(out, source, into)
        self._remove(into)
        del self.net.vertices[number]

    def _drop_loop(self, number: int, vertex: Vertex) -> None:
        """A choice that leads straight back to the merge before it: to go round changes nothing."""
        if vertex.kind != ONE or number not in self.net.vertices:
            return
        (into,) = vertex.ins
        merge = self.net.edges[into].source
        if self.net.vertices[merge].kind != ANY:
            return
        for out in list(self.between.get((number, merge), ())):
            if len(vertex.outs) > 1:
                self._remove(out)

    # -- changes to the net --------------------------------------------------------------------------

    def _kind_behind(self, edge: int) -> str:
        return self.net.vertices[self.net.edges[edge].target].kind

    def _lead(self, number: int, target: int) -> None:
        edge = self.net.edges[number]
        self._forget(number)
        self._touch(edge.target)
        self.net.lead(number, target)
        self._remember(number)

    def _begin_at(self, number: int, source: int, over: int) -> None:
        """The edge begins at `source`, its way now going over the edge `over` first."""
        edge, first = self.net.edges[number], self.net.edges[over]
        self._forget(number)
        del self.net.vertices[edge.source].outs[number]
        edge.source, edge.way, edge.by_event = source, joined(first.way, edge.way), first.by_event or edge.by_event
        self.net.vertices[source].outs[number] = None
        self._remember(number)

    def _remove(self, number: int) -> None:
        edge = self.net.edges[number]
        self._forget(number)
        self.net.remove_edge(number)
        self._touch(edge.source)
        self._touch(edge.target)

    def _forget(self, number: int) -> None:
        edge = self.net.edges[number]
        self.between[edge.source, edge.target].pop(number)

    def _remember(self, number: int) -> None:
        edge = self.net.edges[number]
        self.between.setdefault((edge.source, edge.target), {})[number] = None
        self._merge_parallel(edge.source, edge.target)
        self._drop_ending(number)
        self._touch(edge.source)
        self._touch(edge.target)

    def _touch(self, number: int) -> None:
        if number in self.net.vertices:
            self.pending[number] = None

    def _drop_ending(self, number: int) -> None:
        """Of several tokens one that ends at once need not be told apart."""
        edge = self.net.edges.get(number)
        if edge is None or self.net.vertices[edge.target].kind != END:
            return
        source = self.net.vertices[edge.source]
        if source.kind == EVERY and len(source.outs) > 1:
            self._remove(number)

    def _merge_parallel(self, source: int, target: int) -> None:
        """Edges between a split and the join that fits it are as good as one."""
        numbers = self.between[source, target]
        kinds = self.net.vertices[source].kind, self.net.vertices[target].kind
        if len(numbers) < 2 or kinds[1] not in _FITTING.get(kinds[0], ()):
            return
        edges = [self.net.edges[number] for number in numbers]
        if any(edge.copies > 1 for edge in edges):
            return
        kept, *others = list(numbers)
        self.net.edges[kept].works = any(edge.works for edge in edges)
        self.net.edges[kept].by_event = all(edge.by_event for edge in edges)
        for number in others:
            self._remove(number)
