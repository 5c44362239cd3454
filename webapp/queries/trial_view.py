"""A trial as its page shows it: the clock, what waits, where the tokens stand, variables, what has happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import Words, runtime
from engine.bpmn import Program
from engine.runtime import Job, Snapshot
from engine.trial import OF_A_LIMIT, OURS, Act, Held, Instance, TaskLimit, Trial, item_at
from engine.values import ClockMark, Variables
from webapp.feel_text import written
from webapp.queries.diagram import Position
from webapp.queries.trial_clocks import ItemClocks, clocks_of_trial, limit_owner
from webapp.queries.trials import Names
from webapp.services.trial_replay import Replayed

ROOT = 1
#: Lines of history and of messages on the page, and characters of one value.
SHOWN_LINES, SHOWN_CHARACTERS = 300, 4_000
#: The line of a multi-instance activity as a whole; its instances have lines of their own.
WHOLE_LOOP = "multiInstance"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is open: as acts name it, and as people do. `inside`: the call activities around it, and the
    item that they were called for, where its name is not theirs.

    `number`: from 1 where several of the same name are open there, else 0.
    """

    instance: int
    element: str
    place: int
    name: Words
    inside: tuple[Words, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Waits:
    """Something open at a place: `what` is the engine's UserTask, TimerSet, Subscription, Job or Incident."""

    at: Place
    what: Any
    facts: tuple[tuple[str, str], ...] = ()  # inputs of a job: name and value as text
    falls_due: datetime | None = None  # of a timer, as far as it is known
    limit: TaskLimit | None = None  # of a task: the legal clock that it is done under

    @property
    def mark(self) -> ClockMark | None:
        """Of a timer that waits for a legal clock."""
        return self.what.due if isinstance(self.what.due, ClockMark) else None


@dataclass(frozen=True, slots=True)
class Mark:
    """An incident on a diagram; `target`: its entry in the list."""

    element: str
    words: Words
    target: str


@dataclass(frozen=True, slots=True)
class Run:
    """A process or called process that ran or runs, with its own diagram. `waiting`: elements with a token.

    Of runs that are called alike the label has the item too, and a number where that tells them apart no more.
    """

    key: str
    label: Words
    file: str
    state: Position
    marks: tuple[Mark, ...]
    item: Words | None = None  # whose process it is

    @property
    def waiting(self) -> int:
        return len(self.state.current)


@dataclass(frozen=True, slots=True)
class ScopeLines:
    """The variables of one scope. `scope`: None where they cannot be changed."""

    instance: int
    scope: int | None
    label: Words
    kind: str  # process | call | subprocess | multi | ended
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    instance: int
    what: str
    name: Words
    element: str
    inside: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class SentLine:
    """A message or signal on its way. `sender`: 0 from outside."""

    at: datetime
    sender: int
    kind: str
    name: str
    key: str | None
    payload: str
    taken: bool


@dataclass(frozen=True, slots=True)
class TrialView:
    now: datetime
    next_due: datetime | None
    instances: tuple[Instance, ...]
    tasks: tuple[Waits, ...]
    timers: tuple[Waits, ...]
    waits: tuple[Waits, ...]
    jobs: tuple[Waits, ...]
    incidents: tuple[Waits, ...]
    joins: tuple[Place, ...]
    clocks: tuple[ItemClocks, ...]
    runs: tuple[Run, ...]
    scopes: tuple[ScopeLines, ...]
    history: tuple[HistoryLine, ...]
    lines: int
    sent: tuple[SentLine, ...]
    ended: bool
    newest: str  # key of the run in which something happened last
    starting_messages: tuple[str, ...]  # names of messages that start a process
    starting_signals: tuple[str, ...]

    @property
    def stopped_clocks(self) -> int:
        """How many legal clocks have ended."""
        return sum(len(one.stopped) for one in self.clocks)

    @property
    def left_open(self) -> list[Words]:
        """What the trial stands at: tasks, jobs and incidents; where there are none, what it waits for."""
        waiting = (*self.tasks, *self.jobs, *self.incidents) or (*self.waits, *self.timers)
        return list({one.at.name.zh: one.at.name for one in waiting}.values())

    @property
    def is_quiet(self) -> bool:
        """Nothing waits for anybody."""
        return not (self.tasks or self.timers or self.waits or self.jobs or self.incidents or self.joins)


@dataclass(frozen=True, slots=True)
class DoneAct:
    """An act in the list. `name`: of its element; `item`: whose process that is in; `group`: as whom; `at`: None for
    what was not done any more."""

    number: int
    act: Act
    name: Words
    item: Words | None
    group: Words | None
    variables: tuple[tuple[str, str], ...]
    at: datetime | None


def done_acts(replayed: Replayed, acts: Sequence[Act], names: Names) -> list[DoneAct]:
    """Every act of the trial, those too that it could not do again."""
    missing = [None] * (len(acts) - len(replayed.moments))
    moments: list[datetime | None] = [*replayed.moments, *missing]
    items: list[str | None] = [*replayed.items, *missing]
    return [
        DoneAct(
            number,
            act,
            act_name(replayed.trial, act, names),
            names.item(item),
            names.group(act.group) if act.group else None,
            _texts(act.variables),
            at,
        )
        for number, (act, at, item) in enumerate(zip(acts, moments, items, strict=True), 1)
    ]


def act_name(trial: Trial, act: Act, names: Names) -> Words:
    """The name of what an act is about: an element, or whose a limit is."""
    if act.kind in OF_A_LIMIT:
        return limit_owner(trial.law, act.key)
    return element_name(trial, act.instance, act.element, names)


def element_name(trial: Trial, instance: int, element: str, names: Names) -> Words:
    """The name of an element of an instance: in the process where it was last seen, as far as that is known."""
    if not 0 < instance <= len(trial.instances):
        return Words(element, element)
    one = trial.instances[instance - 1]
    seen = next((line.process for _, line in reversed(one.history) if line.element == element), one.process)
    program = trial.program(one.process)
    return names.element(program, _process_with(program, element, seen), element)


def _process_with(program: Program, element: str, likely: str) -> str:
    """The process that holds an element: the likely one before all others (ids are often the same, `start`)."""
    known = program.processes
    return next((key for key in (likely, *known) if key in known and element in known[key].nodes), likely)


def view_of(trial: Trial, core: str, names: Names) -> TrialView:
    """Everything that the page shows of a trial."""
    told = [_Told(trial, one, core == OURS, names) for one in trial.instances]
    incidents = tuple(_open(told, trial.incidents))
    runs = [run for one in told for run in one.runs(incidents)]
    lines = [line for one in told for line in one.history()]
    lines.sort(key=lambda line: line.at, reverse=True)
    # What was compiled: what the instances run; where none does yet, everything.
    programs = [trial.program(key) for key in dict.fromkeys(one.process for one in trial.instances) or trial.processes]
    return TrialView(
        now=trial.now,
        next_due=trial.next_due,
        instances=trial.instances,
        tasks=tuple(
            replace(one, limit=trial.limit(held))
            for one, held in zip(_open(told, trial.tasks), trial.tasks, strict=True)
        ),
        timers=tuple(
            replace(one, falls_due=trial.due(held))
            for one, held in zip(_open(told, trial.timers), trial.timers, strict=True)
        ),
        waits=tuple(_open(told, trial.subscriptions)),
        jobs=tuple(_open(told, trial.jobs)),
        incidents=incidents,
        joins=tuple(place for one in told for place in one.joins()),
        clocks=clocks_of_trial(trial),
        runs=tuple(_numbered(runs)),
        scopes=tuple(scope for one in told for scope in one.scopes()),
        history=tuple(lines[:SHOWN_LINES]),
        lines=len(lines),
        sent=tuple(_sent(trial))[-SHOWN_LINES:][::-1],
        ended=trial.ended,
        newest=_newest(told, runs),
        starting_messages=_names(program.message_beginnings() for program in programs),
        starting_signals=_names(program.signal_starts() for program in programs),
    )


def _names(of_programs: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for starts in of_programs for name in starts))


@dataclass(slots=True)
class _Told:
    """One instance, with the words for where something stands in it."""

    trial: Trial
    instance: Instance
    is_ours: bool
    names: Names

    @property
    def program(self) -> Program:
        return self.trial.program(self.instance.process)

    @property
    def snapshot(self) -> Snapshot | None:
        """The reference core keeps no scopes."""
        return runtime.snapshot(self.instance.state) if self.is_ours else None

    def process_at(self, scope: int, element: str) -> str:
        """The process that an element stands in: that of its scope. Both cores tell the scopes of calls."""
        opened = self.instance.scopes.get(scope)
        process = opened.process if opened else self.instance.process
        return process if self.is_ours else _process_with(self.program, element, process)

    def name(self, scope: int, element: str) -> Words:
        return self.names.element(self.program, self.process_at(scope, element), element)

    def inside(self, scope: int) -> tuple[Words, ...]:
        """The names of the call activities around a scope, the outermost first; then the item's, where it is none of
        these."""
        path, item = self._calls(scope), self.item(scope)
        return (*path, item) if item is not None and item.zh not in {one.zh for one in path} else path

    def item(self, scope: int) -> Words | None:
        """The name of the item whose process a scope belongs to."""
        return self.names.item(item_at(self.instance, scope))

    def _calls(self, scope: int) -> tuple[Words, ...]:
        path: list[Words] = []
        while (opened := self.instance.scopes.get(scope)) is not None:
            process = self.process_at(opened.parent, "")
            node = self.program.processes[process].nodes.get(opened.element)
            around = self.instance.scopes.get(opened.parent)
            is_loop = around is not None and around.element == opened.element  # told by the scope of the loop
            if node is not None and node.type == "callActivity" and not is_loop:
                path.insert(0, self.names.element(self.program, process, opened.element))
            scope = opened.parent
        return tuple(path)

    def joins(self) -> Iterator[Place]:
        """Where tokens wait for others; `number`: how many."""
        waiting: Counter[tuple[int, str, str]] = Counter()
        for token in self.snapshot.active if self.snapshot else ():
            if token.phase == "joining":
                waiting[token.scope, token.process, token.element] += 1
        for (scope, process, element), tokens in waiting.items():
            name = self.names.element(self.program, process, element)
            yield Place(self.instance.number, element, 0, name, self.inside(scope), tokens)

    def scopes(self) -> Iterator[ScopeLines]:
        one, seen = self.instance, self.snapshot
        if seen is None or one.ended:
            kind = "ended" if one.ended else "process"
            yield ScopeLines(one.number, None, self._process_name(one.process), kind, _texts(one.variables))
            return
        for scope in seen.scopes.values():
            if scope.variables or scope.kind in ("process", "call"):
                label = self.name(scope.parent, scope.element) if scope.parent else self._process_name(scope.process)
                label = _with_item(label, self.item(scope.id)) if scope.kind == "call" else label
                yield ScopeLines(one.number, scope.id, label, scope.kind, _texts(scope.variables))

    def history(self) -> Iterator[HistoryLine]:
        """The latest first within a moment."""
        for at, line in reversed(self.instance.history):
            if line.what != "taken" and line.type != WHOLE_LOOP:
                name = self.names.element(self.program, line.process, line.element)
                inside = self.inside(line.scope)
                yield HistoryLine(at, self.instance.number, line.what, name, line.element, inside)

    def runs(self, incidents: Sequence[Waits]) -> Iterator[Run]:
        """The process itself first, then what it called, in order."""
        done: dict[tuple[int, str], dict[str, None]] = {(ROOT, self.instance.process): {}}
        taken: dict[tuple[int, str], dict[str, None]] = {}
        for _, line in self.instance.history:
            if line.what == "taken":
                taken.setdefault((line.scope, line.process), {})[line.element] = None
            elif line.type != WHOLE_LOOP:
                of_run = done.setdefault((line.scope, line.process), {})
                if line.what == "completed":
                    of_run[line.element] = None
        standing = list(self._standing())
        for scope, process, _ in standing:
            done.setdefault((scope, process), {})
        for (scope, process), left in done.items():
            calls, here = self._calls(scope), Counter(each for *at, each in standing if at == [scope, process])
            state = Position(
                tuple(element for element in left if element not in here),
                tuple(here),
                {element: tokens for element, tokens in here.items() if tokens > 1},
                tuple(taken.get((scope, process), ())) if taken else None,  # the reference core tells of no flow
            )
            yield Run(
                self.run_key(scope, process),
                calls[-1] if calls else self._process_name(process),
                self.program.file_of(process),
                state,
                tuple(self._marks(incidents, scope, process)),
                self.item(scope),
            )

    def _standing(self) -> Iterator[tuple[int, str, str]]:
        """(scope, process, element) of every token; of the reference core what waits, which is all it tells."""
        seen = self.snapshot
        if seen is not None:
            loops = {(scope.parent, scope.element) for scope in seen.scopes.values() if scope.kind == "multi"}
            for token in seen.active:
                if (token.home, token.element) not in loops:  # the instances of a loop have tokens of their own
                    yield token.scope, token.process, token.element
            return
        one = self.instance
        waiting: list[Any] = [*one.tasks.values(), *one.timers.values(), *one.subscriptions.values()]
        for each in waiting:
            process = self.process_at(each.scope, each.element)
            node = self.program.processes[process].nodes.get(each.element)
            if node is not None and node.type != "boundaryEvent":
                yield each.scope, process, each.element

    def run_key(self, scope: int, process: str) -> str:
        return f"{self.instance.number}-{scope}-{process}"

    def _marks(self, incidents: Sequence[Waits], scope: int, process: str) -> Iterator[Mark]:
        for number, waits in enumerate(incidents, 1):
            what, here = waits.what, waits.at.instance == self.instance.number
            if here and (what.scope, self.process_at(what.scope, "")) == (scope, process):
                yield Mark(what.element, what.message, f"incident-{number}")

    def _process_name(self, process: str) -> Words:
        return self.names.process(self.program, process)


def _open(told: Sequence[_Told], held: Iterable[Held[Any]]) -> Iterator[Waits]:
    kept = list(held)
    together = Counter((number, what.scope, what.element) for number, what in kept)
    places: Counter[tuple[int, str]] = Counter()
    numbers: Counter[tuple[int, int, str]] = Counter()
    for number, what in kept:
        one, place, here = told[number - 1], places[number, what.element], (number, what.scope, what.element)
        places[number, what.element] += 1
        numbers[here] += 1
        name, inside = one.name(what.scope, what.element), one.inside(what.scope)
        at = Place(number, what.element, place, name, inside, numbers[here] if together[here] > 1 else 0)
        yield Waits(at, what, _texts(what.inputs) if isinstance(what, Job) else ())


def _texts(variables: Variables) -> tuple[tuple[str, str], ...]:
    return tuple((name, shortened(written(value))) for name, value in variables.items())


def shortened(text: str) -> str:
    """As much of a long value as a page shows."""
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} …"


def _sent(trial: Trial) -> Iterator[SentLine]:
    for at, letter, taken in trial.sent:
        payload = shortened(written(dict(letter.payload))) if letter.payload else ""
        yield SentLine(at, letter.sender, letter.kind, letter.name, letter.key, payload, taken)


def _numbered(runs: Sequence[Run]) -> Iterator[Run]:
    """Runs of the same name with their item behind it, those that are alike then too with a number."""
    alike: Mapping[str, int] = Counter(run.label.zh for run in runs)
    runs = [replace(run, label=_with_item(run.label, run.item)) if alike[run.label.zh] > 1 else run for run in runs]
    of_name: Mapping[str, int] = Counter(run.label.zh for run in runs)
    seen: Counter[str] = Counter()
    for run in runs:
        seen[run.label.zh] += 1
        number = seen[run.label.zh] if of_name[run.label.zh] > 1 else 0
        label = Words(f"{run.label.zh} {number}", f"{run.label.en or run.label.zh} {number}") if number else run.label
        yield replace(run, label=label)


def _with_item(label: Words, item: Words | None) -> Words:
    """The label, and the item where that says more."""
    if item is None or item.zh == label.zh:
        return label
    return Words(f"{label.zh} · {item.zh}", f"{label.en or label.zh} · {item.en or item.zh}")


def _newest(told: Sequence[_Told], runs: Sequence[Run]) -> str:
    """Where something happened last and something waits still; else where something waits, else the first."""
    waiting = [run.key for run in runs if run.waiting]
    last = max(
        ((one.instance.history[-1].at, number) for number, one in enumerate(told) if one.instance.history),
        default=None,
    )
    if last is not None:
        one = told[last[1]]
        line = one.instance.history[-1].line
        if (key := one.run_key(line.scope, line.process)) in waiting:
            return key
    return next(iter(waiting), runs[0].key if runs else "")
