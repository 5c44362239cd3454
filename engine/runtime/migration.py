"""`migrate`: a running instance goes on with another version of its diagrams.

Every place where a token stands or something waits must have a counterpart in the new version: the same kind of
element, inside the same subprocess (see `fitting`). Boundary events and event subprocesses that are new begin to
wait, those that are gone wait no longer, those that wait for something else now begin anew; timers that stay keep
their moment, and what has already happened does not happen again (see `renewal`).
"""

from __future__ import annotations

from engine.bpmn.program import Program
from engine.errors import MigrationRefused
from engine.runtime.commands import settled
from engine.runtime.fitting import Judge, NewIds, all_done, new_id
from engine.runtime.renewal import CANNOT_BEGIN, Renewal, reason
from engine.runtime.run import Run
from engine.runtime.state import State, Wait
from engine.runtime.step import Context, Step, UserTask
from engine.runtime.stored import load
from engine.runtime.tasks import describe_user_task
from engine.words import Words


def migrate(old: Program, new: Program, stored: bytes, mapping: NewIds, context: Context) -> Step:
    """Moves the instance from `old` to `new`. `mapping` names the new id of elements and flows (and processes)
    that have another one, see `NewIds`; everything else keeps its id.

    Open user tasks stay open under their ids; the Step's `changed` are those with other names, groups or forms.
    Raises MigrationRefused with every reason, each with the element; then nothing is changed.
    """
    state = load(stored)
    refusals = Judge(old, new, state, mapping).refusals()
    if refusals:
        raise MigrationRefused(refusals)
    before = Run(old, load(stored), context)
    rename(state, mapping)
    run = Run(new, state, context)
    renewal = Renewal(before, run, mapping)
    renewal.renew()
    for wait in [each for each in state.waits.values() if each.kind == "task"]:
        _compare_task(renewal, wait)
    if renewal.refusals:
        raise MigrationRefused(renewal.refusals)
    return settled(run)


def rename(state: State, mapping: NewIds) -> None:
    """Gives everything in the state its new id."""
    processes = {scope.id: scope.process for scope in state.scopes.values()}

    def renamed(scope: int, name: str) -> str:
        return new_id(mapping, processes[scope], name)

    for scope in state.scopes.values():
        scope.process = mapping.get(scope.process, scope.process)
        if scope.parent is not None:
            scope.element = renamed(scope.parent, scope.element)
        scope.gates = {
            renamed(scope.id, gate): [renamed(scope.id, flow) for flow in flows] for gate, flows in scope.gates.items()
        }
        if scope.kind == "subprocess" and scope.loop is not None and scope.loop.get("left"):
            scope.loop["left"] = [renamed(scope.id, element) for element in scope.loop["left"]]
        for done in all_done(scope.done):
            done.element = renamed(scope.id, done.element)
    for token in state.tokens.values():
        token.element = renamed(token.scope, token.element)
        token.flow = token.flow and renamed(token.scope, token.flow)
        token.undoes = token.undoes and renamed(token.scope, token.undoes)
        if token.undo is not None:
            for done in all_done(token.undo.left):
                done.element = renamed(token.undo.scope, done.element)
    for wait in state.waits.values():
        wait.element = renamed(wait.scope, wait.element)
    joining, state.joining = state.joining, {}
    for (scope_id, gateway), tokens in joining.items():
        state.joining.setdefault((scope_id, renamed(scope_id, gateway)), {}).update(tokens)


def _compare_task(renewal: Renewal, wait: Wait) -> None:
    """Tells of an open task that is another one now; one that could not be opened is a refusal, unless the old
    version could not open it now either, for the same reason."""
    assert wait.token is not None
    now, then = _described(renewal.run, wait), _described(renewal.before, wait)
    if isinstance(now, UserTask):
        if now != then:
            renewal.run.out.changed.append(now)
    elif now != then:
        token = renewal.before.state.tokens[wait.token]
        renewal.refusals.append((renewal.before.process_of(token.scope).id, token.element, now))


def _described(run: Run, wait: Wait) -> UserTask | Words:
    """The open task as it would be opened now, or why it cannot."""
    assert wait.token is not None
    token = run.state.tokens[wait.token]
    try:
        return describe_user_task(run, token, run.node(token), wait.id)
    except CANNOT_BEGIN as failure:
        return reason(failure)
