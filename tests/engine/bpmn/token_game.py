"""The token game played naively: every order of every move, on the diagram as it is drawn.

It knows tasks, exclusive, inclusive and parallel gateways, one start and one end; it is what the check at upload is
held against.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

#: A token is on a flow (its number) or at work in a task (its name).
Place = int | str
Tokens = Counter[Place]
Marking = frozenset[tuple[Place, int]]
#: Markings beyond which a drawing is too large to be played so.
MOST_MARKINGS = 20_000


class TooLarge(Exception):
    """The naive game is not played to the end."""


@dataclass(slots=True)
class Game:
    """`kinds`: node -> "task" | "xor" | "or" | "and" | "end"; `flows`: (source, target) pairs, from "s" on."""

    kinds: Mapping[str, str]
    flows: list[tuple[str, str]]
    stuck: bool = False
    twice: bool = False
    fired: set[str] = field(default_factory=set)

    def play(self) -> None:
        """Plays every order. Raises TooLarge."""
        begin = self._moved(Counter(), [], self._outs("s"))
        seen, pending = {begin}, [begin]
        while pending:
            tokens = Counter(dict(pending.pop()))
            moves = list(self._moves(tokens))
            self.stuck |= bool(tokens) and not moves
            for node, taken, given in moves:
                self.fired.add(node)
                following = self._moved(tokens, taken, given)
                if following not in seen:
                    seen.add(following)
                    pending.append(following)
            if len(seen) > MOST_MARKINGS:
                raise TooLarge

    def _moved(
        self, tokens: Tokens, taken: Collection[Place], given: Collection[Place]
    ) -> frozenset[tuple[Place, int]]:
        after = Counter(tokens)
        after.subtract(taken)
        after.update(each for each in given if isinstance(each, str) or self.kinds[self.flows[each][1]] != "end")
        self.twice |= any(number > 1 and self._matters(place) for place, number in after.items())
        if max(after.values(), default=0) > 2:
            raise TooLarge
        return frozenset((+after).items())

    def _moves(self, tokens: Tokens) -> Iterator[tuple[str, list[Place], list[Place]]]:
        for node, kind in self.kinds.items():
            filled = [each for each in self._ins(node) if tokens[each]]
            if tokens[node]:
                yield node, [node], self._outs(node)
            if kind == "task":
                yield from ((node, [each], [node]) for each in filled)
            elif kind == "xor":
                yield from ((node, [each], [out]) for each in filled for out in self._outs(node))
            elif kind == "and" and filled and len(filled) == len(self._ins(node)):
                yield node, filled, self._outs(node)
            elif kind == "or" and filled and not self._is_awaited(node, filled, tokens):
                outs = self._outs(node)
                some = (each for size in range(1, len(outs) + 1) for each in combinations(outs, size))
                yield from ((node, filled, list(each)) for each in some)

    def _is_awaited(self, node: str, filled: list[Place], tokens: Tokens) -> bool:
        """Whether a token can come to an empty side of the join, and to no filled one (BPMN 2.0.2, 13.4.3)."""
        empty = [each for each in self._ins(node) if each not in filled]
        others = [each for each in tokens if tokens[each] and each not in self._ins(node)]
        onward = [self._outs(each) if isinstance(each, str) else [each] for each in others]
        return any(self._reaches(each, empty, node) and not self._reaches(each, filled, node) for each in onward)

    def _reaches(self, starts: list[Place], flows: list[Place], without: str) -> bool:
        seen: set[Place] = set()
        pending = list(starts)
        while pending:
            each = pending.pop()
            target = self.flows[each][1]
            if each in flows:
                return True
            if each not in seen and target != without:
                seen.add(each)
                pending += self._outs(target)
        return False

    def _matters(self, place: Place) -> bool:
        """Whether something is done on or behind the place: a task, or a join that keeps a second token."""
        pending, seen = [place if isinstance(place, str) else self.flows[place][1]], set()
        while pending:
            node = pending.pop()
            if self.kinds[node] == "task" or (self.kinds[node] == "and" and len(self._ins(node)) > 1):
                return True
            if node not in seen:
                seen.add(node)
                pending += [self.flows[out][1] for out in self._outs(node)]
        return False

    def _ins(self, node: str) -> list[Place]:
        return [index for index, flow in enumerate(self.flows) if flow[1] == node]

    def _outs(self, node: Place) -> list[Place]:
        return [index for index, flow in enumerate(self.flows) if flow[0] == node]
