"""What the limits of a trial come from, and the days that they give: the bundle's items, the place's rules, its
working days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.bpmn import Program
from engine.bundles import Bundle, Item, arrange, as_drawn, limit_of, procedure_time, verification_limit
from engine.law import (
    Calendar,
    ClockReading,
    ClockTerms,
    Extension,
    Pause,
    Profile,
    intake_limits,
    legal_start,
    read_clock,
)


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

    def item(self, key: str | None) -> Item | None:
        """The item of this key."""
        return next((item for item in self.bundle.items if item.key == key), None)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of limits that begin, stand still and end at moments of the office's zone."""

    law: Law
    zone: ZoneInfo

    def day(self, moment: datetime) -> date:
        """The office's day of a moment."""
        return moment.astimezone(self.zone).date()

    def started_on(self, since: datetime) -> date:
        """The day from which limits run for what happened at `since`, by the rules of the place."""
        profile = self.law.profile
        after_hours = str(profile.rule("after-hours", "next-working-day"))
        return legal_start(since, self.zone, profile.office_hours, self.law.calendar, after_hours=after_hours)

    def reading(
        self,
        terms: ClockTerms,
        since: datetime,
        now: datetime,
        *,
        until: datetime | None = None,
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
    ) -> ClockReading:
        """What a clock that began at `since`, and ended at `until`, shows now."""
        return read_clock(
            terms,
            self.started_on(since),
            pauses,
            self.law.calendar,
            today=self.day(now),
            stopped_on=None if until is None else self.day(until),
            first_day_counts=bool(self.law.profile.rule("day-of-event-counts", False)),
            extensions=extensions,
        )

    def due_on(self, terms: ClockTerms, since: datetime) -> date:
        """The last day of a limit that begins at `since`."""
        return self.reading(terms, since, since).due_on

    def limit(self, clock: str, item: Item) -> ClockTerms | None:
        """The terms of an item's clock; None where they are no data."""
        return limit_of(clock, item, self.law.bundle, self.law.profile)

    def intake(self, item: Item, since: datetime) -> tuple[ClockTerms, ...]:
        """The limits of an intake that begins; empty where the place has none."""
        try:
            return intake_limits(self.law.profile, item.kind, lambda terms: self.due_on(terms, since))
        except KeyError:
            return ()

    def procedure(self, kind: str, expected_days: int) -> ClockTerms:
        """The time that a special procedure takes, as the applicant is told."""
        return procedure_time(kind, expected_days, self.law.profile)

    def recheck(self) -> ClockTerms | None:
        """Until when it is looked at again, from the end of the time to rectify; None where the place has none."""
        try:
            return self.law.profile.terms("recheck-limit", "recheck")
        except KeyError:
            return None

    def verification(self, item: Item, committed: Iterable[str], since: datetime) -> ClockTerms | None:
        """The earliest of what was committed to; None where the place or the bundle has nothing of the kind."""
        law = self.law
        try:
            return verification_limit(
                law.bundle, item.key, committed, law.profile, lambda terms: self.due_on(terms, since)
            )
        except KeyError:
            return None
