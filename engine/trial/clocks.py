"""The legal clocks of a trial: which limit runs for which item, since when, and when its marks are reached.

A trial has no case, so what an application keeps as rows is read from what the diagram does. A clock begins when
something first waits for it: a timer for one of its marks, or a task that names it (property `clock`). It ends with
the last element that waits, unless the next one has it too. Intake and correction begin anew each time; the limits of
the item itself (promised, statutory) begin once and together, with acceptance. A called process with the input
`procedure` stands for a pause of that kind (行政许可法 art. 45), as the place's rules have it. Limits that a person
orders are not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.bpmn import Program
from engine.bundles import Bundle, Item, limit_of
from engine.law import Calendar, ClockReading, ClockTerms, Pause, Profile, legal_start, moment_of_mark, read_clock
from engine.runtime import LogLine, Step, TimerSet, UserTask
from engine.trial.instance import Instance, item_at
from engine.values import ClockMark

#: The input of a called process that names a kind of pause, and the property of a task that names its clock.
PROCEDURE, CLOCK = "procedure", "clock"
_ENDS = frozenset({"completed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Law:
    """What limits come from: the bundle's items, the rules of the place, its working days."""

    bundle: Bundle
    profile: Profile
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class TrialClock:
    """A clock of an item as it shows at the trial's moment."""

    instance: int
    item: Item
    terms: ClockTerms
    started_on: date
    stopped_on: date | None
    reading: ClockReading


@dataclass(slots=True)
class _Spell:
    """From a moment to another; None: it lasts. `waiting`: (scope, element) of all that must end before it does."""

    since: datetime
    until: datetime | None = None
    waiting: set[tuple[int, str]] = field(default_factory=set)


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
    _ends_with: dict[tuple[int, int, str], list[tuple[_Spell, tuple[int, str]]]] = field(default_factory=dict)
    _just_ended: list[_Spell] = field(default_factory=list)

    def note(self, one: Instance, step: Step, program: Program, now: datetime) -> None:
        """What a step, applied to its instance already, begins and ends."""
        self._just_ended = []
        for line in step.log:
            if line.what in _ENDS:
                self._end(one, line, now)
        for opened in step.scopes_opened:
            kind, item = opened.inputs.get(PROCEDURE), item_at(one, opened.scope)
            if isinstance(kind, str) and item is not None:
                pause = _Spell(now)
                self._pauses.setdefault((one.number, item), []).append((kind, pause))
                self._end_with(one, opened.parent, opened.element, pause)
        for timer in step.timers_set:
            if timer.id in one.timers and isinstance(timer.due, ClockMark):
                host = _host(one, timer, program)
                begun = self._begin(one, timer.scope, timer.due.clock, host, now)
                if begun is not None:
                    self._of_timer[one.number, timer.id] = begun
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
        return moment_of_mark(timer.due.mark, reading.marks[timer.due.mark], self.zone)

    def shown(self, now: datetime) -> Iterator[TrialClock]:
        """Every clock that runs or ran, in the order in which they began."""
        for one in self._running.values():
            started, stopped = self._started_on(one.spell.since), self._stopped_on(one.spell)
            yield TrialClock(one.instance, one.item, one.terms, started, stopped, self._reading(one, now))

    # -- inside ----------------------------------------------------------------------------------

    def _end(self, one: Instance, line: LogLine, now: datetime) -> None:
        for spell, waiting in self._ends_with.pop((one.number, line.scope, line.element), ()):
            spell.waiting.discard(waiting)
            if not spell.waiting and spell.until is None:
                spell.until = now
                self._just_ended.append(spell)

    def _begin_first(self, one: Instance, task: UserTask, now: datetime) -> None:
        """A task may name several clocks: it goes by the first that its item has."""
        for clock in task.properties.get(CLOCK, "").split():
            if self._begin(one, task.scope, clock, task.element, now) is not None:
                return

    def _begin(self, one: Instance, scope: int, clock: str, host: str, now: datetime) -> _Running | None:
        item = self._item(item_at(one, scope))
        if item is None:
            return None
        together = list(item.limits) if clock in item.limits else [clock]
        begun = {name: self._started(one, item, name, now) for name in together}
        for each in begun.values():
            if each is not None:
                self._end_with(one, scope, host, each.spell)
        return begun[clock]

    def _started(self, one: Instance, item: Item, clock: str, now: datetime) -> _Running | None:
        key = (one.number, item.key, clock)
        known = self._running.get(key)
        if known is not None and (clock in item.limits or self._goes_on(known.spell)):
            known.spell.until = None
            return known
        terms = limit_of(clock, item, self.law.bundle, self.law.profile)
        if terms is None:
            return None
        self._running[key] = _Running(one.number, item, terms, _Spell(now))
        return self._running[key]

    def _goes_on(self, spell: _Spell) -> bool:
        """One element after the other has the same clock: licences are issued, then handed over."""
        return spell.until is None or any(each is spell for each in self._just_ended)

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
