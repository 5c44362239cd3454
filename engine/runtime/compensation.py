"""Compensation and cancellation (BPMN 2.0.2, 10.6 and 13.5.5): what has completed is undone.

A scope remembers which of its activities have completed and can be undone: those with a handler, and
subprocesses with something undoable inside (their variables are kept as they were). A thrown compensation
undoes them in the reverse order of completion. What does not depend on one another (no flow leads from one to
the other) is undone side by side.
"""

from __future__ import annotations

from engine.bpmn.program import Event, Node
from engine.runtime import faults
from engine.runtime.run import Run
from engine.runtime.scopes import (
    around,
    cancel_scope_waits,
    cancel_token,
    clear,
    finish_if_empty,
    handler_of,
    home_of,
    keep_undoable,
    undo_start,
)
from engine.runtime.state import Done, Scope, Token, Undo
from engine.runtime.step import ScopeOpened
from engine.runtime.stuck import no_cancel_boundary, no_transaction
from engine.values import Value

#: Looking through so much that can be undone costs as much of the budget as entering an element.
DONE_PER_ACTIVATION = 50


def remember(run: Run, token: Token, node: Node, own: dict[str, Value]) -> None:
    """An activity with a handler has completed with these variables of its own: it can be undone from now on, each
    instance of a loop by itself."""
    if node.boundaries and token.thrower is None and handler_of(run, token, node) is not None:
        run.state.scopes[home_of(run, token.scope)].done.append(Done(node.id, own))


def throw(run: Run, token: Token, event: Event) -> None:
    """Undoes the activity that the event names, else all of the scope around it; then the event completes.

    Thrown inside an event subprocess it is meant for what has completed in that, and then for the scope that the
    event subprocess belongs to.
    """
    name, meant = event.name.text, _meant(run, token)
    if event.waits and not name:
        _begin(run, token, Undo(meant[0].id, _taken(meant[0]), "outwards" if meant[1:] else "complete"))
        return
    found = [_named(run, token, name)] if name else [(each.id, _taken(each)) for each in meant]
    if event.waits:
        _begin(run, token, Undo(*found[0], "complete"))
        return
    run.schedule(token, "complete")
    for scope, done in found:
        if done:
            _begin(run, run.add_token(token.scope, token.element), Undo(scope, done, "vanish"))


def cancel_transaction(run: Run, token: Token) -> None:
    """The cancel end event (13.3.4): what runs in the transaction is stopped, what has completed in it is undone,
    and its token leaves by the cancel boundary event. Raises Stuck outside of a transaction or without one."""
    scope = _transaction(run, token)
    if scope is None:
        raise no_transaction()
    if _cancel_boundary(run, scope) is None:
        raise no_cancel_boundary()
    cancel_scope_waits(run, scope.id)
    carrier = token
    if token.scope == scope.id:
        clear(run, scope.id, but=token)
    else:
        carrier = run.add_token(scope.id, token.element)
        clear(run, scope.id, but=carrier)
    _stop_other_instances(run, scope)
    _begin(run, carrier, Undo(scope.id, _taken(scope), "cancel"))


def _stop_other_instances(run: Run, scope: Scope) -> None:
    """A transaction that loops is cancelled as a whole: the other instances that run are stopped as if they had
    completed, so that they are undone too."""
    loop = _loop_around(run, scope)
    if loop is None:
        return
    for other in list(run.tokens_in(loop.id)):
        token = run.state.tokens[other]
        child = run.child_scope(other)
        if other == scope.token:
            continue
        if child is not None:
            clear(run, child)
            keep_undoable(run, run.state.scopes[child], token, run.node(token))
        cancel_token(run, token)


def _loop_around(run: Run, scope: Scope) -> Scope | None:
    """The loop that `scope` is one instance of."""
    assert scope.parent is not None
    outer = run.state.scopes[scope.parent]
    return outer if outer.kind == "multi" else None


def _other_instances(run: Run, scope: Scope) -> Undo | None:
    """What the other instances of a cancelled transaction have completed, and is still to be undone."""
    loop = _loop_around(run, scope)
    if loop is None:
        return None
    home = run.state.scopes[home_of(run, loop.id)]
    found = [done for done in home.done if done.element == scope.element]
    home.done = [done for done in home.done if done.element != scope.element]
    return Undo(home.id, found, "cancel") if found else None


def undone(run: Run, token: Token) -> None:
    """`token` has undone its activity: it is gone, and its thrower will go on."""
    run.remove_token(token)
    thrower = run.state.tokens.get(token.thrower or 0)
    if thrower is None or thrower.undo is None:  # the thrower was stopped meanwhile
        finish_if_empty(run, token.scope)


def go_on(run: Run, thrower_id: int) -> None:
    """A token that undid something for this thrower is gone: the next is undone, or the thrower goes on."""
    thrower = run.state.tokens.get(thrower_id)
    if thrower is not None and thrower.undo is not None:
        _go_on(run, thrower, thrower.undo)


def _meant(run: Run, token: Token) -> list[Scope]:
    """The scopes that a compensation thrown by `token` is meant for, innermost first."""
    here = run.state.scopes[home_of(run, token.scope)]
    if here.kind == "subprocess" and run.element(here.id, here.element).by_event and here.parent is not None:
        return [here, run.state.scopes[home_of(run, here.parent)]]
    return [here]


def _taken(scope: Scope) -> list[Done]:
    found, scope.done = scope.done, []
    return found


def _named(run: Run, token: Token, name: str) -> tuple[int, list[Done]]:
    """The nearest scope in which the activity has completed, and what is to be undone of it, taken out of it."""
    for each in around(run, token.scope):
        found = [done for done in each.done if done.element == name]
        if found:
            each.done = [done for done in each.done if done.element != name]
            return each.id, found
        if each.kind in ("process", "call"):
            break
    return home_of(run, token.scope), []


def _begin(run: Run, token: Token, undo: Undo) -> None:
    token.phase = "active"
    token.undo = undo
    _go_on(run, token, undo)


def _go_on(run: Run, token: Token, undo: Undo) -> None:
    """Undoes what nothing still to be undone depends on; when nothing is left, the thrower goes on."""
    for done in _next(run, token, undo):
        undo.left = [each for each in undo.left if each is not done]  # equal ones are not the same
        _undo(run, token, undo.scope, done)
    if not undo.left and not run.state.undoing.get(token.id):
        _finish(run, token, undo)


def _next(run: Run, token: Token, undo: Undo) -> list[Done]:
    """What nothing that completed later, and is still to be undone, can have come after."""
    process = run.process_of(undo.scope)
    run.activate(run.node(token), cost=len(undo.left) // DONE_PER_ACTIVATION)
    later = {run.state.tokens[each].undoes or "" for each in run.state.undoing.get(token.id, ())}
    waiting: set[str] = set()  # elements that something later depends on; so it does for what came before
    ready: list[Done] = []
    for done in reversed(undo.left):
        node = process.nodes[done.element]
        others = later - {node.id} if _runs_side_by_side(node) else later
        if node.id in waiting or node.id in others or not others.isdisjoint(process.downstream(node.id) - {node.id}):
            waiting.add(node.id)
        else:
            ready.append(done)
        later.add(node.id)
    return ready


def _runs_side_by_side(node: Node) -> bool:
    """The instances of a parallel loop do not come one after another."""
    return node.loop is not None and not node.loop.sequential


def _undo(run: Run, thrower: Token, scope_id: int, done: Done) -> None:
    node = run.element(scope_id, done.element)
    if done.inner is not None:
        _undo_subprocess(run, thrower, scope_id, node, done)
        return
    handlers = (run.element(scope_id, each).handler for each in node.boundaries)
    handler = next(each for each in handlers if each is not None)
    token = run.add_token(scope_id, handler)
    token.locals = dict(done.variables)
    run.undo_for(thrower.id, token, node.id)
    run.schedule(token, "enter")


def _undo_subprocess(run: Run, thrower: Token, scope_id: int, node: Node, done: Done) -> None:
    """The scope of a completed subprocess is there again, as it was: its compensation event subprocess runs,
    else what had completed in it is undone."""
    holder = run.add_token(scope_id, node.id)
    holder.phase = "active"
    run.undo_for(thrower.id, holder, node.id)
    process = run.process_of(scope_id)
    inner = list(done.inner or ())
    scope = Scope(
        run.new_id(), "subprocess", process.id, node.id, scope_id, holder.id, dict(done.variables), done=inner
    )
    run.add_scope(scope)
    run.out.scope_opened(ScopeOpened(scope.id, scope_id, node.id, process.id))
    start = undo_start(process, node.id)
    if start is not None:
        faults.start_event_subprocess(run, scope.id, start, {})
    else:
        scope.done = []
        _begin(run, holder, Undo(scope.id, inner, "complete"))


def _finish(run: Run, token: Token, undo: Undo) -> None:
    token.undo = None
    if undo.then == "outwards":
        outer = _meant(run, token)[-1]
        _begin(run, token, Undo(outer.id, _taken(outer), "complete"))
    elif undo.then == "cancel":
        _leave_transaction(run, token)
    elif undo.then == "vanish":
        run.remove_token(token)
        finish_if_empty(run, token.scope)
    else:
        inner = run.child_scope(token.id)
        if inner is not None:
            cancel_scope_waits(run, inner)
            run.remove_scope(run.state.scopes[inner])
        run.schedule(token, "complete")


def _transaction(run: Run, token: Token) -> Scope | None:
    """The nearest transaction around the token, inside its process."""
    for scope in around(run, token.scope):
        if scope.kind in ("process", "call"):
            return None
        if scope.kind == "subprocess" and run.element(scope.id, scope.element).type == "transaction":
            return scope
    return None


def _cancel_boundary(run: Run, scope: Scope) -> Node | None:
    """The cancel boundary event of the transaction in `scope`."""
    node = run.element(scope.id, scope.element)
    boundaries = (run.element(scope.id, each) for each in node.boundaries)
    return next((each for each in boundaries if any(event.kind == "cancel" for event in each.events)), None)


def _leave_transaction(run: Run, token: Token) -> None:
    scope = _transaction(run, token)
    assert scope is not None
    assert scope.token is not None
    others = _other_instances(run, scope)
    if others is not None:
        _begin(run, token, others)
        return
    boundary = _cancel_boundary(run, scope)
    assert boundary is not None
    run.log("completed", token.scope, run.node(token))
    owner = run.state.tokens[scope.token]
    multi = run.state.scopes[owner.scope]
    if multi.kind == "multi" and multi.token is not None:  # the boundary belongs to the loop as a whole
        owner = run.state.tokens[multi.token]
    faults.interrupt(run, owner, boundary, {})
