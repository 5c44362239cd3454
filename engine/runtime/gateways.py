"""Joins: parallel, inclusive (BPMN 2.0.2, 13.4), and the gateway that waits for the first event."""

from __future__ import annotations

from engine.bpmn.program import Node
from engine.runtime.run import Run
from engine.runtime.state import Token
from engine.runtime.waits import arm, plan

#: Looking through so many elements costs as much of the budget as entering one.
ELEMENTS_PER_ACTIVATION = 50


def is_join(node: Node) -> bool:
    """True for a gateway at which tokens wait for one another."""
    return node.type in ("parallelGateway", "inclusiveGateway") and len(node.incoming) > 1


def enter_exclusive(run: Run, token: Token, node: Node) -> None:
    """Every token passes by itself."""
    run.schedule(token, "complete")


def enter_parallel(run: Run, token: Token, node: Node) -> None:
    """Waits until every incoming flow has brought a token; one of each goes on as one."""
    if not is_join(node):
        run.schedule(token, "complete")
        return
    run.join(token)
    first = _first_by_flow(run, token.scope, node)
    if len(first) == len(node.incoming):
        _merge(run, first)


def enter_inclusive(run: Run, token: Token, node: Node) -> None:
    """Waits; whether anything can still arrive is asked when nothing moves any more."""
    if is_join(node):
        run.join(token)
    else:
        run.schedule(token, "complete")


def release_inclusive(run: Run) -> bool:
    """Lets every inclusive join go on to which no further token can come; True if one did."""
    released = False
    for scope_id, element in list(run.joining):
        node = run.element(scope_id, element)
        if node.type != "inclusiveGateway":
            continue
        first = _first_by_flow(run, scope_id, node)
        if not _is_awaited(run, scope_id, node, first):
            _merge(run, first)
            released = True
    return released


def enter_event_gateway(run: Run, token: Token, node: Node) -> None:
    """Waits for the first of the events behind it."""
    process = run.process_of(token.scope)
    planned = [plan(run, token, process.nodes[flow.target]) for flow in node.outgoing]
    token.phase = "active"
    for each in planned:
        if each is not None:
            arm(run, each)


def _first_by_flow(run: Run, scope_id: int, node: Node) -> dict[str, Token]:
    first: dict[str, Token] = {}
    for token_id in run.joining.get((scope_id, node.id), ()):
        token = run.state.tokens[token_id]
        first.setdefault(token.flow or "", token)
    return first


def _is_awaited(run: Run, scope_id: int, node: Node, arrived: dict[str, Token]) -> bool:
    """True while a token of the scope can reach an empty incoming flow, and no filled one, on a way that
    does not visit the join itself."""
    elements = {run.state.tokens[each].element for each in run.tokens_in[scope_id]} - {node.id}
    if not elements or len(arrived) == len(node.incoming):
        return False
    process = run.process_of(scope_id)
    run.activate(node, cost=1 + len(process.nodes) // ELEMENTS_PER_ACTIVATION)
    upstream = process.upstream(node.id)
    empty = [reach.over_events for flow, reach in upstream.items() if flow not in arrived]
    filled = [reach.by_flows for flow, reach in upstream.items() if flow in arrived]
    return any(
        any(element in reach for reach in empty) and not any(element in reach for reach in filled)
        for element in elements
    )


def _merge(run: Run, first: dict[str, Token]) -> None:
    kept, *others = first.values()
    for other in others:
        run.remove_token(other)
    run.unjoin(kept)
    run.log("entered", kept.scope, run.node(kept))
    run.schedule(kept, "complete")
