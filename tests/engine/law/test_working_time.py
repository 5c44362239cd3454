"""How long something lay within the opening hours of an office."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Words
from engine.law import Calendar, OfficeHours, day_seconds, office_seconds

ZONE = ZoneInfo("Asia/Shanghai")
#: Monday to Friday, seven hours a day with a break.
HOURS = OfficeHours(((time(9), time(12)), (time(13, 30), time(17, 30))), Words("", ""))
PLAIN = Calendar.from_tables([])
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)


def at(day: int, clock: str) -> datetime:
    """A moment; `day` 0 is a Monday."""
    hour, minute = clock.split(":")
    return MONDAY + timedelta(days=day, hours=int(hour), minutes=int(minute))


@pytest.mark.parametrize(
    ("began", "ended", "hours"),
    [
        (at(0, "10:00"), at(0, "11:00"), 1),
        (at(0, "11:30"), at(0, "14:00"), 1),  # over the break
        (at(0, "10:00"), at(1, "10:00"), 7),
        (at(4, "17:00"), at(7, "09:30"), 1),  # over a weekend
        (at(5, "10:00"), at(6, "15:00"), 0),  # within one
        (at(0, "18:00"), at(1, "08:00"), 0),  # a night
        (at(5, "10:00"), at(8, "09:00"), 7),
        (at(0, "08:00"), at(14, "20:00"), 77),
        (at(1, "10:00"), at(0, "10:00"), 0),  # nothing lasts less than nothing
    ],
)
def test_only_opening_hours_of_working_days_count(began: datetime, ended: datetime, hours: float) -> None:
    assert office_seconds(began, ended, PLAIN, HOURS, ZONE) == hours * 3600
    assert day_seconds(HOURS) == 7 * 3600


MINUTES = st.integers(0, 30 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))


@given(MINUTES, MINUTES, MINUTES)
def test_two_spans_in_a_row_last_as_long_as_both_together(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    parts = [office_seconds(a, b, PLAIN, HOURS, ZONE) for a, b in ((first, middle), (middle, last), (first, last))]
    assert parts[0] + parts[1] == parts[2]
    assert all(part >= 0 for part in parts)
