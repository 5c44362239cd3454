"""The token game on what is left of a net: every state that its tokens can come to, in an order that leaves none of
the faults out.

A state is a set of edges that hold a token, as one number with a bit per edge. Splits, and joins that have all they
wait for, depend on no other token: they move at once, one after the other, and no other order is tried (a stubborn
set, in Valmari's words). Tokens at a merge that lets each pass by itself wait until everything that stands before the
merge has moved, so that two of them meet there if they ever can; only inside a loop every order of merges is tried.
What ends the container waits to the last, so that it hides nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from engine.bpmn.checks.soundness.net import (
    ALL,
    ANY,
    COMING,
    END,
    EVERY,
    FAILED,
    GATHER,
    OVER,
    SOME,
    SPLITS,
    Net,
    Vertex,
)
from engine.bpmn.checks.soundness.order import Place, order_of

#: A split that takes at least one way is played with every choice of its ways up to so many ways; beyond it with
#: each way alone and with all together.
_EVERY_CHOICE = 5
#: So many edges looked through for what a join still waits for, and so many joins looked at, cost as much as a move.
_EDGES_PER_MOVE = 50
_LOOKS_PER_MOVE = 10


@dataclass(slots=True)
class Effort:
    """How many moves may still be played, over all processes of an upload."""

    left: int

    def spend(self, moves: int = 1) -> bool:
        """False when there are none left."""
        self.left -= moves
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Move:
    """A vertex moved its token in the state `before`, to the edges `taken`."""

    before: int
    vertex: int
    taken: tuple[int, ...]


@dataclass(slots=True)
class Found:
    """What playing has shown: how the container can end, and its faults.

    `stuck`: a join that waits for ever -> the last state. `twice`: a merge at which two tokens meet, or another vertex
    that sends one after the other -> the state. `idle`: joins that never had all they wait for. `whole`: nothing was
    left unplayed.
    """

    completes: bool = False
    fails: bool = False
    whole: bool = True
    stuck: dict[int, int] = field(default_factory=dict)
    twice: dict[int, int] = field(default_factory=dict)
    idle: frozenset[int] = frozenset()
    came_by: dict[int, Move | None] = field(default_factory=dict)
    bits: dict[int, int] = field(default_factory=dict)  # edge -> its bit in a state

    def holds(self, state: int, edge: int) -> bool:
        """Whether a token is on the edge."""
        return bool(state & self.bits.get(edge, 0))

    def way_to(self, state: int) -> list[Move]:
        """The moves from the beginning to a state."""
        moves: list[Move] = []
        move = self.came_by[state]
        while move is not None:
            moves.append(move)
            move = self.came_by[move.before]
        return moves[::-1]


def play(net: Net, effort: Effort) -> Found:
    """Plays the net through, as far as the effort goes."""
    if len(net.edges) == 1:  # all of it has shrunk away
        stop = net.vertices[net.edges[net.first].target].kind
        return Found(completes=stop != FAILED, fails=stop == FAILED)
    return _Game(net, effort).play()


class _Game:
    def __init__(self, net: Net, effort: Effort) -> None:
        self.net = net
        self.effort = effort
        self.found = Found()
        self.fired: set[int] = set()
        self.looks = 0
        self.places: dict[int, Place] = order_of(net)
        self.bits = self.found.bits
        self.edge_at: dict[int, int] = {}  # bit -> edge
        self.slots: dict[int, list[int]] = {}  # GATHER -> the bits of the tokens that wait there
        self.into: dict[int, int] = {}  # vertex -> the bits of its incoming edges
        self.masks = dict.fromkeys((ANY, ALL, COMING), 0)
        self.splits = 0
        self.taken = {number: _choices(vertex) for number, vertex in net.vertices.items()}
        self.reach: dict[tuple[int, int, bool], int] = {}
        self._give_bits()

    def _give_bits(self) -> None:
        bit = 1
        for number, vertex in self.net.vertices.items():
            if vertex.kind == GATHER:
                self.slots[number] = [bit << each for each in range(vertex.need)]
                bit <<= vertex.need
                continue
            for edge in vertex.ins if vertex.kind not in (END, OVER, FAILED) else ():
                self.bits[edge], self.edge_at[bit] = bit, edge
                self.into[number] = self.into.get(number, 0) | bit
                bit <<= 1
            if vertex.kind in SPLITS:
                self.splits |= self.into.get(number, 0)
            elif vertex.kind in self.masks:
                self.masks[vertex.kind] |= self.into.get(number, 0)
        self.over, self.failed = bit, bit << 1

    def play(self) -> Found:
        found = self.found
        begin = self._put(0, (self.net.first,), None)
        found.came_by[begin] = None
        pending = deque([begin])
        while pending:
            state = pending.popleft()
            final = True
            for vertex, taken, left in self._moves(state):
                final = False
                if not self.effort.spend():
                    found.whole = False
                    return found
                move = Move(state, vertex, taken)
                self.fired.add(vertex)
                following = self._put(left, taken, move)
                if following not in found.came_by:
                    found.came_by[following] = move
                    pending.append(following)
            if final:
                self._judge(state)
        joins = (number for number, vertex in self.net.vertices.items() if vertex.kind in (ALL, GATHER))
        found.idle = frozenset(number for number in joins if number not in self.fired)
        return found

    def _judge(self, state: int) -> None:
        """What a state in which nothing moves any more says."""
        if state & self.over:
            self.found.completes = True
        elif state & self.failed:
            self.found.fails = True
        elif state == 0:
            self.found.completes = True
        else:
            waiting = min(self._waiting(state), key=self.places.__getitem__)
            self.found.stuck.setdefault(waiting, state)

    def _waiting(self, state: int) -> Iterator[int]:
        """The joins at which a token waits."""
        yield from (vertex for vertex, slots in self.slots.items() if any(state & slot for slot in slots))
        waiting = state & (self.masks[ALL] | self.masks[COMING])
        while waiting:
            self._look()
            vertex = self._vertex_at(waiting & -waiting)
            yield vertex
            waiting &= ~self.into[vertex]

    def _look(self) -> None:
        """Looking at a join costs a part of a move."""
        self.looks += 1
        if self.looks % _LOOKS_PER_MOVE == 0:
            self.effort.spend()

    # -- moves ---------------------------------------------------------------------------------------

    def _moves(self, state: int) -> Iterator[tuple[int, tuple[int, ...], int]]:
        """The moves that must be tried in this state: vertex, edges taken, and what is left of the state."""
        bit = state & self.splits
        if bit:
            bit &= -bit
            vertex = self._vertex_at(bit)
            for taken in self.taken[vertex]:
                yield vertex, taken, state ^ bit
            return
        full = self._full_join(state)
        if full is not None:
            yield full
            return
        yield from self._merges(state)

    def _full_join(self, state: int) -> tuple[int, tuple[int, ...], int] | None:
        waiting = state & self.masks[ALL]
        while waiting:
            self._look()
            vertex = self._vertex_at(waiting & -waiting)
            needed = self.into[vertex]
            if state & needed == needed:
                return vertex, self.taken[vertex][0], state & ~needed
            waiting &= ~needed
        for vertex, slots in self.slots.items():
            needed = sum(slots)
            if state & needed == needed:
                return vertex, self.taken[vertex][0], state & ~needed
        return None

    def _merges(self, state: int) -> Iterator[tuple[int, tuple[int, ...], int]]:
        """Tokens at merges, of the first component of the net in which one can move. Two at one merge go on as one,
        once that is noted."""
        ordered = sorted(self._merging(state), key=self.places.__getitem__)
        for index, vertex in enumerate(ordered):
            place = self.places[vertex]
            if self.net.vertices[vertex].kind == COMING:
                if not self._is_awaited(vertex, state):
                    yield vertex, self.taken[vertex][0], state & ~self.into[vertex]
                    return
                continue
            for other in ordered[index:]:
                if self.places[other].component == place.component and self.net.vertices[other].kind == ANY:
                    self._note_meeting(other, state)
                    yield other, self.taken[other][0], state & ~self.into[other]
                    if not place.in_loop:
                        return
            return

    def _merging(self, state: int) -> Iterator[int]:
        waiting = state & (self.masks[ANY] | self.masks[COMING])
        while waiting:
            self._look()
            vertex = self._vertex_at(waiting & -waiting)
            yield vertex
            waiting &= ~self.into[vertex]

    def _note_meeting(self, merge: int, state: int) -> None:
        """Two tokens that meet at a merge pass it one after the other: what follows is done twice."""
        meeting = state & self.into[merge]
        if meeting & (meeting - 1) and any(self.net.edges[out].works for out in self.taken[merge][0]):
            self.found.twice.setdefault(merge, state)

    def _vertex_at(self, bit: int) -> int:
        return self.net.edges[self.edge_at[bit]].target

    def _put(self, state: int, taken: tuple[int, ...], move: Move | None) -> int:
        """The state with a token on each of the edges."""
        for number in taken:
            edge = self.net.edges[number]
            kind = self.net.vertices[edge.target].kind
            if kind == GATHER:
                free = [slot for slot in self.slots[edge.target] if not state & slot]
                state |= sum(free[: edge.copies])
            elif kind in (OVER, FAILED):
                state |= self.over if kind == OVER else self.failed
            elif number in self.bits:
                if state & self.bits[number] and edge.works and move is not None:
                    self.found.twice.setdefault(move.vertex, move.before)
                state |= self.bits[number]
        return state

    # -- joins that wait for all that can come -------------------------------------------------------

    def _is_awaited(self, join: int, state: int) -> bool:
        """Whether a token can still come to an empty side of the join, and to no filled one (BPMN 2.0.2, 13.4.3)."""
        others = state & ~self.into[join] & ~(self.over | self.failed)
        if not others:
            return False
        empty, filled = 0, 0
        for edge in self.net.vertices[join].ins:
            if state & self.bits[edge]:
                filled |= self._behind(edge, join, by_events=False)
            else:
                empty |= self._behind(edge, join, by_events=True)
        return bool(others & empty & ~filled)

    def _behind(self, edge: int, join: int, *, by_events: bool) -> int:
        """The bits of all edges from which a token can come to `edge` without passing the join."""
        known = self.reach.get((edge, join, by_events))
        if known is None:
            known = self.reach[edge, join, by_events] = self._find_behind(edge, join, by_events)
            self.effort.spend(len(self.net.edges) // _EDGES_PER_MOVE)
        return known

    def _find_behind(self, edge: int, join: int, by_events: bool) -> int:
        seen, mask, pending = {join}, 0, [edge]
        while pending:
            here = self.net.edges[pending.pop()]
            if here.source in seen or (here.by_event and not by_events):
                continue
            seen.add(here.source)
            mask |= self.into.get(here.source, 0) | sum(self.slots.get(here.source, ()))
            pending.extend(self.net.vertices[here.source].ins)
        return mask


def _choices(vertex: Vertex) -> list[tuple[int, ...]]:
    """The sets of edges on which a vertex may give its token on."""
    outs = tuple(vertex.outs)
    if vertex.kind == EVERY or vertex.kind not in SPLITS:
        return [outs]
    alone: list[tuple[int, ...]] = [(out,) for out in outs]
    if vertex.kind == SOME and len(outs) > _EVERY_CHOICE:
        return [*alone, outs]
    if vertex.kind == SOME:
        return [*alone, *(some for size in range(2, len(outs) + 1) for some in combinations(outs, size))]
    return alone
