"""Errors on their way out: the nearest boundary event or event subprocess that catches them."""

from __future__ import annotations

from engine.bpmn.program import Node
from engine.runtime.run import Run
from engine.runtime.scopes import cancel_scope_waits, clear, stop
from engine.runtime.state import Scope, Token
from engine.runtime.step import ScopeOpened
from engine.runtime.stuck import uncaught_error
from engine.values import Value


def throw_error(run: Run, token: Token, code: str, variables: dict[str, Value]) -> None:
    """Gives the error to the nearest handler around `token`. Raises Stuck if nothing catches it: then
    nothing has changed."""
    holder: Token | None = token
    while holder is not None:
        boundary = _boundary(run, holder, code)
        if boundary is not None:
            interrupt(run, holder, boundary, variables)
            return
        start = _event_subprocess(run, holder, code)
        if start is not None:
            _handle_inside(run, holder.scope, start, variables)
            return
        owner = run.state.scopes[holder.scope].token
        holder = None if owner is None else run.state.tokens[owner]
    raise uncaught_error(code)


def interrupt(run: Run, token: Token, boundary: Node, payload: dict[str, Value]) -> None:
    """Stops the activity of `token`; its token goes on from the boundary event."""
    stop(run, token)
    token.element, token.flow = boundary.id, None
    token.locals, token.result = {}, payload
    run.activate(boundary)
    run.log("entered", token.scope, boundary)
    run.schedule(token, "complete")


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
    inner = run.add_token(scope.id, start.id)
    run.activate(start)
    run.log("entered", scope.id, start)
    inner.result = payload
    run.schedule(inner, "complete")


def _handle_inside(run: Run, scope_id: int, start: Node, variables: dict[str, Value]) -> None:
    cancel_scope_waits(run, scope_id)
    clear(run, scope_id)
    start_event_subprocess(run, scope_id, start, variables)


def _boundary(run: Run, token: Token, code: str) -> Node | None:
    if run.state.scopes[token.scope].kind == "multi":
        return None  # the boundary belongs to the whole loop, not to one instance of it
    nodes = run.process_of(token.scope).nodes
    return _catching([nodes[each] for each in run.node(token).boundaries], code)


def _event_subprocess(run: Run, token: Token, code: str) -> Node | None:
    """The start event that catches the error in the token's scope; not that of the handler it comes from."""
    scope = run.state.scopes[token.scope]
    if scope.kind == "multi" or run.node(token).by_event:
        return None
    process = run.process_of(token.scope)
    containers = process.event_subprocesses.get(scope.element if scope.kind == "subprocess" else None, ())
    starts = [n for n in process.nodes.values() if n.container in containers and n.type == "startEvent"]
    return _catching(starts, code)


def _catching(nodes: list[Node], code: str) -> Node | None:
    """The handler that names the code, else one that catches every error."""
    errors = [node for node in nodes if node.event is not None and node.event.kind == "error"]
    named = [node for node in errors if node.event is not None and node.event.name.text == code]
    general = [node for node in errors if node.event is not None and not node.event.name.text]
    return next(iter(named + general), None)
