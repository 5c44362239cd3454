"""What each kind of task does once it is entered."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.bpmn.program import LONE, Computed, Event, Node, Slot
from engine.bpmn.timers import TimerTextInvalid, add_span, moment_of, parse_span
from engine.errors import BpmnErrorThrown
from engine.expressions import SLEPT
from engine.runtime import faults
from engine.runtime.codec import checked
from engine.runtime.conversation import sent_key
from engine.runtime.decisions import written
from engine.runtime.due import to_utc
from engine.runtime.run import Run, Thrown
from engine.runtime.state import Token, Wait
from engine.runtime.step import DecisionMade, Job, UserTask
from engine.runtime.stuck import missing_decision, needs
from engine.runtime.texts import as_text
from engine.runtime.variables import evaluate, key_text, text
from engine.runtime.waits import arm, plan
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions import Script

DEFAULT_PRIORITY = 50
DEFAULT_RETRIES = 3


def pass_through(run: Run, token: Token, node: Node) -> str:
    """Manual and abstract tasks, and machine tasks that name no work."""
    return "complete"


def open_user_task(run: Run, token: Token, node: Node) -> None:
    """Opens the task for people; every expression of its assignment is evaluated now."""
    task = describe_user_task(run, token, node, run.state.next_id)
    wait = Wait(run.new_id(), "task", token.scope, token.id, node.id)
    run.add_wait(wait)
    token.phase = "active"
    run.out.wait_opened(wait, task)


def start_machine_task(run: Run, token: Token, node: Node) -> str | None:
    """A script, a decision, a thrown message or a job, whichever the element names."""
    if node.job is not None:
        open_job(run, token, node)
    elif node.decision is not None:
        _decide(run, token, node.decision)
    elif node.script is not None:
        compute(run, token, node.script)
    elif node.code is not None:
        _run_code(run, token, node.code)
    else:
        if node.type == "sendTask" and node.event is not None:
            run.thrown.append(sending(run, token, node, node.event))
        return "complete"
    return None


def open_job(run: Run, token: Token, node: Node) -> None:
    """Hands work to a machine."""
    assert node.job is not None
    kind = text(run, token, node.job.type)
    retries = DEFAULT_RETRIES if node.job.retries is None else _number(run, token, node.job.retries)
    wait = Wait(run.new_id(), "job", token.scope, token.id, node.id)
    run.add_wait(wait)
    token.phase = "active"
    scope = run.process_scope(token.scope)
    inputs = dict(token.locals)
    run.out.wait_opened(wait, Job(wait.id, scope, node.id, kind, inputs, retries, node.job.headers))


def receive(run: Run, token: Token, node: Node) -> str | None:
    """Receive tasks and intermediate catch events wait for their event."""
    planned = plan(run, token, node)
    if not planned:
        return "complete"
    token.phase = "active"
    for each in planned:
        arm(run, each)
    return None


def sending(run: Run, token: Token, node: Node, event: Event) -> Thrown:
    """The message or signal that the event throws, every expression evaluated. Raises Stuck."""
    name, key = text(run, token, event.name), key_text(run, token, event.key)
    scope, along = run.process_scope(token.scope), payload(run, token, event)
    if event.properties:
        key = sent_key(run, token.scope, event, along)
    return Thrown(event.kind, scope, node.id, name, key, along)


def payload(run: Run, token: Token, event: Event) -> dict[str, Value]:
    """What goes along with an event that is thrown: the context that it says, else the input mappings."""
    if event.payload is None:
        return dict(token.locals)
    value = checked(evaluate(run, token, event.payload))
    return dict(value) if isinstance(value, dict) else {LONE: value}


def _decide(run: Run, token: Token, said: Computed) -> None:
    name = text(run, token, said.slot)
    decisions = run.program.decisions.get(name)
    if decisions is None:
        raise missing_decision(name)
    outcome = decisions.evaluate(name, run.variables(token), run.context)
    process, file = run.process_of(token.scope).id, decisions.decision(name).file
    run.out.decided(DecisionMade(run.process_scope(token.scope), token.element, process, file, name, outcome))
    token.result = written(said, decisions, name, outcome)
    run.schedule(token, "complete", at_once=True)


def compute(run: Run, token: Token, said: Computed) -> None:
    """The value of an expression goes into its variable."""
    _give(run, token, said, evaluate(run, token, said.slot))


def _run_code(run: Run, token: Token, code: Script) -> None:
    """A script of several statements: what it assigns is its result; a BPMN error it throws may be caught."""
    try:
        assigned = code.run(run.variables(token), run.context)
    except BpmnErrorThrown as error:
        error.variables.pop(SLEPT, None)  # an error does not wait
        faults.throw_error(run, token, error.code, error.variables, error.message)
        return
    seconds = assigned.pop(SLEPT, 0)
    token.result = {name: checked(value) for name, value in assigned.items()}
    if seconds:
        _rest(run, token, seconds)
    else:
        run.schedule(token, "complete", at_once=True)


def _rest(run: Run, token: Token, seconds: Value) -> None:
    """The script wants to have slept so long: it counts as done when that time has passed."""
    token.phase = "active"
    due = run.context.now + timedelta(microseconds=int(seconds * 1_000_000))
    arm(run, Wait(0, "timer", token.scope, token.id, token.element, due=due))


def _give(run: Run, token: Token, said: Computed, value: Value) -> None:
    token.result = {said.variable: checked(value)} if said.variable else {}
    run.schedule(token, "complete", at_once=True)


def describe_user_task(run: Run, token: Token, node: Node, number: int) -> UserTask:
    """The task as the outside sees it, under this id. Raises Stuck."""
    said = node.assigned
    assert said is not None
    return UserTask(
        id=number,
        scope=run.process_scope(token.scope),
        element=node.id,
        name=node.name,
        process=node.process,
        candidate_groups=_names(run, token, said.candidate_groups),
        candidate_users=_names(run, token, said.candidate_users),
        assignee=_optional_text(run, token, said.assignee),
        form_key=_optional_text(run, token, said.form_key),
        due=_moment(run, token, said.due),
        follow_up=_moment(run, token, said.follow_up),
        priority=DEFAULT_PRIORITY if said.priority is None else _number(run, token, said.priority),
        properties={name: as_text(evaluate(run, token, slot)) for name, slot in node.properties},
    )


def _names(run: Run, token: Token, slot: Slot | None) -> tuple[str, ...]:
    """Groups or users: a list of texts and of such lists, or one text with commas. Raises Stuck, for null too:
    a task that names a group by an expression must not open for nobody."""
    if slot is None:
        return ()
    value = evaluate(run, token, slot)
    names = value.split(",") if isinstance(value, str) else value
    if slot.parts and isinstance(names, list):
        names = [name for each in names for name in (each if isinstance(each, list) else [each])]
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise needs("文本或文本列表", "a text or a list of texts", slot.text, value)
    return tuple(each.strip() for each in names if each.strip())


def _optional_text(run: Run, token: Token, slot: Slot | None) -> str | None:
    value = None if slot is None else evaluate(run, token, slot)
    return None if value is None else as_text(value)


def _moment(run: Run, token: Token, slot: Slot | None) -> datetime | None:
    """A date; a text that is a duration counts from now, as Camunda 7 and Flowable have it. Raises Stuck."""
    value = None if slot is None else evaluate(run, token, slot)
    if slot is None or value is None:
        return None
    try:
        if isinstance(value, str) and value.strip().startswith("P"):
            return to_utc(add_span(run.context.now, parse_span(value)), run.context)
        return to_utc(moment_of(value), run.context)
    except TimerTextInvalid:
        raise needs("日期时间", "a date and time", slot.text, value) from None


def _number(run: Run, token: Token, slot: Slot) -> int:
    value = evaluate(run, token, slot)
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and value % 1 == 0:
        return int(value)
    raise needs("整数", "a whole number", slot.text, value)
