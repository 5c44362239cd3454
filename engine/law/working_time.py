"""How long something lay within the office's opening hours: what an office means by hours and days of work."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from engine.law.calendar import Calendar
from engine.law.terms import OfficeHours

SECONDS_OF_HOUR, SECONDS_OF_MINUTE = 3600, 60


def day_seconds(office_hours: OfficeHours) -> int:
    """Seconds for which the office is open on a working day."""
    return sum(_seconds(closes) - _seconds(opens) for opens, closes in office_hours.spells)


def office_seconds(
    began: datetime, ended: datetime, calendar: Calendar, office_hours: OfficeHours, zone: ZoneInfo
) -> int:
    """Seconds of opening hours from `began` to `ended` (aware); 0 where `ended` is not later.

    Days off, nights and the lunch break count nothing. The cost does not depend on how far apart the two are.
    """
    if ended <= began:
        return 0
    whole = day_seconds(office_hours)
    first, last = began.astimezone(zone), ended.astimezone(zone)
    seconds = whole * calendar.working_days_between(first.date(), last.date())
    if calendar.is_working_day(first.date()):
        seconds += whole - _open_until(first.time(), office_hours)
    if calendar.is_working_day(last.date()):
        seconds -= whole - _open_until(last.time(), office_hours)
    return seconds


def _open_until(moment: time, office_hours: OfficeHours) -> int:
    """Seconds for which the office has been open on a working day up to this time of it."""
    now = _seconds(moment)
    return sum(max(0, min(now, _seconds(closes)) - _seconds(opens)) for opens, closes in office_hours.spells)


def _seconds(moment: time) -> int:
    return moment.hour * SECONDS_OF_HOUR + moment.minute * SECONDS_OF_MINUTE + moment.second
