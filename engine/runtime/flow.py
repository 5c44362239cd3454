"""An element is done: outputs are written, and tokens go on over the flows that hold."""

from __future__ import annotations

from engine.bpmn.program import Flow, Node
from engine.runtime import ad_hoc, compensation, loops, results
from engine.runtime.run import Run
from engine.runtime.scopes import clear, finish_if_empty
from engine.runtime.state import Token
from engine.runtime.step import Closing
from engine.runtime.stuck import no_flow
from engine.runtime.variables import apply_outputs, holds, merge
from engine.runtime.waits import close


def complete(run: Run, token: Token, node: Node) -> str | None:
    """The element has done its work: what still waits is closed, then its result is written."""
    if node.ends_plainly and token.undoes is None:
        if token.result:
            run.wrote(token.result)
            merge(run.layers(token), token.result)
            token.result = {}
        run.log("completed", token.scope, node)
        return "leave"
    for wait in list(run.waits_of(token.id)):
        close(run, run.state.waits[wait], Closing.CANCELLED)
    if results.is_reshaped(node) and token.undoes != node.id:
        results.reshape(run, token, node)
        return None
    return write(run, token, node)


def write(run: Run, token: Token, node: Node) -> str:
    """What the element completed with is written, and the token leaves."""
    own = dict(token.locals) if node.boundaries else {}
    whole = node.loop is not None and not loops.is_instance(run, token, node)
    if whole:  # each instance has done its mappings; only the collected results are left
        run.wrote(token.result)
        merge(run.scope_layers(token.scope), token.result)
    elif token.undoes == node.id:
        token.result = {}  # a subprocess was undone from the inside: its outputs were given when it completed
    else:
        run.wrote(token.result)
        if node.loop is not None:
            run.wrote_any()
            loops.complete_instance(run, token, node)
        else:
            run.wrote(mapped.path[0] for mapped in (*node.outputs, *node.data_outputs))
            apply_outputs(run, token, node)
        if node.boundaries:
            compensation.remember(run, token, node, own)
    run.log("completed", token.scope, node, whole_loop=whole)
    return "leave"


def pass_over(run: Run, token: Token) -> None:
    """The element counts as completed without its outputs, which somebody has given in their place."""
    node = run.node(token)
    whole = node.loop is not None and not loops.is_instance(run, token, node)
    token.result = {}
    if not whole and token.undoes != node.id:
        loops.count_instance(run, token)
        compensation.remember(run, token, node, dict(token.locals))
    run.log("completed", token.scope, node, whole_loop=whole)
    run.schedule(token, "leave")


def leave(run: Run, token: Token, node: Node) -> str | None:
    """Takes the outgoing flows that hold; without any outgoing flow the token ends here (implicit end)."""
    if node.loop is not None and loops.is_instance(run, token, node):
        loops.leave_instance(run, token, node)
    elif token.thrower is not None and (not node.outgoing or node.for_compensation or token.undoes == node.id):
        compensation.undone(run, token)  # no flow leads on from there, but from the boundary of a handler
    elif node.container is not None and _ends_ad_hoc(run, token, node):
        clear(run, token.scope)
        finish_if_empty(run, token.scope)
    elif not node.outgoing:
        run.remove_token(token)
        finish_if_empty(run, token.scope)
    elif node.only_flow is not None:
        return _go_on(run, token, node, node.only_flow)
    else:
        return go(run, token, node, _chosen(run, token, node) * node.completion_quantity)
    return None


def reset(run: Run, token: Token, node: Node) -> str | None:
    """A complex gateway starts anew: flows without condition were for its start (BPMN 2.0.2, 13.4.5)."""
    flows = tuple(flow for flow in node.outgoing if flow.condition and holds(run, token, flow.condition))
    if flows:
        return go(run, token, node, flows)
    run.remove_token(token)
    finish_if_empty(run, token.scope)
    return None


def go(run: Run, token: Token, node: Node, flows: tuple[Flow, ...]) -> str | None:
    """Moves the token along the first flow and a new one along each other."""
    if len(flows) == 1:
        return _go_on(run, token, node, flows[0])
    for index, flow in enumerate(flows):
        moved = token if index == 0 else run.add_token(token.scope, flow.target)
        run.schedule(moved, _go_on(run, moved, node, flow))
    return None


def _go_on(run: Run, token: Token, node: Node, flow: Flow) -> str:
    """Moves the token from `node` along the flow."""
    token.locals, token.result = {}, {}
    token.element, token.flow = flow.target, flow.id
    run.log_flow(token.scope, flow.id, node.process)
    return "enter"


def _ends_ad_hoc(run: Run, token: Token, inner: Node) -> bool:
    """An activity inside an ad-hoc subprocess has completed: is that enough, and is the rest cancelled?"""
    scope = run.state.scopes[token.scope]
    if scope.kind != "subprocess" or inner.type.endswith(("Gateway", "Event")) or token.thrower is not None:
        return False
    node = run.element(scope.id, scope.element)
    if node.ad_hoc is None or not ad_hoc.is_complete(run, token, scope):
        return False
    scope.loop = {"over": True}
    return node.ad_hoc.cancels_remaining


def _chosen(run: Run, token: Token, node: Node) -> tuple[Flow, ...]:
    if node.type in ("parallelGateway", "eventBasedGateway"):
        return node.outgoing
    if node.type == "exclusiveGateway":
        return _first_that_holds(run, token, node)
    return _all_that_hold(run, token, node)


def _first_that_holds(run: Run, token: Token, node: Node) -> tuple[Flow, ...]:
    for flow in node.outgoing:
        if not flow.is_default and (flow.condition is None or holds(run, token, flow.condition)):
            return (flow,)
    return _default(node)


def _all_that_hold(run: Run, token: Token, node: Node) -> tuple[Flow, ...]:
    """Inclusive gateways and the implicit split of any other element: flows without condition always go."""
    chosen = tuple(
        flow
        for flow in node.outgoing
        if not flow.is_default and (flow.condition is None or holds(run, token, flow.condition))
    )
    return chosen or _default(node)


def _default(node: Node) -> tuple[Flow, ...]:
    default = tuple(flow for flow in node.outgoing if flow.is_default)
    if not default:
        raise no_flow()
    return default
