"""What can be done to a process instance. Every command is a pure function of values and gives a Step.

The state goes in and comes out as bytes; nothing is kept between commands. A command that raises has
changed nothing. All of them raise BudgetExceeded, ValueInvalid (a variable is no FEEL value), StateInvalid
and StateFromNewerVersion besides what they say themselves.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.bpmn.program import Node, Process, Program
from engine.errors import BudgetExceeded, CannotSkip, ExpressionFailed, NothingWaits, TaskNotOpen, ValueInvalid
from engine.runtime import events, faults, flow, loops
from engine.runtime.codec import encoded_size
from engine.runtime.conversation import received
from engine.runtime.machine import settle
from engine.runtime.run import Run
from engine.runtime.scopes import cancel_scope_waits, clear, open_process
from engine.runtime.state import ROOT, Scope, Token, Wait
from engine.runtime.step import Closing, Context, Step
from engine.runtime.stored import dump, empty, load
from engine.runtime.stuck import Stuck, failed_job
from engine.runtime.variables import merge
from engine.runtime.waits import arm, close, timer_due
from engine.values import ClockMark, Value, Variables


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

    It begins at its plain start events; where it has none, at its only other beginning, or at `event`: a start
    event, an instantiating receive task, or an event behind an instantiating gateway. Then `variables` are what
    that event brings, through its output mappings. Started without `event`, an instantiating gateway waits.
    Raises KeyError (no such process), NothingWaits (no such start), BudgetExceeded, ValueInvalid.
    """
    definition = program.processes[process or program.entry]
    run = Run(program, empty(), context)
    given = _accepted(variables, context, definition.id)
    scope = run.add_scope(Scope(run.new_id(), "process", definition.id))
    plain = () if event is not None else definition.starts.get(None) or _gateways(definition)
    if plain:
        scope.variables.update(given)
        _open_root(run, scope, plain)
    else:
        _open_by_event(run, scope, _beginning(definition, event), given)
    return settled(run)


def complete(program: Program, stored: bytes, task_id: int, variables: Variables, context: Context) -> Step:
    """Completes an open user task with these variables. Raises TaskNotOpen and what all commands raise."""
    run = resumed(program, stored, context)
    wait = run.state.waits.get(task_id)
    if wait is None or wait.kind != "task" or wait.token is None:
        raise TaskNotOpen(task_id)
    _finish(run, wait, _accepted(variables, context, wait.element))
    return settled(run)


def fire(program: Program, stored: bytes, timer_id: int, context: Context) -> Step:
    """The timer is due. Raises NothingWaits if it has fired or was cancelled."""
    run = resumed(program, stored, context)
    events.trigger(run, _wait(run, timer_id, "timer"), {})
    return settled(run)


def correlate(
    program: Program, stored: bytes, message_name: str, key: str | None, payload: Variables, context: Context
) -> Step:
    """Gives a message to the subscription of this name and key. Raises NothingWaits if there is none."""
    run = resumed(program, stored, context)
    if not events.receive_message(run, message_name, key, _accepted(payload, context, message_name)):
        raise NothingWaits(f"message {message_name!r} with key {key!r}")
    return settled(run)


def signal(program: Program, stored: bytes, name: str, payload: Variables, context: Context) -> Step:
    """Gives a signal to all its subscriptions. Raises NothingWaits if there is none."""
    run = resumed(program, stored, context)
    if not events.broadcast(run, name, _accepted(payload, context, name)):
        raise NothingWaits(f"signal {name!r}")
    return settled(run)


def resolve(
    program: Program, stored: bytes, job_id: int, outcome: JobDone | JobFailed | JobError, context: Context
) -> Step:
    """The outcome of a job. Raises NothingWaits if the job is not open any more."""
    run = resumed(program, stored, context)
    wait = _wait(run, job_id, "job")
    if isinstance(outcome, JobDone):
        _finish(run, wait, _accepted(outcome.variables, context, wait.element))
    elif isinstance(outcome, JobFailed):
        close(run, wait, Closing.COMPLETED)
        refused = failed_job(outcome.code, outcome.message)
        run.fail(_token(run, wait), "work", refused.code, refused.words)
    else:
        _raise_error(run, wait, outcome.bpmn_error_code, _accepted(outcome.variables, context, wait.element))
    return settled(run)


def retry(
    program: Program, stored: bytes, incident_id: int, context: Context, variables: Variables | None = None
) -> Step:
    """Tries the failed step again, after `variables` have been corrected. Raises NothingWaits."""
    run = loaded(program, stored, context)
    failure = run.state.failures.get(incident_id)
    if failure is None:
        raise NothingWaits(f"incident {incident_id}")
    token = run.state.tokens[failure.token]
    run.resolve_failure(token)
    # given by the loop, or to undo with
    given_before = loops.is_instance(run, token, run.node(token)) or token.thrower is not None
    if failure.phase in ("enter", "begin") and not given_before:
        token.locals.clear()  # its input mappings are done again, from what the scopes hold
    merge(_correctable(run, token, failure.phase), _accepted(variables or {}, context, token.element))
    run.schedule(token, failure.phase)
    return settled(run)


def skip(
    program: Program, stored: bytes, incident_id: int, context: Context, variables: Variables | None = None
) -> Step:
    """Passes over the failed element: its token goes on as if the element had completed with `variables`.

    Raises NothingWaits, and CannotSkip where the way on is what failed (then correct the variables, or modify).
    """
    run = loaded(program, stored, context)
    failure = run.state.failures.get(incident_id)
    if failure is None:
        raise NothingWaits(f"incident {incident_id}")
    token = run.state.tokens[failure.token]
    if failure.phase not in ("enter", "begin", "work", "complete", "write"):
        raise CannotSkip(token.element)
    given = _accepted(variables or {}, context, token.element)
    run.resolve_failure(token)
    if failure.phase in ("complete", "write"):  # its output mappings failed: what is given stands for them
        merge(run.scope_layers(token.scope), given)
        flow.pass_over(run, token)
    else:
        token.result = given
        run.schedule(token, "complete")
    return settled(run)


def set_variables(program: Program, stored: bytes, variables: Variables, context: Context, scope: int = ROOT) -> Step:
    """Writes variables into a scope, as a person who repairs a case does; conditional events see the change.

    Raises NothingWaits if the scope is not open.
    """
    run = loaded(program, stored, context)
    if scope not in run.state.scopes:
        raise NothingWaits(f"scope {scope}")
    run.state.scopes[scope].variables.update(_accepted(variables, context, ""))
    return settled(run)


def reschedule(program: Program, stored: bytes, context: Context) -> Step:
    """Works out the waiting timers anew, as if each were set when it was, with the calendar of `context`.

    Those that change are cancelled and set again under a new id; the others stay. Marks of legal clocks are the
    caller's. A timer of a first state version, of which the moment of setting is not known, stays too.
    """
    run = loaded(program, stored, context)
    for wait in [each for each in run.state.waits.values() if each.kind == "timer" and each.since is not None]:
        due = _due_again(run, wait)
        if due is not None and due != wait.due:
            close(run, wait, Closing.CANCELLED)
            arm(run, replace(wait, due=due))
    return settled(run)


def _due_again(run: Run, wait: Wait) -> datetime | None:
    """When the timer is due now; None for a clock's mark, for one that has fired before (`since` is gone then),
    and for one whose expression gives no time any more."""
    event = run.element(wait.scope, wait.element).events[wait.index]
    if event.timer is None or isinstance(wait.due, ClockMark) or wait.since is None:
        return None
    holder = Token(0, wait.scope, wait.element) if wait.token is None else run.state.tokens[wait.token]
    try:
        due = timer_due(run, holder, event, replace(run.context, now=wait.since))
    except (Stuck, ExpressionFailed):
        return None
    return due.at if isinstance(due.at, datetime) else None


def cancel(program: Program, stored: bytes, context: Context) -> Step:
    """Ends the instance; everything open is cancelled."""
    run = loaded(program, stored, context)
    if ROOT in run.state.scopes:
        cancel_scope_waits(run, ROOT)
        clear(run, ROOT)
        run.remove_scope(run.state.scopes[ROOT])
    return settled(run)


def loaded(program: Program, stored: bytes, context: Context) -> Run:
    """A command begins: the working copy of the state. Raises StateInvalid, StateFromNewerVersion."""
    return Run(program, load(stored), context)


def resumed(program: Program, stored: bytes, context: Context) -> Run:
    """As `loaded`, for a command that only goes on: all that a condition can depend on, but for the time, is as it
    was when it was last asked."""
    run = loaded(program, stored, context)
    if program.read_by_conditions.names is not None:
        run.dirty, run.written = False, set()
    return run


def settled(run: Run) -> Step:
    """A command ends: the instance runs to quiescence."""
    settle(run)
    ended = ROOT not in run.state.scopes
    stored = dump(run.state)
    if len(stored) > run.context.budgets.state_bytes:  # what elements write themselves is bounded only here
        raise BudgetExceeded(run.last_element, "bytes of state", run.context.budgets.state_bytes)
    return run.out.step(stored, ended=ended, variables=run.result if ended else None)


def _accepted(variables: Variables, context: Context, element: str) -> dict[str, Value]:
    """The variables as given, if they are FEEL values within the budget; names with "@" are the engine's own."""
    if encoded_size(variables) > context.budgets.payload_bytes:
        raise BudgetExceeded(element, "bytes of variables", context.budgets.payload_bytes)
    if any(name.startswith("@") for name in variables):
        raise ValueInvalid('a variable whose name begins with "@"')
    return dict(variables)


def _open_root(run: Run, scope: Scope, starts: tuple[str, ...]) -> None:
    try:
        open_process(run, scope, starts)
    except Stuck as failure:  # no token exists yet that could carry an incident
        raise ExpressionFailed(scope.process, failure.code, failure.words) from failure


def _open_by_event(run: Run, scope: Scope, node: Node, given: dict[str, Value]) -> None:
    """The process begins because `node` has happened; of a gateway that needs all its events, the others wait."""
    _open_root(run, scope, (node.id,))
    token = next(iter(run.state.tokens.values()))
    if node.event is not None:
        received(run, scope.id, node.event, given)
    token.result = node.event.kept(given) if node.event else given
    gateway = _instantiating_gateway(run.process_of(scope.id), node)
    if gateway is not None and gateway.all_events:
        for flow in gateway.outgoing:
            if flow.target != node.id:
                run.schedule(run.add_token(scope.id, flow.target), "enter")
    if node.type != "startEvent":  # it has happened: nothing is waited for
        run.log("entered", scope.id, node)
        run.schedule(token, "complete")


def _gateways(definition: Process) -> tuple[str, ...]:
    """Instantiating gateways, where nothing says which of their events has happened: they wait for them."""
    if len(definition.beginnings()) == 1:
        return ()
    return tuple(node.id for node in definition.nodes.values() if _is_instantiating_gateway(node))


def _instantiating_gateway(definition: Process, node: Node) -> Node | None:
    sources = (definition.nodes[each] for each in definition.before.get(node.id, ()))
    return next((each for each in sources if _is_instantiating_gateway(each)), None)


def _is_instantiating_gateway(node: Node) -> bool:
    return node.instantiates and node.type == "eventBasedGateway" and node.container is None and not node.incoming


def _beginning(definition: Process, event: str | None) -> Node:
    """The beginning `event`, or the only one there is. Raises NothingWaits."""
    there = [node for node in definition.beginnings() if event in (None, node.id)]
    if len(there) != 1:
        raise NothingWaits(f"start event {event or ''} of process {definition.id}")
    return there[0]


def _wait(run: Run, wait_id: int, kind: str) -> Wait:
    wait: Wait | None = run.state.waits.get(wait_id)
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
    return run.scope_layers(token.scope) if phase in ("enter", "begin") else run.layers(token)


def _raise_error(run: Run, wait: Wait, code: str, variables: dict[str, Value]) -> None:
    token = _token(run, wait)
    close(run, wait, Closing.COMPLETED)
    try:
        faults.throw_error(run, token, code, variables)
    except Stuck as refused:
        run.fail(token, "work", refused.code, refused.words)
