"""Scopes open, finish and are cancelled: called processes, subprocesses, event subprocesses."""

from __future__ import annotations

from engine.bpmn.program import Node, Process
from engine.runtime.run import Run
from engine.runtime.state import Scope, Token
from engine.runtime.step import Closing, ScopeOpened
from engine.runtime.stuck import Stuck, missing_process, missing_start
from engine.runtime.variables import text
from engine.runtime.waits import arm, close, plan
from engine.values import Value


def open_process(run: Run, scope: Scope, starts: tuple[str, ...]) -> None:
    """Lets the event subprocesses of `scope` wait and puts a token on each of `starts`. Raises Stuck."""
    listen(run, scope)
    for start in starts:
        run.schedule(run.add_token(scope.id, start), "enter")
    if not starts:
        finish_if_empty(run, scope.id)


def listen(run: Run, scope: Scope) -> None:
    """The start events of the event subprocesses in `scope` begin to wait. Raises Stuck."""
    process = run.process_of(scope.id)
    starts = [process.nodes[each] for each in process.handlers.get(container_of(scope), ())]
    planned = [plan(run, Token(0, scope.id, node.id), node, scope_wait=True) for node in starts]
    for wait in planned:
        if wait is not None:
            arm(run, wait)


def container_of(scope: Scope) -> str | None:
    """The container whose elements stand in the scope: the subprocess, or None for a whole process."""
    return scope.element if scope.kind == "subprocess" else None


def open_subprocess(run: Run, token: Token, node: Node) -> None:
    """The embedded subprocess of `token` starts."""
    process = run.process_of(token.scope)
    _open_child(run, token, "subprocess", process, {}, process.starts.get(node.id, ()))


def open_call(run: Run, token: Token, node: Node) -> None:
    """The called process of `token` starts with its input mappings, and all variables where it says so."""
    assert node.call is not None
    name = text(run, token, node.call.process)
    process = run.program.processes.get(name)
    if process is None:
        raise missing_process(name)
    if not process.starts.get(None):
        raise missing_start(name)
    variables = dict(run.variables(token)) if node.call.passes_all_in else dict(token.locals)
    _open_child(run, token, "call", process, variables, process.starts.get(None, ()))


def _open_child(
    run: Run, token: Token, kind: str, process: Process, variables: dict[str, Value], starts: tuple[str, ...]
) -> None:
    number = run.new_id()
    scope = Scope(number, kind, process.id, token.element, token.scope, token.id, variables)
    run.add_scope(scope)
    opened = ScopeOpened(scope.id, token.scope, token.element, process.id, dict(variables))
    try:
        run.out.scope_opened(opened)
        token.phase = "active"
        open_process(run, scope, starts)
    except Stuck:  # an event subprocess cannot wait: the activity fails as a whole
        run.remove_scope(scope)
        run.out.scope_unopened(scope.id)
        raise


def finish_if_empty(run: Run, scope_id: int) -> None:
    """Ends the scope when its last token is gone; the activity around it completes."""
    if run.tokens_in[scope_id]:
        return
    scope = run.state.scopes[scope_id]
    cancel_scope_waits(run, scope_id)
    run.remove_scope(scope)
    if scope.token is None:
        return
    owner = run.state.tokens[scope.token]
    node = run.node(owner)
    if node.call is not None and (node.outputs or node.call.passes_all_out):
        owner.result = scope.variables
    run.schedule(owner, "complete")


def cancel_token(run: Run, token: Token) -> None:
    """Cancels everything the token does or waits for, at any depth, and takes it out."""
    stop(run, token)
    run.remove_token(token)


def stop(run: Run, token: Token) -> None:
    """Cancels what the token does or waits for; the token itself stays, on its element, doing nothing."""
    pending = [token]
    doomed: list[Token] = []
    while pending:
        each = pending.pop()
        doomed.append(each)
        child = run.child_scope.get(each.id)
        if child is not None:
            pending.extend(run.state.tokens[inner] for inner in run.tokens_in[child])
    for each in reversed(doomed):  # innermost first, so that a scope is empty when its turn comes
        _stop_one(run, each)
        if each is not token:
            run.remove_token(each)


def _stop_one(run: Run, token: Token) -> None:
    for wait in list(run.waits_of.get(token.id, ())):
        close(run, run.state.waits[wait], Closing.CANCELLED)
    run.resolve_failure(token)
    child = run.child_scope.get(token.id)
    if child is not None:
        cancel_scope_waits(run, child)
        run.remove_scope(run.state.scopes[child])
    if token.phase != "ready":  # one that is still on its way was never entered
        node = run.node(token)
        whole = node.loop is not None and run.state.scopes[token.scope].kind != "multi"
        run.log("cancelled", token.scope, node, whole_loop=whole)


def cancel_scope_waits(run: Run, scope_id: int) -> None:
    """The event subprocesses of the scope wait no longer."""
    for wait in list(run.scope_waits.get(scope_id, ())):
        close(run, run.state.waits[wait], Closing.CANCELLED)


def clear(run: Run, scope_id: int, *, but: Token | None = None) -> None:
    """Cancels every token of the scope except `but`."""
    for token_id in list(run.tokens_in[scope_id]):
        if but is None or token_id != but.id:
            cancel_token(run, run.state.tokens[token_id])
