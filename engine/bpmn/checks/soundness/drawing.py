"""A container of a compiled process as a net."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.bpmn.checks.soundness.net import (
    ALL,
    ANY,
    BEGIN,
    COMING,
    END,
    EVERY,
    FAILED,
    GATHER,
    ONE,
    OVER,
    SOME,
    Edge,
    Net,
)
from engine.bpmn.program import Flow, Node

_JOINS = {"parallelGateway": ALL, "inclusiveGateway": COMING, "complexGateway": COMING}
_LEADING = {
    "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway",
    "startEvent", "boundaryEvent",
}  # fmt: skip
_STOPS = {"terminate": OVER, "error": FAILED, "cancel": FAILED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the inside of a subprocess can come to its end: as it should, or by an error or a cancellation."""

    completes: bool = True
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Leads:
    """A way on: to an element, or to a stop (then `stop` says which)."""

    target: str = ""
    stop: str = ""
    by_event: bool = False
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Branches:
    """Several ways on, of which one, some or every one is taken."""

    kind: str
    ways: tuple[Exit, ...]


Exit: TypeAlias = "Leads | Branches"
GONE = Leads(stop=END)


def draw(inside: Sequence[Node], begins: Sequence[Sequence[str]], outcomes: Mapping[str, Outcome]) -> Net:
    """The net of a container with the nodes `inside`. It begins with a token on every node of one of `begins`;
    `outcomes` are those of its subprocesses."""
    nodes = {node.id: node for node in inside if _takes_tokens(node)}
    return _Drawing(nodes, begins, outcomes).net()


def _takes_tokens(node: Node) -> bool:
    """Event subprocesses and compensation stand beside the flow."""
    undoes = node.type == "boundaryEvent" and any(event.kind == "compensate" for event in node.events)
    return not (node.by_event or node.for_compensation or undoes)


class _Drawing:
    def __init__(
        self, nodes: Mapping[str, Node], begins: Sequence[Sequence[str]], outcomes: Mapping[str, Outcome]
    ) -> None:
        self.nodes = nodes
        self.begins = [[each for each in begin if each in nodes] for begin in begins]
        self.outcomes = outcomes
        self.drawn = Net()
        self.stops = {stop: self.drawn.add_vertex(stop, "") for stop in (END, OVER, FAILED)}
        self.exits = {node.id: self._exit(node) for node in nodes.values()}
        self.works = self._working()
        self.places: dict[str, int] = {}  # node -> vertex where its tokens arrive

    def net(self) -> Net:
        """Draws only what a token can reach."""
        begin = _branches(ONE, [_branches(EVERY, [Leads(each) for each in begin]) for begin in self.begins])
        root = self.drawn.add_vertex(BEGIN, "")
        pending: list[str] = []
        self.drawn.first = self._lead_on(root, begin, "", True, pending)
        while pending:
            self._draw_exit(pending.pop(), pending)
        return self.drawn

    def _draw_exit(self, identity: str, pending: list[str]) -> None:
        self._lead_on(self.places[identity], self.exits[identity], identity, self.works[identity], pending)

    def _lead_on(self, source: int, leave: Exit, element: str, works: bool, pending: list[str]) -> int:
        """The edge from `source` to where `leave` leads; `works`: something is done before it is left by this edge.
        A split below a split is at most three deep."""
        if isinstance(leave, Branches):
            split = self.drawn.add_vertex(leave.kind, element)
            number = self.drawn.add_edge(Edge(source, split, works))
            for way in leave.ways:
                self._lead_on(split, way, element, False, pending)
            return number
        if leave.stop:
            return self.drawn.add_edge(Edge(source, self.stops[leave.stop], works))
        target = self._place(leave.target, pending)
        works = works or self.works[leave.target]
        return self.drawn.add_edge(Edge(source, target, works, leave.target, leave.by_event, leave.copies))

    def _place(self, identity: str, pending: list[str]) -> int:
        """The vertex where tokens for a node arrive; it is drawn on when it is first reached."""
        if identity not in self.places:
            node = self.nodes[identity]
            kind = GATHER if node.start_quantity > 1 else _JOINS.get(node.type, ANY)
            self.places[identity] = self.drawn.add_vertex(kind, identity, node.start_quantity)
            pending.append(identity)
        return self.places[identity]

    # -- how a node is left ------------------------------------------------------------------------

    def _exit(self, node: Node) -> Exit:
        outcome = self.outcomes.get(node.id, Outcome())
        ways = [self._normal(node)] if outcome.completes else []
        ways += [Leads(stop=FAILED)] if outcome.fails else []
        boundaries = [self.nodes[each] for each in node.boundaries if each in self.nodes]
        ways += [Leads(each.id, by_event=True) for each in boundaries if each.interrupting]
        beside = [_branches(ONE, [Leads(each.id, by_event=True), GONE]) for each in boundaries if not each.interrupting]
        return _branches(EVERY, [_branches(ONE, ways), *beside])

    def _normal(self, node: Node) -> Exit:
        if node.type == "endEvent":
            stops = [_STOPS[event.kind] for event in node.events if event.kind in _STOPS]
            return Leads(stop=stops[0]) if stops else GONE
        flows = [flow for flow in node.outgoing if flow.target in self.nodes]
        if node.type == "parallelGateway" or (node.all_events and node.type == "eventBasedGateway"):
            return _branches(EVERY, _leads(flows, node))
        if node.type in ("exclusiveGateway", "eventBasedGateway"):
            return _branches(ONE, _leads(flows, node))
        return _by_conditions(flows, node)

    def _working(self) -> dict[str, bool]:
        """Whether a node, or any that can follow it, does something."""
        before: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for each in (*(flow.target for flow in node.outgoing), *node.boundaries):
                before.setdefault(each, []).append(node.id)
        working = {node.id: _does_something(node) for node in self.nodes.values()}
        pending = [identity for identity, works in working.items() if works]
        while pending:
            for each in before.get(pending.pop(), ()):
                if not working[each]:
                    working[each] = True
                    pending.append(each)
        return working


def _by_conditions(flows: Sequence[Flow], node: Node) -> Exit:
    """Flows without condition always go, the others where theirs holds, the default when none else does."""
    always = [flow for flow in flows if flow.condition is None and not flow.is_default]
    maybe = _leads([flow for flow in flows if flow.condition is not None and not flow.is_default], node)
    default = _leads([flow for flow in flows if flow.is_default], node)
    if always:
        return _branches(EVERY, [*_leads(always, node), *(_branches(ONE, [each, GONE]) for each in maybe)])
    if not maybe:
        return _branches(EVERY, default)
    return _branches(ONE, [*default, _branches(SOME, maybe)])


def _leads(flows: Iterable[Flow], node: Node) -> list[Exit]:
    return [Leads(flow.target, copies=node.completion_quantity) for flow in flows]


def _branches(kind: str, ways: Sequence[Exit]) -> Exit:
    """The only way itself where there is one; a token that has no way on is gone."""
    if not ways:
        return GONE
    return ways[0] if len(ways) == 1 else Branches(kind, tuple(ways))


def _does_something(node: Node) -> bool:
    """False for what only leads tokens: to pass it twice does no harm. A join that waits for one token from every
    side keeps a second one for ever."""
    if node.type in _LEADING:
        return node.type == "parallelGateway" and len(node.incoming) > 1
    if node.type in ("endEvent", "intermediateThrowEvent", "intermediateCatchEvent"):
        return any(event.kind not in ("none", "link", *_STOPS) for event in node.events)
    return True
