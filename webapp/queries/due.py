"""How near a due day is, in working days: what every list and page shows beside a task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.law import Calendar
from webapp.services.place_calendars import NEAR

#: Where no clock runs the inbox's index holds this day.
NO_DUE_DAY = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Due:
    """`state`: overdue | today | soon | ok | paused | none.

    `remaining`: working days, negative when overdue.
    """

    on: date | None
    state: str
    remaining: int | None


def due(on: date | None, today: date, calendar: Calendar, *, paused: bool = False) -> Due:
    """The nearness of a due day on `today`."""
    if on is None or on == NO_DUE_DAY:
        return Due(None, "none", None)
    remaining = calendar.working_days_between(today, on)
    if paused:
        return Due(on, "paused", remaining)
    if on < today:
        return Due(on, "overdue", min(remaining, -1))
    if on == today:
        return Due(on, "today", 0)
    return Due(on, "soon" if remaining <= NEAR else "ok", remaining)
