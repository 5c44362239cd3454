"""The reference core: SpiffWorkflow behind our own commands. For comparison, never for real cases.

It has `start`, `complete`, `fire` and `correlate`. Machine tasks are done at once and give nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.bpmn import compile_program as compile_ours
from engine.bpmn.program import Node, Program
from engine.errors import NothingWaits, NotInReferenceCore, StateInvalid, TaskNotOpen
from engine.reference.script_engine import ScriptEngine, ThrownMessage, apply, read_data, replace, written
from engine.reference.translate import Translation, translate
from engine.runtime.due import due_of
from engine.runtime.step import (
    Closing,
    Context,
    Step,
    Subscription,
    TaskClosed,
    Thrown,
    TimerSet,
    UserTask,
)
from engine.values import Value, Variables

#: There is one scope for all: the reference core has no scopes of ours.
SCOPE = 1


@dataclass(frozen=True, slots=True)
class ReferenceProgram:
    """A program translated and parsed for the reference core."""

    program: Program
    translation: Translation
    specs: Mapping[str, Any] = field(repr=False)  # SpiffWorkflow's process specs by name


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """What stands in a state: open user tasks as (id, process, element), the variables, whether it ended."""

    tasks: tuple[tuple[int, str, str], ...]
    variables: Mapping[str, Value]
    ended: bool


def compile_program(files: Mapping[str, bytes], entry: str) -> ReferenceProgram:
    """The same files, for the reference core. Raises DefinitionInvalid, NotInReferenceCore."""
    from SpiffWorkflow.bpmn.parser import BpmnParser

    program = compile_ours(files, entry)
    translation = translate(program)
    parser = BpmnParser()
    parser.add_bpmn_str(translation.xml)
    return ReferenceProgram(program, translation, parser.find_all_specs())


def start(program: ReferenceProgram, variables: Variables, context: Context, *, process: str | None = None) -> Step:
    """Starts the entry process, or `process`. Raises KeyError, ExpressionFailed."""
    from SpiffWorkflow.bpmn import BpmnWorkflow

    name = program.translation.processes[process or program.program.entry]
    engine = ScriptEngine(program.program, program.translation.nodes, context)
    workflow = BpmnWorkflow(program.specs[name], dict(program.specs), script_engine=engine)
    workflow.task_tree.data = written(variables)
    return _Session(program, engine, workflow, {}, 1).settled()


def complete(program: ReferenceProgram, state: bytes, task_id: int, variables: Variables, context: Context) -> Step:
    """Completes an open user task. Raises TaskNotOpen."""
    session = _restored(program, state, context)
    task = session.task(task_id)
    if task is None or session.node(task).type != "userTask":
        raise TaskNotOpen(task_id)
    node, given = session.node(task), read_data(task.data)
    replace(task, apply(node, variables, given, session.engine.inputs(node, given), context))
    task.run()
    return session.settled()


def fire(program: ReferenceProgram, state: bytes, timer_id: int, context: Context) -> Step:
    """The timer is due. Raises NothingWaits."""
    session = _restored(program, state, context)
    task = session.task(timer_id)
    if task is None or session.kind(task) != "timer":
        raise NothingWaits(f"timer {timer_id}")
    session.fired = timer_id
    session.catch(task, {})
    return session.settled()


def correlate(
    program: ReferenceProgram,
    state: bytes,
    message_name: str,
    key: str | None,
    payload: Variables,
    context: Context,
) -> Step:
    """Gives a message to the event that waits for this name and key. Raises NothingWaits."""
    session = _restored(program, state, context)
    if not session.deliver(message_name, key, payload):
        raise NothingWaits(f"message {message_name!r} with key {key!r}")
    return session.settled()


def unavailable(*_: object, **__: object) -> Step:
    """Every other command. Raises NotInReferenceCore."""
    raise NotInReferenceCore("the reference core has start, complete, fire and correlate")


resolve = retry = cancel = signal = modify = migrate = reschedule = unavailable


def snapshot(program: ReferenceProgram, state: bytes, context: Context) -> ReferenceView:
    """What stands in the state. Raises StateInvalid."""
    session = _restored(program, state, context)
    tasks = [(session.number(task), session.node(task)) for task in session.open("task")]
    seen = [(number, node.process, node.id) for number, node in tasks]
    return ReferenceView(tuple(seen), session.variables(), session.workflow.completed)


def _restored(program: ReferenceProgram, state: bytes, context: Context) -> _Session:
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

    try:
        stored = orjson.loads(state)
        workflow = BpmnWorkflowSerializer().deserialize_json(stored["workflow"])
        numbers = {task: (number, kind) for task, (number, kind) in stored["numbers"].items()}
        following = int(stored["next"])
    except (ValueError, KeyError, TypeError, AttributeError) as damage:
        raise StateInvalid(f"no state of the reference core: {damage}") from damage
    engine = ScriptEngine(program.program, program.translation.nodes, context)
    workflow.script_engine = engine
    return _Session(program, engine, workflow, numbers, following)


@dataclass(slots=True)
class _Session:
    """A workflow of the reference core during one command. `numbers`: its task id -> ours and the kind."""

    program: ReferenceProgram
    engine: ScriptEngine
    workflow: Any
    numbers: dict[str, tuple[int, str]]
    following: int
    fired: int | None = None

    def settled(self) -> Step:
        """Runs to quiescence and tells what has changed."""
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

        before = dict(self.numbers)
        outside = list(self._run())
        kinds = {kind: list(self.open(kind)) for kind in ("task", "timer", "message")}
        now = {str(task.id): (self.number(task), kind) for kind, tasks in kinds.items() for task in tasks}
        fresh = {kind: [t for t in tasks if str(t.id) not in before] for kind, tasks in kinds.items()}
        gone = {number: kind for task_id, (number, kind) in before.items() if task_id not in now}
        self.numbers = now
        stored = {
            "workflow": BpmnWorkflowSerializer().serialize_json(self.workflow),
            "numbers": self.numbers,
            "next": self.following,
        }
        return Step(
            state=orjson.dumps(stored),
            opened=tuple(self._user_task(task) for task in fresh["task"]),
            closed=tuple(TaskClosed(id_, Closing.COMPLETED) for id_, kind in gone.items() if kind == "task"),
            timers_set=tuple(self._timer(task) for task in fresh["timer"]),
            timers_cancelled=tuple(id_ for id_, kind in gone.items() if kind == "timer" and id_ != self.fired),
            subscriptions_closed=tuple(id_ for id_, kind in gone.items() if kind == "message"),
            subscriptions_opened=tuple(self._subscription(task) for task in fresh["message"]),
            thrown=tuple(outside),
            ended=self.workflow.completed,
        )

    def _run(self) -> Iterator[Thrown]:
        self.workflow.do_engine_steps()
        while self.engine.thrown:
            message: ThrownMessage = self.engine.thrown.pop(0)
            if not self.deliver(message.name, message.key, message.payload):
                yield Thrown("message", SCOPE, message.node.id, message.name, message.key, message.payload)
            self.workflow.do_engine_steps()

    def node(self, task: Any) -> Node:
        return self.program.translation.nodes[task.task_spec.name]

    def kind(self, task: Any) -> str:
        node = self.node(task)
        return "task" if node.type == "userTask" else node.event.kind if node.event else "none"

    def number(self, task: Any) -> int:
        key = str(task.id)
        if key not in self.numbers:
            self.numbers[key] = (self.following, self.kind(task))
            self.following += 1
        return self.numbers[key][0]

    def open(self, kind: str) -> Iterator[Any]:
        """Tasks of the reference core that wait for a person, a time or a message."""
        from SpiffWorkflow.util.task import TaskState

        wanted = TaskState.READY if kind == "task" else TaskState.WAITING
        for task in self.workflow.get_tasks(state=wanted):
            if task.task_spec.name in self.program.translation.nodes and self.kind(task) == kind:
                yield task

    def task(self, number: int) -> Any:
        waiting = (task for kind in ("task", "timer", "message") for task in self.open(kind))
        return next((task for task in waiting if self.number(task) == number), None)

    def deliver(self, name: str, key: str | None, payload: Variables) -> bool:
        for task in list(self.open("message")):
            event, seen = self.node(task).event, read_data(task.data)
            if event is None or event.name.value(seen, self.engine.context) != name:
                continue
            if self.engine.key(event.key, seen) in (None, key):
                self.catch(task, payload)
                return True
        return False

    def catch(self, task: Any, payload: Variables) -> None:
        """The event has happened."""
        node, given = self.node(task), read_data(task.data)
        replace(task, apply(node, payload, given, {}, self.engine.context))
        task._set_internal_data(event_fired=True)
        task.task_spec._update(task)

    def variables(self) -> dict[str, Value]:
        """At the end what the last task left, before that what the first waiting one sees."""
        if self.workflow.completed:
            return read_data(self.workflow.last_task.data)
        waiting = [task for kind in ("task", "message", "timer") for task in self.open(kind)]
        return read_data(waiting[0].data) if waiting else {}

    def _user_task(self, task: Any) -> UserTask:
        node = self.node(task)
        properties = {name: slot.text for name, slot in node.properties if slot.expression is None}
        return UserTask(self.number(task), SCOPE, node.id, node.name, node.process, properties=properties)

    def _timer(self, task: Any) -> TimerSet:
        node = self.node(task)
        assert node.event is not None
        assert node.event.timer is not None
        value = node.event.timer.slot.value(read_data(task.data), self.engine.context)
        due = due_of(node.event.timer.kind, value, self.engine.context)
        return TimerSet(self.number(task), SCOPE, node.id, due.at)

    def _subscription(self, task: Any) -> Subscription:
        node = self.node(task)
        assert node.event is not None
        seen = read_data(task.data)
        name = str(node.event.name.value(seen, self.engine.context))
        key = self.engine.key(node.event.key, seen)
        return Subscription(self.number(task), SCOPE, node.id, "message", name, key)
