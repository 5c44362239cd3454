"""The way to a fault, in plain words: the choices on it, who has arrived at a join, and who never comes."""

from __future__ import annotations

from collections.abc import Iterable

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.checks.soundness.game import Found, Move
from engine.bpmn.checks.soundness.net import END, ONE, SOME, Net, elements_of
from engine.words import Words

#: The last choices are told; earlier ones are left out.
_TOLD = 5
_GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway")
_WHATEVER = Words("无论怎样选择", "whatever is chosen")
_THE_END = Words("结束", "the end")


class Example:
    """Names and ways of one container that has been played through."""

    def __init__(self, net: Net, found: Found, checked: Inspected) -> None:
        self.net = net
        self.found = found
        self.name = checked.name
        self.nodes = checked.process.nodes

    def choices(self, state: int) -> Words:
        """When it comes to a state: the choices on the way, at “A” towards “B”, …"""
        return self._told(self.found.way_to(state))

    def choice(self, vertex: int, edges: Iterable[int]) -> Words:
        """One choice."""
        at = self.name(self.net.vertices[vertex].element)
        to = _listed(self._first(edge) for edge in edges)
        return Words(f"在“{at}”走向{to.zh}", f"at “{at}” towards {to.en}")

    def sides(self, edges: Iterable[int]) -> Words:
        """The elements from which these ways come to their join."""
        return _listed(self._last(edge) for edge in edges)

    def _told(self, moves: Iterable[Move]) -> Words:
        choices = [self.choice(move.vertex, move.taken) for move in moves if self._is_choice(move)]
        if not choices:
            return _WHATEVER
        shown = choices[-_TOLD:]
        left_out = len(choices) > len(shown)
        return Words(
            ("……，" if left_out else "") + "，".join(each.zh for each in shown) + "时",
            ("…, " if left_out else "") + ", ".join(each.en for each in shown),
        )

    def _is_choice(self, move: Move) -> bool:
        vertex = self.net.vertices[move.vertex]
        return vertex.kind in (ONE, SOME) and bool(vertex.element)

    def _first(self, edge: int) -> Words:
        """The first element on a way that is no gateway, with the gateways before it."""
        shown: list[str] = []
        for element in elements_of(self.net.edges[edge].way):
            shown.append(self.name(element))
            node = self.nodes.get(element)
            if node is None or node.type not in _GATEWAYS:
                break
        if not shown:
            return _THE_END if self.net.vertices[self.net.edges[edge].target].kind == END else Words("“”", "“”")
        return Words(f"“{'→'.join(shown)}”", f"“{'→'.join(shown)}”")

    def _last(self, edge: int) -> Words:
        passed = elements_of(self.net.edges[edge].way, backwards=True)
        next(passed, None)  # the join itself
        name = self.name(next(passed, self.net.vertices[self.net.edges[edge].source].element))
        return Words(f"“{name}”", f"“{name}”")


def _listed(words: Iterable[Words]) -> Words:
    found = list(dict.fromkeys(words))[:_TOLD]
    return Words("、".join(each.zh for each in found), ", ".join(each.en for each in found))
