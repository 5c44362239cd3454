"""Legal clocks: from a limit, its start and its pauses to the due day, and why it is that day.

The day on which a period begins is not counted (the licensing law counts from the day of acceptance,
行政许可法 art. 42; which day is the first one is a rule of the profile). A pause (art. 45: hearing,
testing, expert review … are excluded) takes out the days after the one it began on, up to and including
the one it ended on, in the same way: the day of the event belongs to the time before. Due days in
calendar days and months are not moved past a rest day, because these limits bind the authority and the
earlier day is the safe reading.
"""

from __future__ import annotations

import calendar as months_of
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.law.calendar import Calendar, DueDay
from engine.law.clock_words import explain
from engine.law.terms import ClockReading, ClockTerms, Extension, OfficeHours, Pause
from engine.words import Words

_ACCEPTED = Words("受理", "acceptance")


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
    paused ones; after the due day it is negative. A clock in months shows calendar days. What the limit was
    extended by is counted in its own unit.
    """
    watched = min(today, stopped_on) if stopped_on else today
    base = started_on - timedelta(1) if first_day_counts else started_on
    whole = replace(terms, value=terms.value + sum(extension.value for extension in extensions))
    count = _Count(whole, base, _merged(pauses, base, watched), calendar)
    due = count.reach(whole.value)
    open_pause = next((pause for pause in pauses if pause.ended is None), None)
    is_paused = open_pause is not None and open_pause.started < due.day
    state = "stopped" if stopped_on else "paused" if is_paused else "running"
    remaining_unit = "working_days" if terms.unit == "working_days" else "calendar_days"
    reading = ClockReading(
        due_on=due.day,
        provisional=due.provisional or state == "paused",
        marks=count.marks(due.day),
        remaining=count.remaining(max(watched, base), due.day),
        remaining_unit=remaining_unit,
        state=state,
        skipped=due.skipped,
        worked=due.worked,
    )
    lines = explain(terms, started_on, start_reason, first_day_counts, extensions, pauses, due, state)
    return reading.explained(lines)


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


@dataclass(frozen=True)
class _Count:
    """Counting of one limit's units from `base` (not counted), over merged pauses."""

    terms: ClockTerms
    base: date
    pauses: tuple[tuple[date, date], ...]
    calendar: Calendar

    def reach(self, units: int) -> DueDay:
        """The day on which `units` of the limit have passed."""
        if units <= 0:
            return DueDay(self.base)
        paused, due = 0, self._unpaused(units)
        for first, last in self.pauses:
            if first >= due.day:
                break
            paused += self._days(first, last)
            due = self._unpaused(units, paused)
        return due

    def marks(self, due: date) -> Mapping[str, date]:
        return {"80%": min(self._four_fifths(), due), "-1": self._one_before(due), "100%": due}

    def remaining(self, today: date, due: date) -> int:
        if today > due:
            return -self._days(due, today)
        ahead = ((max(first, today), min(last, due)) for first, last in self.pauses if last > today)
        paused = sum(self._days(first, last) for first, last in ahead)
        return self._days(today, due) - paused

    def _four_fifths(self) -> date:
        if self.terms.unit != "months":
            # A limit of one day has its mark on that day, not on the day of the event.
            return self.reach(max(min(1, self.terms.value), self.terms.value * 4 // 5)).day
        span = (self._unpaused(self.terms.value).day - self.base).days
        in_days = replace(self, terms=replace(self.terms, value=span, unit="calendar_days"))
        return in_days.reach(span * 4 // 5).day

    def _one_before(self, due: date) -> date:
        if self.terms.value <= 0:
            return due
        if self.terms.unit == "working_days":
            return self.reach(self.terms.value - 1).day
        return due - timedelta(1)

    def _unpaused(self, units: int, paused: int = 0) -> DueDay:
        """`units` of the limit and `paused` days more (working days for a limit in working days)."""
        if self.terms.unit == "working_days":
            return self.calendar.add_working_days(self.base, units + paused)
        if self.terms.unit == "calendar_days":
            return DueDay(self.base + timedelta(units + paused))
        return DueDay(add_months(self.base, units) + timedelta(paused))

    def _days(self, after: date, until: date) -> int:
        if until <= after:
            return 0
        if self.terms.unit == "working_days":
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
