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
from typing import NamedTuple

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
#: Joins of one last state that are looked at.
_MOST_JUDGED = 20
#: A state of so many bits costs as much again.
_BITS_PER_MOVE = 10_000


@dataclass(slots=True)
class Effort:
    """How many moves may still be played, over all processes of an upload."""

    left: int

    def spend(self, moves: int = 1) -> bool:
        """False when there are none left."""
        self.left -= moves
        return self.left >= 0


class _Counter(NamedTuple):
    """Where in a state the number of tokens stands that wait at a GATHER."""

    shift: int
    mask: int
    need: int

    def count(self, state: int) -> int:
        return state >> self.shift & self.mask

    def set_to(self, state: int, count: int) -> int:
        return state & ~(self.mask << self.shift) | count << self.shift


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
    bit_of: dict[int, int] = field(default_factory=dict)  # edge -> which bit of a state it is

    def holds(self, state: int, edge: int) -> bool:
        """Whether a token is on the edge."""
        return edge in self.bit_of and bool(state >> self.bit_of[edge] & 1)

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
        self.bit_of = self.found.bit_of
        self.edge_at: dict[int, int] = {}  # bit -> edge
        self.counters: dict[int, _Counter] = {}  # GATHER -> how many tokens wait there
        self.into: dict[int, int] = {}  # vertex -> the bits of its incoming edges
        self.masks = dict.fromkeys((ANY, ALL, COMING), 0)
        self.splits = self.counted = 0
        self.taken = {number: _choices(vertex) for number, vertex in net.vertices.items()}
        self.reach: dict[tuple[int, int, bool], int] = {}
        width = self._give_bits()
        self.over, self.failed = 1 << width, 2 << width
        self.cost = 1 + width // _BITS_PER_MOVE

    def _give_bits(self) -> int:
        """Gives each edge its bit and each GATHER a few for its number; how many bits there are."""
        bit = 0
        for number, vertex in self.net.vertices.items():
            if vertex.kind == GATHER:
                self.counters[number] = _Counter(bit, (1 << vertex.need.bit_length()) - 1, vertex.need)
                self.counted |= self.counters[number].mask << bit
                bit += vertex.need.bit_length()
            elif vertex.kind not in (END, OVER, FAILED):
                for edge in vertex.ins:
                    self.bit_of[edge], self.edge_at[bit] = bit, edge
                    bit += 1
                self.into[number] = (1 << bit) - (1 << bit - len(vertex.ins))
            if vertex.kind in SPLITS:
                self.splits |= self.into[number]
            elif vertex.kind in self.masks:
                self.masks[vertex.kind] |= self.into[number]
        return bit

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
                if not self.effort.spend(self.cost):
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
            waiting = sorted(self._waiting(state), key=self.places.__getitem__)[:_MOST_JUDGED]
            new = [join for join in waiting if join not in self.found.stuck]
            for join in [each for each in new if not self._waits_for_others(each, state)] or waiting[:1]:
                self.found.stuck.setdefault(join, state)

    def _waits_for_others(self, join: int, state: int) -> bool:
        """Whether what the join waits for might come if another join went on."""
        counter = self.counters.get(join)
        own = self.into.get(join, 0) | (counter.mask << counter.shift if counter else 0)
        others = state & ~own
        missing = (edge for edge in self.net.vertices[join].ins if not self.found.holds(state, edge))
        return bool(others) and any(others & self._behind(edge, join, by_events=True) for edge in missing)

    def _waiting(self, state: int) -> Iterator[int]:
        """The joins at which a token waits."""
        yield from (vertex for vertex, counter in self.counters.items() if counter.count(state))
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
            self.effort.spend(self.cost)

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
        for vertex, counter in self.counters.items() if state & self.counted else ():
            self._look()
            if counter.count(state) == counter.need:
                return vertex, self.taken[vertex][0], counter.set_to(state, 0)
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
        return self.net.edges[self.edge_at[bit.bit_length() - 1]].target

    def _put(self, state: int, taken: tuple[int, ...], move: Move | None) -> int:
        """The state with a token on each of the edges."""
        for number in taken:
            edge = self.net.edges[number]
            kind = self.net.vertices[edge.target].kind
            if kind == GATHER:
                counter = self.counters[edge.target]
                state = counter.set_to(state, min(counter.need, counter.count(state) + edge.copies))
            elif kind in (OVER, FAILED):
                state |= self.over if kind == OVER else self.failed
            elif number in self.bit_of:
                bit = 1 << self.bit_of[number]
                if state & bit and edge.works and move is not None:
                    self.found.twice.setdefault(move.vertex, move.before)
                state |= bit
        return state

    # -- joins that wait for all that can come -------------------------------------------------------

    def _is_awaited(self, join: int, state: int) -> bool:
        """Whether a token can still come to an empty side of the join, and to no filled one (BPMN 2.0.2, 13.4.3)."""
        others = state & ~self.into[join] & ~(self.over | self.failed)
        if not others:
            return False
        empty, filled = 0, 0
        for edge in self.net.vertices[join].ins:
            if self.found.holds(state, edge):
                filled |= self._behind(edge, join, by_events=False)
            else:
                empty |= self._behind(edge, join, by_events=True)
        return bool(others & empty & ~filled)

    def _behind(self, edge: int, join: int, *, by_events: bool) -> int:
        """The bits of all edges from which a token can come to `edge` without passing the join."""
        known = self.reach.get((edge, join, by_events))
        if known is None:
            known = self.reach[edge, join, by_events] = self._find_behind(edge, join, by_events)
            self.effort.spend(self.cost + len(self.net.edges) // _EDGES_PER_MOVE)
        return known

    def _find_behind(self, edge: int, join: int, by_events: bool) -> int:
        seen, mask, pending = {join}, 0, [edge]
        while pending:
            here = self.net.edges[pending.pop()]
            if here.source in seen or (here.by_event and not by_events):
                continue
            seen.add(here.source)
            counter = self.counters.get(here.source)
            mask |= self.into.get(here.source, 0) | (counter.mask << counter.shift if counter else 0)
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
