"""Legal clocks: from a limit, its start and its pauses to the due day, and why it is that day.

The day on which a period begins is not counted (the licensing law counts from the day of acceptance,
行政许可法 art. 42; which day is the first one is a rule of the profile). A pause (art. 45: hearing,
testing, expert review … are excluded) takes out the days after the one it began on, up to and including
the one it ended on, in the same way: the day of the event belongs to the time before. So the due day itself still
runs: a clock stands still for a pause that began before its due day, and one that begins on it or later stops nothing,
unless an extension has moved the due day behind it (`stands_still`). Due days in
calendar days and months are not moved past a rest day, because these limits bind the authority and the
earlier day is the safe reading.
"""

from __future__ import annotations

import calendar as months_of
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.law.calendar import Calendar, DueDay
from engine.law.clock_words import explain
from engine.law.terms import ClockTerms, Extension, OfficeHours, Pause
from engine.words import Words

_ACCEPTED = Words("受理", "acceptance")
_ONE_DAY = timedelta(1)


class ClockReading:
    """What a clock shows on a day.

    `due_on`, `provisional` and `state` ("running", "paused" or "stopped") stand from the start; the rest is worked
    out when it is asked for, because most readings are made for the due day alone.
    """

    __slots__ = ("_clock", "_watched", "due_on", "provisional", "state")

    def __init__(self, clock: _Clock, due_on: date, watched: date, state: str, *, provisional: bool) -> None:
        self.due_on, self.provisional, self.state = due_on, provisional, state
        self._clock, self._watched = clock, watched

    @property
    def marks(self) -> Mapping[str, date]:
        """The days of "80%", "-1" and "100%"."""
        return self._clock.marks(self.due_on)

    @property
    def counted_from(self) -> date:
        """The day after which the limit's days count; ahead where the event came after hours or on a day off."""
        return self._clock.base

    @property
    def remaining(self) -> int:
        """Days after the day of the reading up to the due day, without paused ones; negative when overdue."""
        return self._clock.remaining(max(self._watched, self.counted_from), self.due_on)

    @property
    def remaining_unit(self) -> str:
        """In which days `remaining` is: a clock in months shows calendar days."""
        return "working_days" if self._clock.unit == "working_days" else "calendar_days"

    @property
    def reached(self) -> DueDay:
        """The due day with the named days that were met on the way."""
        return self._clock.met(self.due_on)

    @property
    def skipped(self) -> tuple[tuple[date, Words], ...]:
        """Named days off in between."""
        return self.reached.skipped

    @property
    def worked(self) -> tuple[tuple[date, Words], ...]:
        """Make-up days that were counted."""
        return self.reached.worked

    @property
    def explanation(self) -> tuple[Words, ...]:
        """Why the due day is that day, line by line."""
        return self.explained(self._clock.told.reason)

    def explained(self, start_reason: Words) -> tuple[Words, ...]:
        """The same, where what set the clock going is called so."""
        told = self._clock.told
        return explain(
            told.terms,
            told.started_on,
            start_reason,
            told.first_day_counts,
            told.extensions,
            told.pauses,
            self.reached,
            self.state,
        )


def read_clock(
    terms: ClockTerms,
    started_on: date,
    pauses: Sequence[Pause],
    calendar: Calendar,
    *,
    today: date,
    stopped_on: date | None = None,
    start_reason: Words = _ACCEPTED,
    first_day_counts: bool = False,
    extensions: Sequence[Extension] = (),
) -> ClockReading:
    """What the clock shows on `today`.

    `marks`: "80%" is the day on which four fifths of the limit have passed, rounded down so that a
    reminder never comes late; "-1" is one working day before the end (one calendar day for the other
    units); "100%" is the due day. A pause that still runs is taken to end today, so the due day is
    provisional until it has ended. `remaining` counts the days after today up to the due day, without
    paused ones; after the due day it is negative. What the limit was extended by is counted in its own unit.
    """
    watched = today if stopped_on is None else min(today, stopped_on)
    base = started_on - _ONE_DAY if first_day_counts else started_on
    value = terms.value + sum(extension.value for extension in extensions) if extensions else terms.value
    told = _Told(terms, started_on, start_reason, first_day_counts, extensions, pauses)
    clock = _Clock(terms.unit, value, base, _merged(pauses, base, watched) if pauses else (), calendar, told)
    due_on = clock.reach(value)
    state = "running" if stopped_on is None else "stopped"
    if pauses and stopped_on is None and stands_still(pauses, due_on):
        state = "paused"
    return ClockReading(clock, due_on, watched, state, provisional=state == "paused" or clock.crosses_unknown(due_on))


def stands_still(pauses: Sequence[Pause], due_on: date) -> bool:
    """Whether a pause that still runs began before the due day. On the due day itself nothing is left to stop."""
    return any(one.ended is None and one.started < due_on for one in pauses)


def legal_start(
    moment: datetime,
    zone: ZoneInfo,
    office_hours: OfficeHours,
    calendar: Calendar,
    *,
    after_hours: str = "next-working-day",
) -> date:
    """The day from which limits run for something that arrived at `moment` (aware).

    What arrives after closing time or on a day off is received at that instant, but its limits start
    on the next working day. `after_hours` is the profile's rule of that name; "same-day" lets the day of
    arrival stand. The lunch break changes nothing.
    """
    local = moment.astimezone(zone)
    day = local.date()
    in_time = calendar.is_working_day(day) and local.time() <= office_hours.closes
    if in_time or after_hours == "same-day":
        return day
    return calendar.add_working_days(day, 1).day


def end_of_day(day: date, office_hours: OfficeHours, zone: ZoneInfo) -> datetime:
    """The moment at which a due day is over for the office: closing time in its zone (aware)."""
    return datetime.combine(day, office_hours.closes, zone)


def moment_of_mark(mark: str, day: date, zone: ZoneInfo) -> datetime:
    """When a mark is reached (aware): the first moment of its day; "100%" is the end of the last day."""
    return datetime.combine(day + _ONE_DAY if mark == "100%" else day, time(), zone)


class _Told(NamedTuple):
    """What the explanation is made of."""

    terms: ClockTerms
    started_on: date
    reason: Words
    first_day_counts: bool
    extensions: Sequence[Extension]
    pauses: Sequence[Pause]


class _Clock(NamedTuple):
    """Counting of `value` units from `base` (not counted), over merged pauses."""

    unit: str
    value: int
    base: date
    pauses: tuple[tuple[date, date], ...]
    calendar: Calendar
    told: _Told

    def reach(self, units: int) -> date:
        """The day on which `units` of the limit have passed."""
        if units <= 0:
            return self.base
        due = self._unpaused(units)
        paused = 0
        for first, last in self.pauses:
            if first >= due:
                break
            paused += self._days(first, last)
            due = self._unpaused(units, paused)
        return due

    def met(self, due: date) -> DueDay:
        """The due day with the named days after `base`; days only matter to a limit in working days."""
        if self.unit != "working_days" or due <= self.base:
            return DueDay(due)
        return self.calendar.named_until(self.base, due)

    def crosses_unknown(self, due: date) -> bool:
        """Whether the day depends on a year without a published table."""
        if self.unit != "working_days" or due <= self.base:
            return False
        return self.calendar.is_provisional(self.base + _ONE_DAY, due)

    def marks(self, due: date) -> Mapping[str, date]:
        return {"80%": min(self._four_fifths(), due), "-1": self._one_before(due), "100%": due}

    def remaining(self, today: date, due: date) -> int:
        if today > due:
            return -self._days(due, today)
        ahead = ((max(first, today), min(last, due)) for first, last in self.pauses if last > today)
        paused = sum(self._days(first, last) for first, last in ahead)
        return self._days(today, due) - paused

    def _four_fifths(self) -> date:
        if self.unit != "months":
            # A limit of one day has its mark on that day, not on the day of the event.
            return self.reach(max(min(1, self.value), self.value * 4 // 5))
        span = (self._unpaused(self.value) - self.base).days
        return self._replace(unit="calendar_days", value=span).reach(span * 4 // 5)

    def _one_before(self, due: date) -> date:
        if self.value <= 0:
            return due
        if self.unit == "working_days":
            return self.reach(self.value - 1)
        return due - _ONE_DAY

    def _unpaused(self, units: int, paused: int = 0) -> date:
        """`units` of the limit and `paused` days more (working days for a limit in working days)."""
        if self.unit == "working_days":
            return self.calendar.nth_working_day(self.base, units + paused)
        if self.unit == "calendar_days":
            return self.base + timedelta(units + paused)
        return add_months(self.base, units) + timedelta(paused)

    def _days(self, after: date, until: date) -> int:
        if until <= after:
            return 0
        if self.unit == "working_days":
            return self.calendar.working_days_between(after, until)
        return (until - after).days


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = months_of.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _merged(pauses: Sequence[Pause], base: date, today: date) -> tuple[tuple[date, date], ...]:
    """Pauses as (began, ended) without overlap, in order; one that still runs is taken to end today."""
    spans = sorted((max(pause.started, base), pause.ended or max(today, pause.started)) for pause in pauses)
    merged: list[tuple[date, date]] = []
    for began, ended in spans:
        if ended <= began:
            continue
        if merged and began <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ended))
        else:
            merged.append((began, ended))
    return tuple(merged)
