"""Scopes open, finish and are cancelled: called processes, subprocesses, event subprocesses."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.program import CallWork, Node, Process
from engine.errors import ExpressionFailed, ValueInvalid
from engine.runtime import ad_hoc
from engine.runtime.run import Run
from engine.runtime.state import Done, Scope, Token
from engine.runtime.step import Closing, ScopeOpened
from engine.runtime.stuck import Stuck, missing_process, missing_start
from engine.runtime.variables import context_of, plain, text
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
    handlers = process.handlers.get(container_of(scope))
    if not handlers:
        return
    starts = [process.nodes[each] for each in handlers]
    planned = [wait for node in starts for wait in plan(run, Token(0, scope.id, node.id), node, scope_wait=True)]
    for wait in planned:
        arm(run, wait)


def container_of(scope: Scope) -> str | None:
    """The container whose elements stand in the scope: the subprocess, or None for a whole process."""
    return scope.element if scope.kind == "subprocess" else None


def open_subprocess(run: Run, token: Token, node: Node) -> None:
    """The embedded subprocess of `token` starts (BPMN 2.0.2, 13.3.4)."""
    process = run.process_of(token.scope)
    starts = process.starts.get(node.id, ())
    loop: dict[str, Value] | None = None
    if node.ad_hoc is not None:
        starts = ad_hoc.first_elements(run, token, node, starts)
        if node.ad_hoc.sequential:
            starts, loop = starts[:1], {"left": list(starts[1:])}
    _open_child(run, token, "subprocess", process, {}, starts, loop)


def open_call(run: Run, token: Token, node: Node) -> None:
    """The called process of `token` starts with its input mappings, and all variables where it says so."""
    assert node.call is not None
    name = text(run, token, node.call.process)
    process = run.program.called(name, node.call.version)
    if process is None:
        raise missing_process(name)
    if not process.starts.get(None):
        raise missing_start(name)
    variables = given(run, token, node.call)
    _open_child(run, token, "call", process, variables, process.starts.get(None, ()))


def given(run: Run, token: Token, call: CallWork) -> dict[str, Value]:
    """The variables that a called process begins with. Raises Stuck."""
    if call.given is None:
        return plain(run.variables(token)) if call.passes_all_in else dict(token.locals)
    return context_of(run, call.given, run.variables(token))


def _open_child(
    run: Run,
    token: Token,
    kind: str,
    process: Process,
    variables: dict[str, Value],
    starts: tuple[str, ...],
    loop: dict[str, Value] | None = None,
) -> None:
    number = run.new_id()
    scope = Scope(number, kind, process.id, token.element, token.scope, token.id, variables, loop)
    run.add_scope(scope)
    opened = ScopeOpened(scope.id, token.scope, token.element, process.id, dict(variables))
    try:
        run.out.scope_opened(opened)
        token.phase = "active"
        open_process(run, scope, starts)
    except (Stuck, ExpressionFailed, ValueInvalid):  # an event subprocess cannot wait: the activity fails as a whole
        run.remove_scope(scope)
        run.out.scope_unopened(scope.id)
        raise


def finish_if_empty(run: Run, scope_id: int) -> None:
    """Ends the scope when its last token is gone; the activity around it completes."""
    if run.tokens_in(scope_id):
        return
    scope = run.state.scopes[scope_id]
    owner = None if scope.token is None else run.state.tokens[scope.token]
    node = None if owner is None else run.node(owner)
    open_ended = owner is not None and owner.thrower is None and node is not None and node.ad_hoc is not None
    if open_ended and node is not None and ad_hoc.goes_on(run, scope, node):
        return
    cancel_scope_waits(run, scope_id)
    if owner is not None and node is not None:
        keep_undoable(run, scope, owner, node)
    run.remove_scope(scope)
    if owner is None or node is None:
        run.result = plain(scope.variables)
        return
    if node.call is not None and (node.outputs or node.call.passes_all_out or node.call.taken):
        owner.result = plain(scope.variables)
    run.schedule(owner, "complete")


def keep_undoable(run: Run, scope: Scope, owner: Token, node: Node) -> None:
    """A subprocess that completes can be undone by what is inside it, unless it has a handler of its own."""
    if scope.kind != "subprocess" or owner.thrower is not None or handler_of(run, owner, node) is not None:
        return
    if scope.done or undo_start(run.process_of(scope.id), node.id) is not None:
        home = run.state.scopes[home_of(run, owner.scope)]
        home.done.append(Done(node.id, owner.locals | scope.variables, scope.done))


def handler_of(run: Run, token: Token, node: Node) -> str | None:
    """The activity that undoes `node`, joined to its compensation boundary event."""
    nodes = run.process_of(token.scope).nodes
    return next((nodes[each].handler for each in node.boundaries if nodes[each].handler is not None), None)


def undo_start(process: Process, container: str | None) -> Node | None:
    """The start event of the compensation event subprocess in `container`."""
    starts = (process.nodes[each] for each in process.handlers.get(container, ()))
    return next((each for each in starts if any(event.kind == "compensate" for event in each.events)), None)


def home_of(run: Run, scope_id: int) -> int:
    """The scope in which an activity stands: that of its loop's owner for one instance of a loop."""
    scope = run.state.scopes[scope_id]
    while scope.kind == "multi" and scope.parent is not None:
        scope = run.state.scopes[scope.parent]
    return scope.id


def around(run: Run, scope_id: int) -> Iterator[Scope]:
    """The scope and those around it, innermost first, to the instance's own."""
    here: int | None = scope_id
    while here is not None:
        scope = run.state.scopes[here]
        yield scope
        here = scope.parent


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
        child = run.child_scope(each.id)
        if child is not None:
            pending.extend(run.state.tokens[inner] for inner in run.tokens_in(child))
    for each in reversed(doomed):  # innermost first, so that a scope is empty when its turn comes
        _stop_one(run, each)
        if each is not token:
            run.remove_token(each)


def _stop_one(run: Run, token: Token) -> None:
    for wait in list(run.waits_of(token.id)):
        close(run, run.state.waits[wait], Closing.CANCELLED)
    run.resolve_failure(token)
    child = run.child_scope(token.id)
    if child is not None:
        cancel_scope_waits(run, child)
        run.remove_scope(run.state.scopes[child])
    if _is_under_way(run, token):
        node = run.node(token)
        whole = node.loop is not None and run.state.scopes[token.scope].kind != "multi"
        run.log("cancelled", token.scope, node, whole_loop=whole)


def _is_under_way(run: Run, token: Token) -> bool:
    """Whether its element was entered and has not completed."""
    if token.phase == "ready":
        return run.next_phase.get(token.id) in ("work", "complete", "write")
    return token.phase != "joining"


def cancel_scope_waits(run: Run, scope_id: int) -> None:
    """The event subprocesses of the scope wait no longer."""
    for wait in list(run.scope_waits(scope_id)):
        close(run, run.state.waits[wait], Closing.CANCELLED)


def clear(run: Run, scope_id: int, *, but: Token | None = None) -> None:
    """Cancels every token of the scope except `but`."""
    for token_id in list(run.tokens_in(scope_id)):
        if but is None or token_id != but.id:
            cancel_token(run, run.state.tokens[token_id])
