"""Errors and escalations on their way out: the nearest boundary event or event subprocess that catches."""

from __future__ import annotations

from engine.bpmn.program import Node
from engine.errors import CommandRefused, ExpressionFailed
from engine.runtime.run import Run
from engine.runtime.scopes import cancel_scope_waits, clear, container_of, listen, stop
from engine.runtime.state import Scope, Token, Wait
from engine.runtime.step import Closing, ScopeOpened
from engine.runtime.stuck import Stuck, failed_expression, uncaught_error
from engine.runtime.variables import context_of
from engine.runtime.waits import close
from engine.values import Value


def throw_error(run: Run, token: Token, code: str, variables: dict[str, Value], message: str | None = None) -> None:
    """Gives the error to the nearest handler around `token`. Raises Stuck if nothing catches it: then
    nothing has changed."""
    if not _raise_outwards(run, token, "error", code, variables, message):
        raise uncaught_error(code)


def throw_escalation(run: Run, token: Token, code: str, variables: dict[str, Value]) -> None:
    """Tells the nearest handler around `token`; uncaught it is of no effect (BPMN 2.0.2, 10.5.6)."""
    _raise_outwards(run, token, "escalation", code, variables)


def _raise_outwards(
    run: Run, token: Token, kind: str, code: str, variables: dict[str, Value], message: str | None = None
) -> bool:
    """Looks from scope to scope, through called processes too; False if nothing catches."""
    holder: Token | None = token
    left: list[tuple[Token, Scope]] = []  # calls on the way, from the inside
    while holder is not None:
        boundary = _boundary(run, holder, kind, code)
        if boundary is not None:
            along = _brought(boundary, kind, code, _with_passed_out(run, left, variables), message)
            _catch_at_boundary(run, holder, boundary, kind, along)
            return True
        start = _event_subprocess(run, holder, kind, code)
        if start is not None:
            along = _brought(start, kind, code, _with_passed_out(run, left, variables), message)
            _handle_inside(run, holder.scope, start, kind, along)
            return True
        scope = run.state.scopes[holder.scope]
        holder = None if scope.token is None else run.state.tokens[scope.token]
        if holder is not None:
            left.append((holder, scope))
    return False


def _with_passed_out(run: Run, left: list[tuple[Token, Scope]], variables: dict[str, Value]) -> dict[str, Value]:
    """Evaluated only where something catches, and before anything is changed."""
    for caller, called in left:
        variables = _passed_out(run, caller, called) | variables
    return variables


def _passed_out(run: Run, caller: Token, called: Scope) -> dict[str, Value]:
    """What a call passes out of the called process is passed with its errors and escalations too, where the call
    says what (Camunda 7). Raises Stuck."""
    call = run.node(caller).call
    if call is None or call.taken is None or called.kind != "call":
        return {}
    try:
        return context_of(run, call.taken, called.variables)
    except ExpressionFailed as failure:
        raise failed_expression(failure) from failure


def _brought(
    catching: Node, kind: str, code: str, variables: dict[str, Value], message: str | None
) -> dict[str, Value]:
    """What the event brings: the thrown variables, with code and message where the catching event wants them."""
    facts: dict[str, Value] = {"code": code or None, "message": message}
    catching_ones = [event for event in catching.events if event.kind == kind]
    wanted = [pair for event in catching_ones for pair in event.outputs]
    for event in catching_ones[:1]:
        variables = event.kept(variables)
    return variables | {variable: facts.get(name) for name, variable in wanted}


def _catch_at_boundary(run: Run, token: Token, boundary: Node, kind: str, payload: dict[str, Value]) -> None:
    """An error always interrupts; an escalation only where the boundary event says so."""
    if boundary.interrupting or kind == "error":
        interrupt(run, token, boundary, payload)
    else:
        catch(run, run.add_token(token.scope, boundary.id), boundary, payload)


def catch(run: Run, token: Token, node: Node, payload: dict[str, Value]) -> None:
    """The event `node` has happened for `token`, which stands on it; it goes on from there."""
    run.activate(node)
    run.log("entered", token.scope, node)
    token.result = payload
    run.schedule(token, "complete")


def interrupt(run: Run, token: Token, boundary: Node, payload: dict[str, Value], *, by: Wait | None = None) -> None:
    """Stops the activity of `token`; its token goes on from the boundary event, triggered by the wait `by`."""
    if by is not None and by.id in run.state.waits:
        close(run, by, Closing.COMPLETED)
    stop(run, token)
    token.element, token.flow = boundary.id, None
    token.locals, token.undo = {}, None
    catch(run, token, boundary, payload)


def start_event_subprocess(run: Run, scope_id: int, start: Node, payload: dict[str, Value]) -> None:
    """Runs the event subprocess around `start` inside the scope."""
    assert start.container is not None
    node = run.element(scope_id, start.container)
    token = run.add_token(scope_id, node.id)
    token.phase = "active"
    run.log("entered", scope_id, node)
    process = run.state.scopes[scope_id].process
    scope = run.add_scope(Scope(run.new_id(), "subprocess", process, node.id, scope_id, token.id))
    run.out.scope_opened(ScopeOpened(scope.id, scope_id, node.id, process))
    try:
        listen(run, scope)
    except Stuck as failure:
        raise CommandRefused(node.id, failure.words) from failure
    catch(run, run.add_token(scope.id, start.id), start, payload)


def _handle_inside(run: Run, scope_id: int, start: Node, kind: str, variables: dict[str, Value]) -> None:
    if start.interrupting or kind == "error":
        cancel_scope_waits(run, scope_id)
        clear(run, scope_id)
    start_event_subprocess(run, scope_id, start, variables)


def _boundary(run: Run, token: Token, kind: str, code: str) -> Node | None:
    if token.undoes == token.element:
        return None  # it has completed and is being undone: its boundary is over
    if run.state.scopes[token.scope].kind == "multi":
        return None  # the boundary belongs to the whole loop, not to one instance of it
    nodes = run.process_of(token.scope).nodes
    return catching([nodes[each] for each in run.node(token).boundaries], kind, code)


def _event_subprocess(run: Run, token: Token, kind: str, code: str) -> Node | None:
    """The start event that catches it in the token's scope; not that of the handler it comes from."""
    scope = run.state.scopes[token.scope]
    if scope.kind == "multi" or run.node(token).by_event:
        return None
    process = run.process_of(token.scope)
    starts = [process.nodes[each] for each in process.handlers.get(container_of(scope), ())]
    return catching(starts, kind, code)


def catching(nodes: list[Node], kind: str, code: str) -> Node | None:
    """The handler that names the code, else one that catches every code."""
    for wanted in (code, ""):
        for node in nodes:
            if any(event.kind == kind and event.name.text == wanted for event in node.events):
                return node
    return None
