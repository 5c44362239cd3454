"""The legal clocks of a trial: which limit runs for which item, since when, and when its marks are reached.

A trial has no case, so what an application keeps as rows is read from what the diagram does.
- The limits of an item itself (promised, statutory, the review below) begin together with acceptance; where silence
  accepted, at receipt (行政许可法 art. 32); by commitment, and where the window accepts, with the first that waits.
  They end with the ruling, with the last that waits, or with the item. An intake that begins lets them begin anew.
- The joint limit (art. 42) begins with the first of them, and ends when every item applied for has its outcome.
- What a place promises within the limit of intake begins and ends with that. Handing over and verification have their
  limits from the ruling, to state and defend from the notice of revocation; an order to rectify begins its limit anew,
  and with the end of that begins the limit for looking again.
- Every other clock begins when something first waits for it, a timer for one of its marks or a task that names it
  (property `clock`), and ends with the last that waits, unless the next element has it too.
- A called process with the input `procedure` stands for a pause of that kind (art. 45), as the place's rules have it,
  and takes the time that its order names (`expected_days`).
What people do to a limit beside the diagram (extensions, deliveries) stands in `clock_acts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from engine.bpmn import Program
from engine.bundles import COMMITMENT, Item, decision_limits, joint_limit
from engine.law import (
    INTAKE,
    INTAKE_PROMISE,
    PROMISED_WITHIN,
    RECTIFY,
    ClockReading,
    ClockTerms,
    Pause,
    moment_of_mark,
    waiting,
)
from engine.runtime import LogLine, ScopeOpened, Step, TimerSet, UserTask
from engine.trial.applying import applying, committed, facts_of, needing
from engine.trial.deeds import ACCEPTING_JOB, Deed, accepts, expected_days, rules, turns_down
from engine.trial.instance import Instance, item_at
from engine.trial.law import Days, Law
from engine.trial.running import Case, Running, Spell, Waiting
from engine.values import ClockMark

#: The input of a called process that names a kind of pause, and the property of a task that names its clock.
PROCEDURE, CLOCK = "procedure", "clock"
#: Limits that run from the ruling, whenever the first waits for them.
DELIVERY, VERIFICATION = "delivery", "verification"
#: Limits that a step begins, whenever the first waits for them.
STATEMENT, REVOCATION_NOTICE = "statement", "revocation-notice"
RECTIFICATION, RECHECK, VERIFIED, RESULT = "rectification", "recheck", ("verify", "recheck"), "verification_result"
#: The limit for holding a hearing runs from the application (art. 47): one of the office's own motion has none.
HEARING, APPLICATION, APPLIED = "hearing", "hearing-application", "hearing_applied"
#: The kind of a line of history about a multi-instance activity as a whole.
WHOLE_LOOP = "multiInstance"
#: Limits that begin, and end, beside another of the item.
_BESIDE = {INTAKE_PROMISE: INTAKE, RECHECK: RECTIFICATION}
_ENDS = frozenset({"completed", "cancelled"})

#: By instance and item, "" for the case as a whole: a clock's name.
Key = tuple[int, str, str]


@dataclass(slots=True)
class Clocks:
    """The clocks of one trial. `note` is told every step, in order."""

    law: Law
    zone: ZoneInfo
    case: Case = field(default_factory=Case)
    days: Days = field(init=False)
    running: dict[Key, Running] = field(default_factory=dict)
    _of_timer: dict[tuple[int, int], Running] = field(default_factory=dict)
    _pauses: dict[tuple[int, str], list[tuple[str, Spell]]] = field(default_factory=dict)
    #: By (instance, scope, element) of history: what waits for the element to end, and how it names it.
    _ends_with: dict[tuple[int, int, str], list[tuple[Spell, Waiting]]] = field(default_factory=dict)
    _ends_with_task: dict[tuple[int, int], list[Spell]] = field(default_factory=dict)
    _of_task: dict[tuple[int, int], Running] = field(default_factory=dict)
    #: By (instance, scope, element) of the calls of items: the item.
    _calls: dict[tuple[int, int, str], str] = field(default_factory=dict)
    _just_ended: list[Spell] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.days = Days(self.law, self.zone)

    def note(self, one: Instance, step: Step, program: Program, now: datetime, deed: Deed | None = None) -> None:
        """What a step, applied to its instance already, begins and ends. `deed`: what made it."""
        if self.case.instance is None and one.process == self.law.bundle.entry_process:
            self.case.instance = one
        self._just_ended = []
        self._end_what_ended(one, step, program, now)
        for opened in step.scopes_opened:
            self._enter(one, opened, now, deed)
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
        if one is self.case.instance:
            self._end_joint(now)

    def moment(self, one: Instance, timer: TimerSet, now: datetime) -> datetime | None:
        """When a waiting timer's mark is reached; None where that is not known, or the clock stands still."""
        running = self._of_timer.get((one.number, timer.id))
        if running is None or not isinstance(timer.due, ClockMark):
            return None
        reading = self.reading(running, now)
        if reading.state == "paused":
            return None
        day = reading.marks.get(timer.due.mark)
        return moment_of_mark(timer.due.mark, day, self.zone) if day is not None else None

    def of_task(self, instance: int, task: int, now: datetime) -> Running | None:
        """The limit that gives a task its last day: the one that it names, or the promise within that; None: none."""
        named = self._of_task.get((instance, task))
        if named is None:
            return None
        promise = self.running.get((named.instance, named.owner, PROMISED_WITHIN.get(named.terms.name, "")))
        both = [named, promise] if promise is not None and promise.runs else [named]
        return min(both, key=lambda one: self.reading(one, now).due_on)

    def reading(self, running: Running, now: datetime) -> ClockReading:
        """What a clock shows now."""
        spell = running.spell
        return self.days.reading(
            running.terms,
            spell.since,
            now,
            until=spell.until,
            pauses=list(self._paused(running)),
            extensions=running.extensions,
        )

    # -- what ends -------------------------------------------------------------------------------

    def _end_what_ended(self, one: Instance, step: Step, program: Program, now: datetime) -> None:
        for closed in step.closed:
            for spell in self._ends_with_task.pop((one.number, closed.id), ()):
                self._leave(spell, (one.number, closed.id, ""), now)
        for line in step.log:
            if line.what in _ENDS and not _is_one_of_many(line, program):
                place = (one.number, line.scope, line.element)
                for spell, waits in self._ends_with.pop(place, ()):
                    self._leave(spell, waits, now)
                if (key := self._calls.pop(place, None)) is not None:
                    self._end_all(one, key, now)
                    if self._is_own_call(key, line.element):
                        self.case.concluded.add(key)

    def _leave(self, spell: Spell, waits: Waiting, now: datetime) -> None:
        spell.waiting.discard(waits)
        if not spell.waiting and spell.until is None:
            spell.until = now
            self._just_ended.append(spell)

    def _end_all(self, one: Instance, item: str, now: datetime, names: Collection[str] | None = None) -> None:
        for (instance, key, clock), running in self.running.items():
            if (instance, key) == (one.number, item) and (names is None or clock in names):
                running.spell.end(now)

    def _end_joint(self, now: datetime) -> None:
        """It runs until the last item has its outcome: at the latest when the case's process has ended."""
        case, joint = self.case.instance, self._joint
        if case is None or joint is None or not joint.runs:
            return
        items = applying(case, self.law.bundle)
        if case.ended or (items and all(item.key in self.case.concluded for item in items)):
            joint.spell.end(now)

    @property
    def _joint(self) -> Running | None:
        terms, case = joint_limit(self.law.bundle), self.case.instance
        return None if terms is None or case is None else self.running.get((case.number, "", terms.name))

    # -- what begins -----------------------------------------------------------------------------

    def _enter(self, one: Instance, opened: ScopeOpened, now: datetime, deed: Deed | None) -> None:
        """A called process: of an item, or a procedure that pauses its limits."""
        kind, item = opened.inputs.get(PROCEDURE), item_at(one, opened.scope)
        if item is None:
            return
        if isinstance(kind, str):
            pause = Spell(now)
            self._pauses.setdefault((one.number, item), []).append((kind, pause))
            self._end_with(one, opened.parent, opened.element, pause)
            self._time_told(one, opened, kind, deed)
        elif item_at(one, opened.parent) is None:
            for home in _around(one, opened.parent):
                self._calls[one.number, home, opened.element] = item
            if self._is_own_call(item, opened.element):
                self.case.opened.add(item)

    def _time_told(self, one: Instance, opened: ScopeOpened, kind: str, deed: Deed | None) -> None:
        """A procedure takes the time that its order names; a hearing has limits of its own."""
        days, item = expected_days(deed), self.law.item(item_at(one, opened.scope))
        if deed is None or days is None or item is None or kind == HEARING:
            return
        key = (one.number, item.key, kind)
        told = self._place(key, Running(one.number, item, self.days.procedure(kind, days), Spell(deed.at)))
        self._end_with(one, opened.parent, opened.element, told.spell)

    def _judge(self, one: Instance, deed: Deed, now: datetime) -> None:
        """Acceptance begins the item's own limits, its ruling ends them."""
        item = self.law.item(deed.item)
        if item is None:
            return
        if rules(deed):
            self._end_all(one, item.key, now, _own_limits(item))
            self.case.ruled[item.key] = now
            self._conclude(item, has_result=deed.given.get("ruling") == "grant")
        elif turns_down(deed):
            self._conclude(item, has_result=False)
        elif accepts(deed):
            intake = self.running.get((one.number, item.key, INTAKE))
            since = intake.spell.since if intake is not None and deed.name == ACCEPTING_JOB else now
            self._accepted(one, item, since)
        elif deed.name == APPLICATION and deed.given.get(APPLIED) is True:
            self.case.applied.add(item.key)
        elif deed.name == REVOCATION_NOTICE:
            self._first(one, item, STATEMENT, now)
        elif deed.name in VERIFIED and deed.given.get(RESULT) == RECTIFY:
            self._order_to_rectify(one, item, now)

    def _order_to_rectify(self, one: Instance, item: Item, now: datetime) -> None:
        """The time to put it right, and from its end that for looking again, where the place has one."""
        self._end_all(one, item.key, now, (RECTIFICATION, RECHECK))
        rectification = self._first(one, item, RECTIFICATION, now)
        terms = self.days.recheck()
        if rectification is not None and terms is not None:
            last = self.days.due_on(rectification.terms, now)
            self._started(one, item, terms, datetime.combine(last, time(), self.zone))

    def _conclude(self, item: Item, *, has_result: bool) -> None:
        """It has its outcome. Without a result, what needs it and has not begun is turned down at once."""
        self.case.concluded.add(item.key)
        if not has_result:
            self.case.concluded |= needing(self.law.bundle, item.key) - self.case.opened

    def _accepted(
        self, one: Instance, item: Item, since: datetime, *, reviewed_below: bool = True, since_receipt: bool = False
    ) -> None:
        """The limits of the item itself begin, or go on, and with the first of any item the joint limit."""
        for terms in decision_limits(item, reviewed_below=reviewed_below):
            self._started(one, item, terms, since, since_receipt=since_receipt)
        joint, terms_of_all, case = self._joint, joint_limit(self.law.bundle), self.case.instance
        if terms_of_all is None or case is None:
            return
        if joint is None:
            self.running[case.number, "", terms_of_all.name] = Running(case.number, None, terms_of_all, Spell(since))
        elif joint.runs:  # the law may date an acceptance back before that which began it
            joint.spell.since = min(joint.spell.since, since)

    def _opened(self, one: Instance, item: Item, now: datetime) -> None:
        """Its limits run without an outcome of intake: accepted at the window, by commitment, or decided elsewhere."""
        by_commitment = facts_of(self.case.instance, item.key).get("way") == COMMITMENT
        since_receipt = by_commitment or item.decided_in == "external"
        reviewed_below = item.accepts == "window" and not since_receipt
        self._accepted(one, item, now, reviewed_below=reviewed_below, since_receipt=since_receipt)

    def _begin_first(self, one: Instance, task: UserTask, now: datetime) -> None:
        """A task may name several clocks: it goes by the first that its item has."""
        for clock in task.properties.get(CLOCK, "").split():
            begun = self._begin(one, task.scope, clock, now)
            for each in begun:
                each.spell.waiting.add((one.number, task.id, ""))
                self._ends_with_task.setdefault((one.number, task.id), []).append(each.spell)
            if begun:
                self._of_task[one.number, task.id] = begun[0]
                return

    def _begin(self, one: Instance, scope: int, clock: str, now: datetime) -> list[Running]:
        """The clock that is waited for, then those that begin and end with it; empty where the item has none such."""
        item = self.law.item(item_at(one, scope))
        if item is None or (clock == HEARING and item.key not in self.case.applied):
            return []
        elsewhere = self._elsewhere(one, item, clock)
        if elsewhere is not None:
            return [elsewhere]
        own = _own_limits(item)
        if clock == INTAKE and not self._goes_on(self.running.get((one.number, item.key, INTAKE))):
            self._end_all(one, item.key, now, own)
        if clock in own:
            self._opened(one, item, now)
        known = self.running.get((one.number, item.key, clock))
        if known is not None and known.runs and clock in self.law.profile.pauses:  # begun by its order
            return [known]
        if clock in _BESIDE:  # it began with the other, if the place has one
            beside, other = (self.running.get((one.number, item.key, name)) for name in (clock, _BESIDE[clock]))
            return [each for each in (beside, other) if each is not None] if beside is not None and beside.runs else []
        first = self._first(one, item, clock, now)
        if first is None:
            return []
        others = [name for name in item.limits if name != clock] if clock in item.limits else []
        return [first, *(self.running[one.number, item.key, name] for name in others)]

    def _first(self, one: Instance, item: Item, clock: str, now: datetime) -> Running | None:
        ruled = self.case.ruled.get(item.key, now) if clock in (DELIVERY, VERIFICATION) else now
        terms = self._terms(item, clock, ruled)
        if terms is None:
            return None
        running = self._started(one, item, terms, ruled)
        for beside in self.days.intake(item, running.spell.since)[1:] if clock == INTAKE else ():
            key = (one.number, item.key, beside.name)
            if key not in self.running or self.running[key].spell is not running.spell:
                self._place(key, Running(one.number, item, beside, running.spell))  # one spell: they end together
        return running

    def _terms(self, item: Item, clock: str, since: datetime) -> ClockTerms | None:
        """By which limit the clock runs: verification by the earliest of what was committed to."""
        if clock == VERIFICATION:
            promised = committed(self.case.instance, self.law.bundle, item)
            earliest = self.days.verification(item, promised, since) if promised else None
            if earliest is not None:
                return earliest
        return self.days.limit(clock, item)

    def _started(
        self, one: Instance, item: Item, terms: ClockTerms, since: datetime, *, since_receipt: bool = False
    ) -> Running:
        key = (one.number, item.key, terms.name)
        known = self.running.get(key)
        is_own = terms.name in _own_limits(item)
        if known is not None and not known.spell.is_over and (is_own or self._goes_on(known)):
            known.spell.until = None
            return known
        return self._place(key, Running(one.number, item, terms, Spell(since), since_receipt))

    def _place(self, key: Key, running: Running) -> Running:
        """It stands where it begins."""
        self.running.pop(key, None)
        self.running[key] = running
        return running

    def _elsewhere(self, one: Instance, item: Item, clock: str) -> Running | None:
        """The clock of the item where another instance has it: an item has one of a name."""
        found = (
            running
            for (number, key, name), running in self.running.items()
            if number != one.number and (key, name) == (item.key, clock) and running.runs
        )
        return next(found, None)

    def _goes_on(self, known: Running | None) -> bool:
        """One element after the other has the same clock: licences are issued, then handed over."""
        return known is not None and (known.runs or any(each is known.spell for each in self._just_ended))

    def _is_own_call(self, item: str, element: str) -> bool:
        found = self.law.item(item)
        return found is not None and found.call_activity == element

    def _end_with(self, one: Instance, scope: int, element: str, spell: Spell) -> None:
        """History tells an element by the scope of its process, which is `scope` or one around it."""
        for home in _around(one, scope):
            self._ends_with.setdefault((one.number, home, element), []).append((spell, (one.number, scope, element)))
        spell.waiting.add((one.number, scope, element))

    # -- what stands still -----------------------------------------------------------------------

    def _paused(self, running: Running) -> Iterator[Pause]:
        """What pauses an item pauses the joint limit too, where the place's rules have it so."""
        if running.waits and running.runs:
            yield waiting(running.terms, self.days.started_on(running.spell.since))
        for (instance, item), spells in self._pauses.items():
            if instance != running.instance or running.owner not in (item, ""):
                continue
            for key, spell in spells:
                kind = self.law.profile.pauses.get(key)
                if kind is not None and running.terms.name in kind.clocks and kind.holds_for(item):
                    ended = None if spell.until is None else self.days.day(spell.until)
                    yield Pause(kind.name, kind.basis, self.days.day(spell.since), ended)


def _is_one_of_many(line: LogLine, program: Program) -> bool:
    """Whether one instance of a multi-instance activity ended, and not the activity."""
    process = program.processes.get(line.process)
    node = process.nodes.get(line.element) if process is not None else None
    return node is not None and node.loop is not None and line.type != WHOLE_LOOP


def _own_limits(item: Item) -> tuple[str, ...]:
    """The names of the limits that run from acceptance to the ruling, or to the hand-up."""
    return tuple(terms.name for terms in decision_limits(item))


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
