"""Joins: parallel, inclusive, complex (BPMN 2.0.2, 13.4), and the gateway that waits for the first event."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from engine.bpmn.program import Node, Process
from engine.runtime.run import Run
from engine.runtime.state import Token
from engine.runtime.variables import holds
from engine.runtime.waits import arm, plan, waits

#: Looking through so many elements costs as much of the budget as entering one.
ELEMENTS_PER_ACTIVATION = 50


def gather(run: Run, token: Token, node: Node) -> None:
    """Lets the tokens of an activity with a startQuantity wait for one another (BPMN 2.0.2, 13.3.1); once enough
    have arrived they go on as one."""
    waiting = run.join(token)
    if len(waiting) < node.start_quantity:
        return
    for each in list(waiting)[: node.start_quantity]:
        if each != token.id:
            run.remove_token(run.state.tokens[each])
    run.unjoin(token)
    run.schedule(token, "begin")


def enter_exclusive(run: Run, token: Token, node: Node) -> str:
    """Every token passes by itself."""
    return "complete"


def enter_parallel(run: Run, token: Token, node: Node) -> str | None:
    """Waits until every incoming flow has brought a token; one of each goes on as one."""
    if not node.joins:
        return "complete"
    run.join(token)
    first = _first_by_flow(run, token.scope, node)
    if len(first) == len(node.incoming):
        _merge(run, first)
    return None


def enter_inclusive(run: Run, token: Token, node: Node) -> str | None:
    """Waits; whether anything can still arrive is asked when nothing moves any more."""
    if not node.joins:
        return "complete"
    run.join(token)
    return None


def enter_complex(run: Run, token: Token, node: Node) -> str | None:
    """Goes on once the activation condition holds (BPMN 2.0.2, 13.4.5); tokens that come later wait for the reset.
    Without a condition it joins as an inclusive gateway."""
    if not node.joins:
        return "complete"
    enough = _activates(run, token, node)
    run.join(token)
    if enough:
        _activate(run, token.scope, node)
    return None


def release_joins(run: Run) -> bool:
    """Lets every inclusive join go on, and every complex gateway start anew, to which no further token can come;
    True if one did."""
    if not (run.state.joining or run.state.gated):
        return False
    released = False
    for scope_id, element in _asking(run):
        node = run.element(scope_id, element)
        first = _first_by_flow(run, scope_id, node)
        fired = run.state.scopes[scope_id].gates.get(element)
        if fired is not None:
            released = _reset(run, scope_id, node, first, fired) or released
        elif _joins_inclusively(node) and first and not _is_awaited(run, scope_id, node, first):
            _merge(run, first)
            released = True
    return released


def _asking(run: Run) -> list[tuple[int, str]]:
    """Joins where tokens wait, and complex gateways that have fired, by scope."""
    return list(dict.fromkeys([*run.state.joining, *run.fired_gates()]))


def _joins_inclusively(node: Node) -> bool:
    return node.type == "inclusiveGateway" or (node.type == "complexGateway" and node.activation is None)


def _activates(run: Run, token: Token, node: Node) -> bool:
    """Whether the activation condition holds with this token; the gateway must be waiting for its start."""
    if node.activation is None or node.id in run.state.scopes[token.scope].gates:
        return False
    there = _first_by_flow(run, token.scope, node).keys() | {token.flow or ""}
    token.locals["activationCount"] = len(there)
    return holds(run, token, node.activation)


def _activate(run: Run, scope_id: int, node: Node) -> None:
    first = _first_by_flow(run, scope_id, node)
    if len(first) < len(node.incoming):  # the others are still to be taken up by the reset
        run.fire_gate(scope_id, node.id, list(first))
    _merge(run, first)


def _reset(run: Run, scope_id: int, node: Node, first: dict[str, Token], fired: list[str]) -> bool:
    """Takes up the tokens that came after the gateway had fired, once no more can come. Only flows whose condition
    holds then are taken: one without condition belongs to the start."""
    late = {flow: token for flow, token in first.items() if flow not in fired}
    arrived = dict.fromkeys([*fired, *late])
    if _is_awaited(run, scope_id, node, arrived):
        return False
    run.reset_gate(scope_id, node.id)
    kept = list(late.values())
    if kept:
        for token in kept[1:]:
            run.remove_token(token)
        run.unjoin(kept[0])
        kept[0].locals["waitingForStart"] = False
        run.schedule(kept[0], "reset")
    for token_id in list(run.state.joining.get((scope_id, node.id), ())):  # they may be enough for its next start
        again = run.state.tokens[token_id]
        run.unjoin(again)
        run.schedule(again, "enter")
    return True


def enter_event_gateway(run: Run, token: Token, node: Node) -> None:
    """Waits for the first of the events behind it."""
    process = run.process_of(token.scope)
    planned = [wait for flow in node.outgoing for wait in plan(run, token, process.nodes[flow.target])]
    token.phase = "active"
    for each in planned:
        arm(run, each)


def _first_by_flow(run: Run, scope_id: int, node: Node) -> dict[str, Token]:
    first: dict[str, Token] = {}
    for token_id in run.state.joining.get((scope_id, node.id), ()):
        token = run.state.tokens[token_id]
        first.setdefault(token.flow or "", token)
    return first


def _is_awaited(run: Run, scope_id: int, node: Node, arrived: Collection[str]) -> bool:
    """True while a token of the scope can reach an empty incoming flow, and no filled one, on a way that
    does not visit the join itself. A boundary event is a way only while it can still happen."""
    places = _places(run, scope_id, node)
    if not places or len(arrived) == len(node.incoming):
        return False
    process = run.process_of(scope_id)
    looked_at = len(process.nodes) + len(run.tokens_in(scope_id))
    run.activate(node, cost=1 + looked_at // ELEMENTS_PER_ACTIVATION)
    upstream = process.upstream(node.id)
    filled = [reach.by_flows for flow, reach in upstream.items() if flow in arrived]
    empty = [(_source(process, flow, node), reach) for flow, reach in upstream.items() if flow not in arrived]
    return any(
        any(_leads_to(process, place, source, reach.over_events) for source, reach in empty)
        and not any(place.element in reach for reach in filled)
        for place in places
    )


class _Place(NamedTuple):
    """Where a token stands; `events` are the boundary events that can still happen there, None for all."""

    element: str
    events: tuple[str, ...] | None


def _places(run: Run, scope_id: int, join: Node) -> set[_Place]:
    """Where the other tokens of the scope stand: of thousands on the same plain element one place."""
    places: set[_Place] = set()
    known = {join.id}
    for each in run.tokens_in(scope_id):
        token = run.state.tokens[each]
        if token.element not in known:
            place = _place(run, token)
            places.add(place)
            if not run.node(token).boundaries:
                known.add(token.element)
    return places


def _place(run: Run, token: Token) -> _Place:
    node = run.node(token)
    if not node.boundaries or token.phase != "active":
        return _Place(node.id, None)
    waited = {run.state.waits[each].element for each in run.waits_of(token.id)}
    nodes = run.process_of(token.scope).nodes
    return _Place(node.id, tuple(each for each in node.boundaries if each in waited or not waits(nodes[each])))


def _leads_to(process: Process, place: _Place, source: str, reach: frozenset[str]) -> bool:
    """Whether a token at `place` can come to the flow from `source` that has this `reach`."""
    if place.events is None or place.element == source:
        return place.element in reach
    return any(each in reach for each in (*place.events, *process.after.get(place.element, ())))


def _source(process: Process, flow: str, join: Node) -> str:
    sources = process.before.get(join.id, ())
    return next(each for each in sources if any(out.id == flow for out in process.nodes[each].outgoing))


def _merge(run: Run, first: dict[str, Token]) -> None:
    kept = next((token for token in first.values() if token.thrower is not None), next(iter(first.values())))
    for other in first.values():
        if other is not kept:
            run.remove_token(other)
    run.unjoin(kept)
    run.log("entered", kept.scope, run.node(kept))
    run.schedule(kept, "complete")
