"""What can be done to a process instance. Every command is a pure function of values and gives a Step.

The state goes in and comes out as bytes; nothing is kept between commands. A command that raises has
changed nothing. All of them raise BudgetExceeded, ValueInvalid (a variable is no FEEL value), StateInvalid
and StateFromNewerVersion besides what they say themselves.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field

from engine.bpmn.program import Node, Process, Program
from engine.errors import BudgetExceeded, ExpressionFailed, NothingWaits, TaskNotOpen
from engine.runtime import events, faults
from engine.runtime.codec import encoded_size
from engine.runtime.machine import settle
from engine.runtime.run import Run
from engine.runtime.scopes import cancel_scope_waits, clear, open_process
from engine.runtime.state import ROOT, Scope, State, Token, Wait, dump, load
from engine.runtime.step import Closing, Context, Step
from engine.runtime.stuck import Stuck, failed_job, uncaught_error
from engine.runtime.variables import merge
from engine.runtime.waits import close
from engine.values import Value, Variables


@dataclass(frozen=True, slots=True)
class JobDone:
    """The job did its work; `variables` are its result."""

    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobFailed:
    """The job did not do its work and will not be tried again by itself: an incident opens."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class JobError:
    """The job ended in a business error that the diagram may catch."""

    bpmn_error_code: str
    variables: Variables = field(default_factory=dict)


def start(
    program: Program,
    variables: Variables,
    context: Context,
    *,
    process: str | None = None,
    event: str | None = None,
) -> Step:
    """Starts an instance of the program's entry process, or of `process`.

    It begins at its plain start events; where it has none, at its only other start event, or at `event`
    (the id of a start event): then `variables` are what that event brings, through its output mappings.
    Raises KeyError (no such process), NothingWaits (no such start), BudgetExceeded, ValueInvalid.
    """
    definition = program.processes[process or program.entry]
    run = Run(program, State(next_id=ROOT), context)
    given = _accepted(variables, context, definition.id)
    scope = run.add_scope(Scope(run.new_id(), "process", definition.id))
    if event is None and definition.starts.get(None):
        scope.variables.update(given)
        _open_root(run, scope, definition.starts[None])
    else:
        _open_root(run, scope, (_start_event(definition, event).id,))
        next(iter(run.state.tokens.values())).result = given
    return _settled(run)


def complete(program: Program, stored: bytes, task_id: int, variables: Variables, context: Context) -> Step:
    """Completes an open user task with these variables. Raises TaskNotOpen and what all commands raise."""
    run = _loaded(program, stored, context)
    wait = run.state.waits.get(task_id)
    if wait is None or wait.kind != "task" or wait.token is None:
        raise TaskNotOpen(task_id)
    _finish(run, wait, _accepted(variables, context, wait.element))
    return _settled(run)


def fire(program: Program, stored: bytes, timer_id: int, context: Context) -> Step:
    """The timer is due. Raises NothingWaits if it has fired or was cancelled."""
    run = _loaded(program, stored, context)
    events.trigger(run, _wait(run, timer_id, "timer"), {})
    return _settled(run)


def correlate(
    program: Program, stored: bytes, message_name: str, key: str | None, payload: Variables, context: Context
) -> Step:
    """Gives a message to the subscription of this name and key. Raises NothingWaits if there is none."""
    run = _loaded(program, stored, context)
    if not events.receive_message(run, message_name, key, _accepted(payload, context, message_name)):
        raise NothingWaits(f"message {message_name!r} with key {key!r}")
    return _settled(run)


def signal(program: Program, stored: bytes, name: str, payload: Variables, context: Context) -> Step:
    """Gives a signal to all its subscriptions. Raises NothingWaits if there is none."""
    run = _loaded(program, stored, context)
    if not events.broadcast(run, name, _accepted(payload, context, name)):
        raise NothingWaits(f"signal {name!r}")
    return _settled(run)


def resolve(
    program: Program, stored: bytes, job_id: int, outcome: JobDone | JobFailed | JobError, context: Context
) -> Step:
    """The outcome of a job. Raises NothingWaits if the job is not open any more."""
    run = _loaded(program, stored, context)
    wait = _wait(run, job_id, "job")
    if isinstance(outcome, JobDone):
        _finish(run, wait, _accepted(outcome.variables, context, wait.element))
    elif isinstance(outcome, JobFailed):
        close(run, wait, Closing.COMPLETED)
        refused = failed_job(outcome.code, outcome.message)
        run.fail(_token(run, wait), "work", refused.code, refused.words)
    else:
        _raise_error(run, wait, outcome.bpmn_error_code, _accepted(outcome.variables, context, wait.element))
    return _settled(run)


def retry(
    program: Program, stored: bytes, incident_id: int, context: Context, variables: Variables | None = None
) -> Step:
    """Tries the failed step again, after `variables` have been corrected. Raises NothingWaits."""
    run = _loaded(program, stored, context)
    failure = run.state.failures.get(incident_id)
    if failure is None:
        raise NothingWaits(f"incident {incident_id}")
    token = run.state.tokens[failure.token]
    run.resolve_failure(token)
    if failure.phase == "enter":  # its input mappings are done again, from what the scopes hold
        token.locals.clear()
    merge(_correctable(run, token, failure.phase), _accepted(variables or {}, context, token.element))
    run.schedule(token, failure.phase)
    return _settled(run)


def cancel(program: Program, stored: bytes, context: Context) -> Step:
    """Ends the instance; everything open is cancelled."""
    run = _loaded(program, stored, context)
    if ROOT in run.state.scopes:
        cancel_scope_waits(run, ROOT)
        clear(run, ROOT)
        run.remove_scope(run.state.scopes[ROOT])
    return _settled(run)


def _loaded(program: Program, stored: bytes, context: Context) -> Run:
    return Run(program, load(stored), context)


def _settled(run: Run) -> Step:
    settle(run)
    return run.out.step(dump(run.state), ended=ROOT not in run.state.scopes)


def _accepted(variables: Variables, context: Context, element: str) -> dict[str, Value]:
    """The variables as given, if they are FEEL values within the budget."""
    if encoded_size(variables) > context.budgets.payload_bytes:
        raise BudgetExceeded(element, "bytes of variables", context.budgets.payload_bytes)
    return dict(variables)


def _open_root(run: Run, scope: Scope, starts: tuple[str, ...]) -> None:
    try:
        open_process(run, scope, starts)
    except Stuck as failure:  # no token exists yet that could carry an incident
        raise ExpressionFailed(scope.process, failure.code, failure.words.en) from failure


def _start_event(definition: Process, event: str | None) -> Node:
    """The start event `event`, or the only one there is. Raises NothingWaits."""
    events_there = [node for node in definition.start_events() if event in (None, node.id)]
    if len(events_there) != 1:
        raise NothingWaits(f"start event {event or ''} of process {definition.id}")
    return events_there[0]


def _wait(run: Run, wait_id: int, kind: str) -> Wait:
    wait = run.state.waits.get(wait_id)
    if wait is None or wait.kind != kind:
        raise NothingWaits(f"{kind} {wait_id}")
    return wait


def _token(run: Run, wait: Wait) -> Token:
    assert wait.token is not None
    return run.state.tokens[wait.token]


def _finish(run: Run, wait: Wait, result: dict[str, Value]) -> None:
    """The task or job of `wait` is done."""
    token = _token(run, wait)
    close(run, wait, Closing.COMPLETED)
    token.result = result
    run.schedule(token, "complete")


def _correctable(run: Run, token: Token, phase: str) -> list[MutableMapping[str, Value]]:
    """Where corrected variables go: before the inputs are mapped the activity has none of its own."""
    return list(run.scope_layers(token.scope) if phase == "enter" else run.layers(token))


def _raise_error(run: Run, wait: Wait, code: str, variables: dict[str, Value]) -> None:
    token = _token(run, wait)
    close(run, wait, Closing.COMPLETED)
    try:
        faults.throw_error(run, token, code, variables)
    except Stuck:
        refused = uncaught_error(code)
        run.fail(token, "work", refused.code, refused.words)
