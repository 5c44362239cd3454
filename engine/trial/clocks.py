"""The legal clocks of a trial: which limit runs for which item, since when, and when its marks are reached.

A trial has no case, so what an application keeps as rows is read from what the diagram does.
- The limits of an item itself (promised, statutory, the review below) begin together with acceptance; where silence
  accepted, at receipt (行政许可法 art. 32); by commitment, and where the window accepts, with the first that waits.
  They end with the ruling, with the last that waits, or with the item. An intake that begins lets them begin anew.
- Every other clock begins when something first waits for it, a timer for one of its marks or a task that names it
  (property `clock`), and ends with the last that waits, unless the next element has it too.
- A called process with the input `procedure` stands for a pause of that kind (art. 45), as the place's rules have it.
Limits that a person orders or extends, and those that wait for a delivery, are not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.bpmn import Program
from engine.bundles import Bundle, Item, arrange, as_drawn, limit_of
from engine.law import (
    HAND_UP,
    Calendar,
    ClockReading,
    ClockTerms,
    Pause,
    Profile,
    legal_start,
    moment_of_mark,
    read_clock,
)
from engine.runtime import LogLine, ScopeOpened, Step, TimerSet, UserTask
from engine.trial.deeds import ACCEPTING_JOB, RULING_STEPS, Deed, accepts
from engine.trial.instance import Instance, item_at
from engine.values import ClockMark

#: The input of a called process that names a kind of pause, and the property of a task that names its clock.
PROCEDURE, CLOCK = "procedure", "clock"
INTAKE = "intake"
#: The kind of a line of history about a multi-instance activity as a whole.
WHOLE_LOOP = "multiInstance"
#: What a ruling step gives where it does not rule: the review is to be done again.
SENT_BACK = "return"
_ENDS = frozenset({"completed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Law:
    """What limits come from: the bundle's items, the rules of the place, its working days."""

    bundle: Bundle
    profile: Profile
    calendar: Calendar

    @classmethod
    def of(cls, bundle: Bundle, profile: Profile, calendar: Calendar, runs: object = None) -> Law:
        """As the place handles the bundle: by the departments that it names, and as far as what `runs` has it drawn."""
        placed = arrange(bundle, profile)
        if isinstance(runs, Program) and bundle.entry_process in runs.processes:
            placed = as_drawn(placed, runs)
        return cls(placed, profile, calendar)


@dataclass(frozen=True, slots=True)
class TrialClock:
    """A clock of an item as it shows at the trial's moment."""

    instance: int
    item: Item
    terms: ClockTerms
    started_on: date
    stopped_on: date | None
    reading: ClockReading


#: What waits: a task by its number, or an element by its scope.
_Waiting = tuple[int, str]


@dataclass(slots=True)
class _Spell:
    """From a moment to another; None: it lasts. `waiting`: all that must end before it does. `is_over`: what comes
    later begins anew."""

    since: datetime
    until: datetime | None = None
    waiting: set[_Waiting] = field(default_factory=set)
    is_over: bool = False

    def end(self, at: datetime) -> None:
        self.until, self.is_over = self.until or at, True


@dataclass(frozen=True, slots=True)
class _Running:
    instance: int
    item: Item
    terms: ClockTerms
    spell: _Spell


@dataclass(slots=True)
class Clocks:
    """The clocks of one trial. `note` is told every step, in order."""

    law: Law
    zone: ZoneInfo
    _running: dict[tuple[int, str, str], _Running] = field(default_factory=dict)
    _of_timer: dict[tuple[int, int], _Running] = field(default_factory=dict)
    _pauses: dict[tuple[int, str], list[tuple[str, _Spell]]] = field(default_factory=dict)
    #: By (instance, scope, element) of history: what waits for the element to end, and how it names it.
    _ends_with: dict[tuple[int, int, str], list[tuple[_Spell, _Waiting]]] = field(default_factory=dict)
    _ends_with_task: dict[tuple[int, int], list[_Spell]] = field(default_factory=dict)
    #: By (instance, scope, element) of the calls of items: the item.
    _calls: dict[tuple[int, int, str], str] = field(default_factory=dict)
    _just_ended: list[_Spell] = field(default_factory=list)

    def note(self, one: Instance, step: Step, program: Program, now: datetime, deed: Deed | None = None) -> None:
        """What a step, applied to its instance already, begins and ends. `deed`: what made it."""
        self._just_ended = []
        self._end_what_ended(one, step, program, now)
        for opened in step.scopes_opened:
            self._enter(one, opened, now)
        if deed is not None:
            self._judge(one, deed, now)
        for timer in step.timers_set:
            if timer.id in one.timers and isinstance(timer.due, ClockMark):
                host = _host(one, timer, program)
                begun = self._begin(one, timer.scope, timer.due.clock, now)
                if begun:
                    self._of_timer[one.number, timer.id] = begun[0]
                for each in begun:
                    self._end_with(one, timer.scope, host, each.spell)
        for task in step.opened:
            if task.id in one.tasks:
                self._begin_first(one, task, now)

    def moment(self, one: Instance, timer: TimerSet, now: datetime) -> datetime | None:
        """When a waiting timer's mark is reached; None where that is not known, or the clock stands still."""
        running = self._of_timer.get((one.number, timer.id))
        if running is None or not isinstance(timer.due, ClockMark):
            return None
        reading = self._reading(running, now)
        if reading.state == "paused":
            return None
        day = reading.marks.get(timer.due.mark)
        return moment_of_mark(timer.due.mark, day, self.zone) if day is not None else None

    def shown(self, now: datetime) -> Iterator[TrialClock]:
        """Every clock that runs or ran, in the order in which they began."""
        for one in self._running.values():
            started, stopped = self._started_on(one.spell.since), self._stopped_on(one.spell)
            yield TrialClock(one.instance, one.item, one.terms, started, stopped, self._reading(one, now))

    # -- inside ----------------------------------------------------------------------------------

    def _end_what_ended(self, one: Instance, step: Step, program: Program, now: datetime) -> None:
        for closed in step.closed:
            for spell in self._ends_with_task.pop((one.number, closed.id), ()):
                self._leave(spell, (closed.id, ""), now)
        for line in step.log:
            if line.what in _ENDS and not _is_one_of_many(line, program):
                place = (one.number, line.scope, line.element)
                for spell, waiting in self._ends_with.pop(place, ()):
                    self._leave(spell, waiting, now)
                if (item := self._calls.pop(place, None)) is not None:
                    self._end_all(one, item, now)

    def _leave(self, spell: _Spell, waiting: _Waiting, now: datetime) -> None:
        spell.waiting.discard(waiting)
        if not spell.waiting and spell.until is None:
            spell.until = now
            self._just_ended.append(spell)

    def _end_all(self, one: Instance, item: str, now: datetime, names: Collection[str] | None = None) -> None:
        for (instance, key, clock), running in self._running.items():
            if (instance, key) == (one.number, item) and (names is None or clock in names):
                running.spell.end(now)

    def _enter(self, one: Instance, opened: ScopeOpened, now: datetime) -> None:
        """A called process: of an item, or a procedure that pauses its limits."""
        kind, item = opened.inputs.get(PROCEDURE), item_at(one, opened.scope)
        if item is None:
            return
        if isinstance(kind, str):
            pause = _Spell(now)
            self._pauses.setdefault((one.number, item), []).append((kind, pause))
            self._end_with(one, opened.parent, opened.element, pause)
        elif item_at(one, opened.parent) is None:
            for home in _around(one, opened.parent):
                self._calls[one.number, home, opened.element] = item

    def _judge(self, one: Instance, deed: Deed, now: datetime) -> None:
        """Acceptance begins the item's own limits, its ruling ends them."""
        item = self._item(deed.item)
        if item is None:
            return
        if deed.name in RULING_STEPS and deed.given.get("ruling") not in (None, SENT_BACK):
            self._end_all(one, item.key, now, _own_limits(item))
        elif accepts(deed):
            intake = self._running.get((one.number, item.key, INTAKE))
            since = intake.spell.since if intake is not None and deed.name == ACCEPTING_JOB else now
            for clock in _own_limits(item):
                self._started(one, item, clock, since)

    def _begin_first(self, one: Instance, task: UserTask, now: datetime) -> None:
        """A task may name several clocks: it goes by the first that its item has."""
        for clock in task.properties.get(CLOCK, "").split():
            begun = self._begin(one, task.scope, clock, now)
            for each in begun:
                each.spell.waiting.add((task.id, ""))
                self._ends_with_task.setdefault((one.number, task.id), []).append(each.spell)
            if begun:
                return

    def _begin(self, one: Instance, scope: int, clock: str, now: datetime) -> list[_Running]:
        """The clock that is waited for, then those that begin and end with it; empty where the item has none such."""
        item = self._item(item_at(one, scope))
        if item is None:
            return []
        own = _own_limits(item)
        if clock == INTAKE and not self._goes_on(self._running.get((one.number, item.key, INTAKE))):
            self._end_all(one, item.key, now, own)
        for beside in own if clock in own else ():
            self._started(one, item, beside, now)
        first = self._started(one, item, clock, now)
        if first is None:
            return []
        others = [name for name in item.limits if name != clock] if clock in item.limits else []
        return [first, *(self._running[one.number, item.key, name] for name in others)]

    def _started(self, one: Instance, item: Item, clock: str, since: datetime) -> _Running | None:
        key = (one.number, item.key, clock)
        known = self._running.get(key)
        if known is not None and not known.spell.is_over and (clock in _own_limits(item) or self._goes_on(known)):
            known.spell.until = None
            return known
        terms = limit_of(clock, item, self.law.bundle, self.law.profile)
        if terms is None:
            return None
        self._running.pop(key, None)  # it stands where it begins
        self._running[key] = _Running(one.number, item, terms, _Spell(since))
        return self._running[key]

    def _goes_on(self, known: _Running | None) -> bool:
        """One element after the other has the same clock: licences are issued, then handed over."""
        return known is not None and (
            known.spell.until is None or any(each is known.spell for each in self._just_ended)
        )

    def _end_with(self, one: Instance, scope: int, element: str, spell: _Spell) -> None:
        """History tells an element by the scope of its process, which is `scope` or one around it."""
        for home in _around(one, scope):
            self._ends_with.setdefault((one.number, home, element), []).append((spell, (scope, element)))
        spell.waiting.add((scope, element))

    def _item(self, key: str | None) -> Item | None:
        return next((item for item in self.law.bundle.items if item.key == key), None)

    def _reading(self, running: _Running, now: datetime) -> ClockReading:
        return read_clock(
            running.terms,
            self._started_on(running.spell.since),
            list(self._paused(running)),
            self.law.calendar,
            today=self._day(now),
            stopped_on=self._stopped_on(running.spell),
            first_day_counts=bool(self.law.profile.rule("day-of-event-counts", False)),
        )

    def _paused(self, running: _Running) -> Iterator[Pause]:
        for key, spell in self._pauses.get((running.instance, running.item.key), ()):
            kind = self.law.profile.pauses.get(key)
            if kind is not None and running.terms.name in kind.clocks and kind.holds_for(running.item.key):
                yield Pause(kind.name, kind.basis, self._day(spell.since), self._stopped_on(spell))

    def _started_on(self, since: datetime) -> date:
        profile = self.law.profile
        after_hours = str(profile.rule("after-hours", "next-working-day"))
        return legal_start(since, self.zone, profile.office_hours, self.law.calendar, after_hours=after_hours)

    def _stopped_on(self, spell: _Spell) -> date | None:
        return None if spell.until is None else self._day(spell.until)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def _is_one_of_many(line: LogLine, program: Program) -> bool:
    """Whether one instance of a multi-instance activity ended, and not the activity."""
    process = program.processes.get(line.process)
    node = process.nodes.get(line.element) if process is not None else None
    return node is not None and node.loop is not None and line.type != WHOLE_LOOP


def _own_limits(item: Item) -> tuple[str, ...]:
    """The names of the limits that run from acceptance to the ruling, or to the hand-up."""
    return (*item.limits, *((HAND_UP,) if item.hand_up is not None else ()))


def _around(one: Instance, scope: int) -> Iterator[int]:
    """A scope and those around it, the process's own last."""
    yield scope
    while (opened := one.scopes.get(scope)) is not None:
        scope = opened.parent
        yield scope


def _host(one: Instance, timer: TimerSet, program: Program) -> str:
    """The element that a timer waits on: what its boundary event stands on, else the event itself."""
    opened = one.scopes.get(timer.scope)
    process = program.processes.get(opened.process if opened else one.process)
    node = process.nodes.get(timer.element) if process else None
    return (node.attached_to if node else None) or timer.element
