"""A workflow of the reference core during one command: what it waits for, and what has changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from engine.bpmn.program import Node, Program, Slot
from engine.errors import ExpressionFailed, NothingWaits, NotInReferenceCore, StateInvalid, TaskNotOpen
from engine.reference.data import at_the_root, variables_in
from engine.reference.guards import TOO_DEEP, check_gateway, check_length, check_size, part_of
from engine.reference.limits import refused
from engine.reference.parts import Part, Role, Translation
from engine.reference.script_engine import ScriptEngine, ThrownMessage
from engine.reference.sharing import Sharing, reading
from engine.runtime.due import due_of
from engine.runtime.run import MULTI_INSTANCE
from engine.runtime.step import (
    Closing,
    Context,
    LogLine,
    ScopeOpened,
    Step,
    Subscription,
    TaskClosed,
    Thrown,
    TimerSet,
    UserTask,
)
from engine.runtime.texts import as_text
from engine.values import Value, Variables
from engine.words import Words

#: The scope of the process itself; each call has its own.
ROOT = 1
_NO_FLOW = Words("没有成立的分支条件，也没有默认分支", "no condition holds and there is no default branch")
_FAILS = Words("SpiffWorkflow 出错：{why}", "SpiffWorkflow fails: {why}")


@dataclass(frozen=True, slots=True)
class ReferenceProgram:
    """A program translated and parsed for the reference core. `refused`: processes that it does not run."""

    program: Program
    translation: Translation
    specs: Mapping[str, Any] = field(repr=False)  # SpiffWorkflow's process specs by name
    refused: Mapping[str, NotInReferenceCore] = field(default_factory=dict)


class Waiting(NamedTuple):
    """What the reference core waits for. `kind`: "task", "timer", "message" or "conditional"; `number` is ours."""

    number: int
    kind: str
    node: Node
    task: Any


@dataclass(slots=True)
class Session:
    """`numbers`: what is open, its task id and element -> our number and the kind; "scope" for calls."""

    program: ReferenceProgram
    engine: ScriptEngine
    workflow: Any
    numbers: dict[str, tuple[int, str]] = field(default_factory=dict)
    following: int = ROOT + 1
    fired: int | None = None
    log: list[LogLine] = field(default_factory=list)
    steps: int = 0  # tasks that this act has run

    @classmethod
    def new(
        cls,
        program: ReferenceProgram,
        process: str,
        data: Mapping[str, str],
        context: Context,
        sharing: Sharing | None = None,
    ) -> Session:
        """The start of `process`. Raises NotInReferenceCore."""
        from SpiffWorkflow.bpmn import BpmnWorkflow

        _say_nothing()
        if process in program.refused:
            raise program.refused[process]
        engine = ScriptEngine(program.program, program.translation.parts, context, sharing)
        name = program.translation.processes[process]
        try:
            workflow = BpmnWorkflow(program.specs[name], dict(program.specs), script_engine=engine)
        except RecursionError as failure:
            raise NotInReferenceCore(TOO_DEEP.en, process=process, words=TOO_DEEP) from failure
        workflow.task_tree.data = dict(data)
        return cls(program, engine, workflow)

    @classmethod
    def restored(cls, program: ReferenceProgram, state: bytes, context: Context) -> Session:
        """Raises StateInvalid."""
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

        _say_nothing()
        try:
            stored = orjson.loads(state)
            workflow = BpmnWorkflowSerializer().deserialize_json(stored["workflow"])
            numbers = {place: (number, kind) for place, (number, kind) in stored["numbers"].items()}
            following = int(stored["next"])
        except (ValueError, KeyError, TypeError, AttributeError) as damage:
            raise StateInvalid(f"no state of the reference core: {damage}") from damage
        engine = ScriptEngine(program.program, program.translation.parts, context)
        workflow.script_engine = engine
        return cls(program, engine, workflow, numbers, following)

    # -- reading -----------------------------------------------------------------------------------

    def part(self, task: Any) -> Part | None:
        return part_of(self.engine.parts, task)

    def waiting(self) -> list[Waiting]:
        """Everything that waits for a person, a time or a message, oldest first."""
        found = [self._numbered(kind, node, task) for kind, node, task in self._open()]
        return sorted(found, key=lambda each: each.number)

    def _find(self, number: int, kind: str) -> Waiting | None:
        return next((each for each in self.waiting() if each.number == number and each.kind == kind), None)

    def branches(self) -> tuple[dict[str, Value], ...]:
        """The variables of the process, as each open branch sees them: the reference core has one copy per
        branch. After the end what the last task left."""
        if self.workflow.completed:
            return (at_the_root(self.workflow.last_task.data),)
        return tuple(at_the_root(data) for data in self.branch_data())

    def _open(self) -> Iterator[tuple[str, Node, Any]]:
        from SpiffWorkflow.util.task import TaskState

        for task in self.workflow.get_tasks(state=TaskState.READY | TaskState.WAITING):
            part = self.part(task)
            if part is None or part.role is not Role.BODY:
                continue
            node = part.node
            if task.state == TaskState.READY:
                if node.type == "userTask":
                    yield "task", node, task
            elif node.type == "eventBasedGateway":
                process = self.program.program.processes[node.process]
                for flow in node.outgoing:
                    target = process.nodes[flow.target]
                    yield (target.event.kind if target.event else ""), target, task
            elif node.event is not None and node.event.kind in ("timer", "message", "conditional"):
                yield node.event.kind, node, task

    def _numbered(self, kind: str, node: Node, task: Any) -> Waiting:
        return Waiting(self._number(kind, node, task), kind, node, task)

    def _number(self, kind: str, node: Node, task: Any) -> int:
        place = f"{task.id} {node.id}"
        if place not in self.numbers:
            self.numbers[place] = (self.following, kind)
            self.following += 1
        return self.numbers[place][0]

    def _scope(self, task: Any) -> int:
        """The number of the call inside which the task stands; ROOT outside every call."""
        while task.workflow is not self.workflow:
            task = self.workflow.get_task_from_id(task.workflow.parent_task_id)
            part = self.part(task)
            if part is not None and part.role is Role.BODY and part.node.type == "callActivity":
                return self._number("scope", part.node, task)
        return ROOT

    def _calls(self) -> dict[str, ScopeOpened]:
        """The called processes that run, by place."""
        found = {}
        for id_, inner in self.workflow.subprocesses.items():
            task = self.workflow.get_task_from_id(id_)
            part = self.part(task)
            if part is None or part.node.call is None or part.role is not Role.BODY or inner.completed:
                continue
            number, called = self._number("scope", part.node, task), part.node.call.process.text
            inputs = variables_in(inner.task_tree.data)
            found[f"{id_} {part.node.id}"] = ScopeOpened(number, self._scope(task), part.node.id, called, inputs)
        return found

    def branch_data(self) -> Iterator[Mapping[str, str]]:
        """The data of each open branch, as the reference core keeps them."""
        from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
        from SpiffWorkflow.util.task import TaskState

        for task in self.workflow.get_tasks(state=TaskState.READY | TaskState.WAITING | TaskState.STARTED):
            part = self.part(task)
            if isinstance(task.task_spec, UnstructuredJoin):
                arrived = task.workflow.get_tasks(spec_name=task.task_spec.name, state=TaskState.CANCELLED)
                yield from (each.parent.data for each in (task, *arrived))
            elif part is not None and part.node.type != "boundaryEvent" and task.id not in self.workflow.subprocesses:
                yield task.data

    # -- changing ----------------------------------------------------------------------------------

    def at(self, context: Context) -> Session:
        """The same session at another moment."""
        self.engine.context = context
        return self

    def complete(self, task_id: int, variables: Variables) -> None:
        """A user task is done. Raises TaskNotOpen."""
        waiting = self._find(task_id, "task")
        if waiting is None:
            raise TaskNotOpen(task_id)
        self.engine.given(waiting.task, waiting.node, variables)
        waiting.task.run()
        self._completed(waiting.task)

    def fire(self, timer_id: int) -> None:
        """A timer is due. Raises NothingWaits."""
        waiting = self._find(timer_id, "timer")
        if waiting is None:
            raise NothingWaits(f"timer {timer_id}")
        self.fired = timer_id
        self._catch(waiting, {})

    def correlate(self, name: str, key: str | None, payload: Variables) -> None:
        """Gives a message to the oldest event that waits for it. Raises NothingWaits."""
        if not self._deliver(name, key, payload):
            raise NothingWaits(f"message {name!r} with key {key!r}")

    def _catch(self, waiting: Waiting, payload: Variables) -> None:
        """The event has happened."""
        from SpiffWorkflow.bpmn.util.event import BpmnEvent

        task, spec = waiting.task, waiting.task.task_spec
        if waiting.node.type == "userTask" or self.part(task) is None:
            return
        self.engine.given(task, waiting.node, payload)
        definitions = getattr(spec.event_definition, "event_definitions", None)
        if definitions is None:
            task._set_internal_data(event_fired=True)
        else:  # a gateway that waits for the first of several
            name = next(name for name, part in self.engine.parts.items() if part.node is waiting.node)
            definition = next(each for each in definitions if each.name == name)
            spec.catch(task, BpmnEvent(definition))
        spec._update(task)

    def _deliver(self, name: str, key: str | None, payload: Variables) -> bool:
        """False if nothing waits for it."""
        for waiting in self.waiting():
            event, seen = waiting.node.event, self._seen(waiting)
            if waiting.kind != "message" or event is None:
                continue
            if event.name.value(seen, self.engine.context) != name:
                continue
            if self.engine.key(event.key, seen) in (None, key):
                self._catch(waiting, payload)
                return True
        return False

    def stored(self) -> bytes:
        """The state to be kept, as text."""
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

        kept = {
            "workflow": BpmnWorkflowSerializer().serialize_json(self.workflow),
            "numbers": self.numbers,
            "next": self.following,
        }
        return orjson.dumps(kept)

    def settled(self, state: bytes | None = None) -> Step:
        """Runs to quiescence and tells what has changed; with `state` the workflow itself is not stored.

        Raises NotInReferenceCore, ExpressionFailed.
        """
        before = dict(self.numbers)
        outside = tuple(self._run())
        now, calls = self.waiting(), self._calls()
        check_size((self.workflow, *self.workflow.subprocesses.values()), ((each.node, each.task) for each in now))
        self.numbers = {f"{each.task.id} {each.node.id}": (each.number, each.kind) for each in now}
        self.numbers |= {place: (call.scope, "scope") for place, call in calls.items()}
        step = self._step(before, now, calls.values(), outside)
        self.fired, self.log, self.steps = None, [], 0
        return step._replace(state=self.stored() if state is None else state)

    def _step(
        self,
        before: Mapping[str, tuple[int, str]],
        now: list[Waiting],
        calls: Iterable[ScopeOpened],
        outside: tuple[Thrown, ...],
    ) -> Step:
        known = {number for number, _ in before.values()}
        fresh = [each for each in now if each.number not in known]
        gone = {number: kind for place, (number, kind) in before.items() if place not in self.numbers}
        self._ask_of(fresh)
        return Step(
            state=b"",
            opened=tuple(self._user_task(each) for each in fresh if each.kind == "task"),
            closed=tuple(TaskClosed(id_, Closing.COMPLETED) for id_, kind in gone.items() if kind == "task"),
            timers_set=tuple(self._timer(each) for each in fresh if each.kind == "timer"),
            timers_cancelled=tuple(id_ for id_, kind in gone.items() if kind == "timer" and id_ != self.fired),
            subscriptions_closed=tuple(id_ for id_, kind in gone.items() if kind == "message"),
            subscriptions_opened=tuple(self._subscription(each) for each in fresh if each.kind == "message"),
            thrown=outside,
            scopes_opened=tuple(call for call in calls if call.scope not in known),
            scopes_closed=tuple(id_ for id_, kind in gone.items() if kind == "scope"),
            log=tuple(self.log),
            ended=self.workflow.completed,
        )

    def _run(self) -> Iterator[Thrown]:
        self._steps()
        while self.engine.thrown or self._condition_happens():
            if not self.engine.thrown:
                self._steps()
                continue
            message: ThrownMessage = self.engine.thrown.pop(0)
            if not self._deliver(message.name, message.key, message.payload):
                scope = self._scope(message.task)
                yield Thrown("message", scope, message.node.id, message.name, message.key, message.payload)
            self._steps()

    def _condition_happens(self) -> bool:
        """Lets the oldest event happen whose condition is true of what its branch sees (see translate: to the
        reference core it is a message)."""
        for waiting in self.waiting():
            event = waiting.node.event
            if waiting.kind == "conditional" and event is not None and event.condition is not None:
                self._ask_condition(waiting, event.condition)
                try:
                    happens = event.condition.value(self._seen(waiting), self.engine.context) is True
                except ExpressionFailed:  # not yet true, as on our core
                    happens = False
                if happens:
                    self._catch(waiting, {})
                    return True
        return False

    def _ask_condition(self, waiting: Waiting, condition: Slot) -> None:
        if (sharing := self.engine.sharing) is not None:
            engine, node = self.engine, waiting.node
            sharing.asked(
                node, waiting.task.data, lambda data: condition.value(engine.seen(node, data), engine.context) is True
            )

    def _ask_of(self, fresh: Iterable[Waiting]) -> None:
        if (sharing := self.engine.sharing) is not None:
            for each in fresh:
                sharing.asked(each.node, each.task.data, reading(each.node, self.engine.context))

    def _steps(self) -> None:
        from SpiffWorkflow.exceptions import WorkflowException

        try:
            self.workflow.do_engine_steps(self._about_to_run, self._completed)
        except WorkflowException as failure:
            raise self._failed(failure) from failure
        except RecursionError as failure:
            raise NotInReferenceCore(TOO_DEEP.en, words=TOO_DEEP) from failure
        self._forget_interrupted()

    def _failed(self, failure: Exception) -> ExpressionFailed | NotInReferenceCore:
        """No flow that holds is the diagram's fault, anything else the package's."""
        task, spec = getattr(failure, "task", None), getattr(failure, "task_spec", None)
        name = task.task_spec.name if task is not None else getattr(spec, "name", "")
        part = self.program.translation.parts.get(name.removesuffix(".split"))
        if str(failure).startswith("No conditions satisfied"):
            return ExpressionFailed(part.node.id if part else "", "", _NO_FLOW)
        words = _FAILS.fill(why=str(failure)[:200])
        if part is None:
            return NotInReferenceCore(words.en, words=words)
        return refused(part.node, words)

    def _about_to_run(self, task: Any) -> None:
        self.steps += 1
        check_length(self.steps)
        check_gateway(self.engine.program, self.engine.parts, task)

    def _completed(self, task: Any) -> None:
        self._forget_interrupted()
        part = self.part(task)
        if part is None or part.role not in (Role.BODY, Role.LOOP):
            return
        whole = part.role is Role.LOOP
        if whole and task.task_spec.name.endswith(" [child]"):
            return
        kind = MULTI_INSTANCE if whole else part.node.type
        self.log.append(LogLine("completed", self._scope(task), part.node.id, kind, part.node.process))

    def _forget_interrupted(self) -> None:
        """Instances of many whose whole was interrupted: the subprocess around each is ours (see translate),
        and SpiffWorkflow, which has dropped its task, would look for it in vain."""
        while gone := self._orphans():
            for id_ in gone:
                del self.workflow.subprocesses[id_]

    def _orphans(self) -> list[Any]:
        inner = self.workflow.subprocesses
        alive = {id_ for each in (self.workflow, *inner.values()) for id_ in each.tasks}
        return [id_ for id_ in inner if id_ not in alive]

    def _seen(self, waiting: Waiting) -> dict[str, Value]:
        return self.engine.seen(waiting.node, waiting.task.data)

    # -- what the outside sees ---------------------------------------------------------------------

    def _user_task(self, waiting: Waiting) -> UserTask:
        node, seen = waiting.node, variables_in(waiting.task.data)
        properties = {name: as_text(slot.value(seen, self.engine.context)) for name, slot in node.properties}
        return UserTask(
            waiting.number, self._scope(waiting.task), node.id, node.name, node.process, properties=properties
        )

    def _timer(self, waiting: Waiting) -> TimerSet:
        event = waiting.node.event
        assert event is not None
        assert event.timer is not None
        value = event.timer.slot.value(self._seen(waiting), self.engine.context)
        due = due_of(event.timer.kind, value, self.engine.context)
        return TimerSet(waiting.number, self._scope(waiting.task), waiting.node.id, due.at)

    def _subscription(self, waiting: Waiting) -> Subscription:
        event, seen = waiting.node.event, self._seen(waiting)
        assert event is not None
        name, key = str(event.name.value(seen, self.engine.context)), self.engine.key(event.key, seen)
        return Subscription(waiting.number, self._scope(waiting.task), waiting.node.id, "message", name, key)


def _say_nothing() -> None:
    """SpiffWorkflow writes every change of every task to the log, with the variables."""
    for name in ("spiff", "spiff.task", "spiff.workflow"):
        logging.getLogger(name).setLevel(logging.WARNING)
