"""Walks one process on both cores, act by act, and compares what a person would see after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from engine import reference, runtime
from engine.reference.held import HeldCore
from engine.runtime import Context, JobDone, Step
from engine.runtime.stored import dump, load
from tests.engine.runtime.diagrams import MONDAY
from tests.fuzz.drawing import CHOSEN, Drawing

CONTEXT = Context(now=MONDAY)
MOST_ACTS = 40
#: How likely a person goes for another round; none after so many acts.
AGAIN, LAST_ROUND = 0.4, 25
ENDED_BY_ERRORS = {"endEvent", "subProcess", "callActivity", "multiInstance"}

Act = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """`acts` so far, what was compared, and what both cores gave."""

    acts: tuple[str, ...]
    what: str
    ours: object
    theirs: object

    def __str__(self) -> str:
        return f"after {' | '.join(self.acts)}\n{self.what}\n  ours:      {self.ours}\n  reference: {self.theirs}"


def walk(drawing: Drawing, seed: int) -> tuple[int, Difference | None]:
    """How many acts were done, and the first difference."""
    return _Walk(drawing, Random(seed)).run()


@dataclass
class _Core:
    """The open tasks, timers and subscriptions by number, kept from the steps alone."""

    tasks: dict[int, Act] = field(default_factory=dict)
    timers: dict[int, Act] = field(default_factory=dict)
    messages: dict[int, Act] = field(default_factory=dict)
    state: bytes = b""
    ended: bool = False
    thrown: Counter[Act] = field(default_factory=Counter)
    completed: Counter[Act] = field(default_factory=Counter)
    incidents: tuple[str, ...] = ()

    def begin_step(self) -> None:
        self.thrown, self.completed = Counter(), Counter()

    def take(self, step: Step) -> None:
        self.state, self.ended = step.state, step.ended
        for task in step.opened:
            self.tasks[task.id] = ("complete", task.element, task.properties.get("where", ""))
        for timer in step.timers_set:
            self.timers[timer.id] = ("fire", timer.element)
        for heard in step.subscriptions_opened:
            self.messages[heard.id] = ("message", heard.element, heard.name, heard.key or "")
        for closed in step.closed:
            self.tasks.pop(closed.id, None)
        for gone in step.timers_cancelled:
            self.timers.pop(gone, None)
        for gone in step.subscriptions_closed:
            self.messages.pop(gone, None)
        self.thrown.update((one.element, one.name, one.key or "") for one in step.thrown)
        self.completed.update((line.element, line.type) for line in step.log if line.what == "completed")
        self.incidents += tuple(f"{one.element}: {one.message.en}" for one in step.incidents)

    def open(self) -> Counter[Act]:
        return Counter([*self.tasks.values(), *self.timers.values(), *self.messages.values()])


@dataclass
class _Walk:
    drawing: Drawing
    random: Random
    acts: list[str] = field(default_factory=list)
    spent: set[Act] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.compared = reference.compile_program(self.drawing.files, "p")
        self.program = self.compared.program
        self.ours, self.theirs = _Core(), _Core()
        #: Every second walk writes and reads the reference core's workflow at every step too.
        self.commands = HeldCore() if self.random.random() < 0.5 else reference

    def run(self) -> tuple[int, Difference | None]:
        numbers = {name: self.random.randrange(3) for name in ("n0", "n1", "n2")}
        self.acts.append(f"start {numbers}")
        self._take(
            runtime.start(self.program, numbers, CONTEXT),
            self.commands.start(self.compared, numbers, CONTEXT, process="p"),
        )
        for number in range(MOST_ACTS):
            found = next(self._differences(), None)
            if found is not None:
                return number, found
            act = self._choose()
            if act is None:
                return number, None
            self._do(act)
        return MOST_ACTS, next(self._differences(), None)

    # -- acting ------------------------------------------------------------------------------------

    def _choose(self) -> Act | None:
        possible = sorted(set(self.ours.open()) - self.spent)
        return self.random.choice(possible) if possible else None

    def _do(self, act: Act) -> None:
        variables = self._given(act)
        self.acts.append(f"{' '.join(act)} {variables}")
        ours, theirs = (self._one(core, act) for core in (self.ours, self.theirs))
        for core in (self.ours, self.theirs):
            core.begin_step()
        match act:
            case ("complete", *_):
                self._take(
                    runtime.complete(self.program, self.ours.state, ours, variables, CONTEXT),
                    self.commands.complete(self.compared, self.theirs.state, theirs, variables, CONTEXT),
                )
            case ("fire", *_):
                del self.ours.timers[ours]
                del self.theirs.timers[theirs]
                self._take(
                    runtime.fire(self.program, self.ours.state, ours, CONTEXT),
                    self.commands.fire(self.compared, self.theirs.state, theirs, CONTEXT),
                )
            case (_, element, name, key):
                self._take(
                    runtime.correlate(self.program, self.ours.state, name, key or None, variables, CONTEXT),
                    self.commands.correlate(self.compared, self.theirs.state, name, key or None, variables, CONTEXT),
                )
                if element in self.drawing.once and act in self.ours.open():
                    self.spent.add(act)

    def _one(self, core: _Core, act: Act) -> int:
        open_now = {"complete": core.tasks, "fire": core.timers, "message": core.messages}[act[0]]
        return min(number for number, one in open_now.items() if one == act)

    def _given(self, act: Act) -> dict[str, object]:
        element = act[1]
        if act[0] != "complete":
            return {}
        if element in self.drawing.again:
            (chosen,) = self.drawing.decides[element]
            return {chosen: len(self.acts) < LAST_ROUND and self.random.random() < AGAIN}
        if element in self.drawing.decides:
            return {name: self.random.choice(values) for name, values in self.drawing.decides[element].items()}
        if element in self.drawing.quiet:
            return {}
        return {f"t{len(self.acts)}_{element}": self.random.choice((0, False, "", None, [1], {"a": 0}, "x"))}

    def _take(self, ours: Step, theirs: Step) -> None:
        self._took_ours(ours)
        self.theirs.take(theirs)
        fresh = {("message", one.element, one.name, one.key or "") for one in theirs.subscriptions_opened}
        self.spent -= fresh

    def _took_ours(self, step: Step) -> None:
        """Jobs are done at once, as the reference core does them; the state survives storage unchanged."""
        jobs: list[int] = []
        while True:
            self.ours.take(step)
            assert dump(load(step.state)) == step.state
            jobs = [job for job in jobs if job not in step.jobs_cancelled] + [job.id for job in step.jobs]
            if not jobs:
                return
            step = runtime.resolve(self.program, self.ours.state, jobs.pop(0), JobDone(), CONTEXT)

    # -- comparing ---------------------------------------------------------------------------------

    def _differences(self) -> Iterator[Difference]:
        ours, theirs = self.ours, self.theirs
        if ours.incidents:
            yield self._difference("incidents", ours.incidents, ())
        if ours.ended != theirs.ended:
            yield self._difference("ended", ours.ended, theirs.ended)
        if (mine := _without(ours.open(), self.spent)) != theirs.open():
            yield self._difference("open", sorted(mine.elements()), sorted(theirs.open().elements()))
        if ours.thrown != theirs.thrown:
            yield self._unequal("thrown", ours.thrown, theirs.thrown)
        mine, other = (self._finished(core.completed) for core in (ours, theirs))
        if mine != other:
            yield self._unequal("completed", mine, other)
        if not ours.ended:
            yield from self._data_differences()

    def _data_differences(self) -> Iterator[Difference]:
        mine = _compared(runtime.snapshot(self.ours.state).variables)
        branches = [_compared(each) for each in self._branches()]
        for branch in branches:
            for name, value in branch.items():
                if name not in mine or not _same(mine[name], value):
                    yield self._difference(f"variable {name}", mine.get(name, "missing"), value)
        for name, value in mine.items():
            if not any(name in branch for branch in branches):
                yield self._difference(f"variable {name}", value, "missing")

    def _finished(self, completed: Counter[Act]) -> Counter[Act]:
        """What was completed; where an error was caught without what it ended: the reference core has the
        end event and what is around it run to their ends, and then takes them back."""
        if not any(element in self.drawing.errors for element, _ in completed):
            return completed
        return Counter({act: count for act, count in completed.items() if act[1] not in ENDED_BY_ERRORS})

    def _unequal(self, what: str, ours: Counter[Act], theirs: Counter[Act]) -> Difference:
        return self._difference(what, sorted((ours - theirs).elements()), sorted((theirs - ours).elements()))

    def _branches(self) -> tuple[Mapping[str, Any], ...]:
        if isinstance(self.commands, HeldCore):
            return self.commands.branches(self.theirs.state)
        return reference.snapshot(self.compared, self.theirs.state, CONTEXT).branches

    def _difference(self, what: str, ours: object, theirs: object) -> Difference:
        return Difference(tuple(self.acts), what, ours, theirs)


def _without(open_now: Counter[Act], spent: set[Act]) -> Counter[Act]:
    return Counter({act: count for act, count in open_now.items() if act not in spent})


def _compared(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if not name.startswith(CHOSEN)}


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)
