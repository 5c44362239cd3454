"""One core in a comparison: its running instances, and what a person would see of them, from the steps alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine import runtime
from engine.bpmn.program import Program
from engine.errors import BudgetExceeded
from engine.reference.held import HeldCore
from engine.reference.session import ReferenceProgram
from engine.reference.sharing import Sharing
from engine.runtime.commands import JobDone
from engine.runtime.step import Context, Step, Thrown
from engine.values import Value, Variables

#: Jobs of one act, done one after the other.
MOST_JOBS = 500


class Open(NamedTuple):
    """Something that is open, as both cores name it. `kind`: "task", "timer" or "message"; `about`: the item
    of the process around it, with the key of a message."""

    kind: str
    process: str
    element: str
    about: str


@dataclass(slots=True)
class Instance:
    """One process instance on one core. `items`: scope -> the item that its process is about."""

    process: str
    item: str = ""
    state: bytes = b""
    ended: bool = False
    open: dict[tuple[str, int], Open] = field(default_factory=dict)
    messages: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    items: dict[int, str] = field(default_factory=dict)
    properties: dict[Open, Mapping[str, str]] = field(default_factory=dict)
    incidents: tuple[tuple[str, str], ...] = ()

    def first(self, wanted: Open) -> int:
        """The number of the oldest open thing of this name."""
        return min(number for (_, number), one in self.open.items() if one == wanted)

    def seen(self) -> Counter[Open]:
        return Counter(self.open.values())


@dataclass(slots=True)
class Side:
    """One core with its instances. `thrown`: what the last act threw outside."""

    program: Program
    commands: Any
    compiled: Any
    context: Context
    does_jobs: bool
    instances: list[Instance] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)

    def start(self, process: str, variables: Variables, item: str = "") -> None:
        """A new instance. Raises what the core raises."""
        instance = Instance(process, item)
        self.instances.append(instance)
        self.thrown = []
        self._take(instance, self.commands.start(self.compiled, variables, self.context, process=process))

    def do(self, index: int, act: Open, variables: Variables) -> None:
        """One act on the instance of this index. Raises what the core raises."""
        instance, number = self.instances[index], self.instances[index].first(act)
        self.thrown = []
        command: dict[str, Callable[[], Step]] = {
            "task": lambda: self.commands.complete(self.compiled, instance.state, number, variables, self.context),
            "timer": lambda: self.commands.fire(self.compiled, instance.state, number, self.context),
            "message": lambda: self.commands.correlate(
                self.compiled, instance.state, *instance.messages[number], variables, self.context
            ),
        }
        step = command[act.kind]()
        if act.kind == "timer":
            del instance.open["timer", number]
        self._take(instance, step)

    def _take(self, instance: Instance, step: Step) -> None:
        jobs: list[int] = []
        for _ in range(MOST_JOBS):
            self._note(instance, step)
            jobs = [job for job in jobs if job not in step.jobs_cancelled] + [job.id for job in step.jobs]
            if not (jobs and self.does_jobs):
                return
            step = runtime.resolve(self.program, instance.state, jobs.pop(0), JobDone(), self.context)
        raise BudgetExceeded(instance.process, "jobs of one act", MOST_JOBS)

    def _note(self, instance: Instance, step: Step) -> None:
        instance.state, instance.ended = step.state, step.ended
        for scope in step.scopes_opened:
            item = scope.inputs.get("item")
            around = instance.items.get(scope.parent, instance.item)
            instance.items[scope.scope] = item if isinstance(item, str) else around
        for task in step.opened:
            opened = Open("task", task.process, task.element, self._about(instance, task.scope))
            instance.open["task", task.id] = opened
            instance.properties[opened] = task.properties
        for timer in step.timers_set:
            process = self._process_of(timer.element)
            instance.open["timer", timer.id] = Open("timer", process, timer.element, self._about(instance, timer.scope))
        for heard in step.subscriptions_opened:
            if heard.kind == "message":
                instance.messages[heard.id] = (heard.name, heard.key)
                about = f"{heard.name} {heard.key or ''}".strip()
                instance.open["message", heard.id] = Open(
                    "message", self._process_of(heard.element), heard.element, about
                )
        self._forget(instance, step)
        self.thrown += step.thrown
        instance.incidents += tuple((one.element, one.message.en) for one in step.incidents)

    def _forget(self, instance: Instance, step: Step) -> None:
        gone = [("task", closed.id) for closed in step.closed]
        gone += [("timer", number) for number in step.timers_cancelled]
        gone += [("message", number) for number in step.subscriptions_closed]
        for place in gone:
            instance.open.pop(place, None)

    def _about(self, instance: Instance, scope: int) -> str:
        return instance.items.get(scope, instance.item)

    def _process_of(self, element: str) -> str:
        """The first process of the program that has the element."""
        return next((each.id for each in self.program.processes.values() if element in each.nodes), "")

    def variables(self, index: int) -> tuple[Mapping[str, Value], ...]:
        """The variables of the process, as each branch sees them: one view on our core."""
        state = self.instances[index].state
        if isinstance(self.commands, HeldCore):
            return self.commands.branches(state)
        return (runtime.snapshot(state).variables,)


def ours(program: Program, context: Context) -> Side:
    """Our core; its jobs are done at once, as the reference core does machine tasks."""
    return Side(program, runtime, program, context, does_jobs=True)


def theirs(program: ReferenceProgram, context: Context, sharing: Sharing | None = None) -> Side:
    """The reference core."""
    return Side(program.program, HeldCore(sharing), program, context, does_jobs=False)
