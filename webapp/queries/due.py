"""How near a due day is, in working days: what every list and page shows beside a task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.law import Calendar
from webapp.services.place_calendars import NEAR

#: Where no clock runs the inbox's index holds this day.
NO_DUE_DAY = date(9999, 12, 31)
#: Limits of the applicant or holder, and the steps that wait for them: when such a day is over nobody here is late.
THEIR_CLOCKS = frozenset({"correction", "statement", "hearing-application", "refused-answer"})
THEIR_STEPS = frozenset({"correct", "statement", "hearing-application", "ask-applicant"})


@dataclass(frozen=True, slots=True)
class Due:
    """`state`: overdue | today | soon | ok | paused | none; of a limit that is the applicant's or holder's own also
    over (its last day has passed) and waits (it runs from the delivery of a paper, and that is not recorded yet).

    `remaining`: working days, negative when overdue; never more than the limit has, also before its first day.
    """

    on: date | None
    state: str
    remaining: int | None


def due(
    on: date | None,
    today: date,
    calendar: Calendar,
    *,
    counted_from: date | None = None,
    paused: bool = False,
    theirs: bool = False,
) -> Due:
    """The nearness of a due day on `today`. `theirs`: the limit is the applicant's or holder's, not the office's.

    `counted_from`: the day after which the limit counts (`ClockReading.counted_from`); None: not after today. What
    came in after hours or on a day off is begun on the next working day; whether that day is the first of the limit
    is the place's rule, and the limit is whole until it.
    """
    if on is None or on == NO_DUE_DAY:
        return Due(None, "none", None)
    ahead = calendar.working_days_between(today, on)
    remaining = ahead
    if counted_from is not None and today < counted_from <= on:
        remaining = calendar.working_days_between(counted_from, on)
    if paused:
        return Due(on, "waits" if theirs else "paused", remaining)
    if on < today:
        return Due(on, "over" if theirs else "overdue", min(remaining, -1))
    if on == today:
        return Due(on, "today", 0)
    # How near a day is depends on today alone, as the lists by nearness have it.
    return Due(on, "soon" if ahead <= NEAR else "ok", remaining)
