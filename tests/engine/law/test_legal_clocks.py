"""Legal clocks: the due day, its marks, pauses, and the reasons given for it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.law import (
    Calendar,
    CalendarYear,
    ClockTerms,
    OfficeHours,
    Pause,
    add_months,
    legal_start,
    read_clock,
)
from engine.words import Words

BASIS = Words("《行政许可法》第四十二条", "Administrative Licensing Law, art. 42")
HEARING = Words("听证", "hearing")
NATIONAL_DAY = Words("国庆节", "National Day")
OFF = {date(2026, 10, day): NATIONAL_DAY for day in range(1, 8)}
WORKED = {date(2026, 10, 10): Words("国庆节调休上班", "National Day, make-up working day")}
CALENDAR = Calendar.from_tables([CalendarYear(2026, OFF, WORKED, "published", Words("通知", "notice"), "digest")])


def terms(value: int, unit: str = "working_days") -> ClockTerms:
    return ClockTerms("promised", value, unit, BASIS)


def reading(value: int, started: date, *pauses: Pause, unit: str = "working_days", today: date | None = None, **more):
    return read_clock(terms(value, unit), started, pauses, CALENDAR, today=today or started, **more)


def pause(started: date, ended: date | None = None) -> Pause:
    return Pause(HEARING, BASIS, started, ended)


def test_twelve_working_days_over_the_october_holiday():
    clock = reading(12, date(2026, 9, 21))
    assert clock.due_on == date(2026, 10, 13)
    assert clock.marks == {"80%": date(2026, 10, 9), "-1": date(2026, 10, 12), "100%": date(2026, 10, 13)}
    assert (clock.remaining, clock.state, clock.provisional) == (12, "running", False)


def test_the_explanation_says_start_limit_basis_holidays_and_due_day():
    lines = [line.zh for line in reading(12, date(2026, 9, 21)).explanation]
    assert lines == [
        "起算：2026年9月21日（受理），当日不计入",
        "期限：12个工作日（依据：《行政许可法》第四十二条）",
        "周六、周日不计入",
        "不计入：国庆节 10月1日至10月7日",
        "计入：国庆节调休上班 10月10日",
        "到期：2026年10月13日",
    ]
    assert "Not counted: National Day, 1 October to 7 October" in [
        line.en for line in reading(12, date(2026, 9, 21)).explanation
    ]


def test_overdue_is_negative_and_on_the_due_day_nothing_remains():
    assert reading(2, date(2026, 3, 2), today=date(2026, 3, 4)).remaining == 0
    assert reading(2, date(2026, 3, 2), today=date(2026, 3, 9)).remaining == -3


def test_a_pause_takes_out_the_days_after_its_start_up_to_its_end():
    plain = reading(5, date(2026, 3, 2))
    paused = reading(5, date(2026, 3, 2), pause(date(2026, 3, 3), date(2026, 3, 5)), today=date(2026, 3, 5))
    assert (plain.due_on, paused.due_on) == (date(2026, 3, 9), date(2026, 3, 11))
    assert paused.remaining == 4
    assert paused.state == "running"


def test_overlapping_pauses_are_taken_out_once():
    two = (pause(date(2026, 3, 3), date(2026, 3, 5)), pause(date(2026, 3, 4), date(2026, 3, 6)))
    assert reading(5, date(2026, 3, 2), *two, today=date(2026, 3, 6)).due_on == date(2026, 3, 12)


def test_while_a_pause_runs_nothing_is_used_up_and_the_day_is_provisional():
    on = {day: reading(5, date(2026, 3, 2), pause(date(2026, 3, 3)), today=date(2026, 3, day)) for day in (3, 5, 11)}
    assert {clock.remaining for clock in on.values()} == {4}
    assert all(clock.state == "paused" and clock.provisional for clock in on.values())
    assert on[11].due_on == date(2026, 3, 17)
    assert any("尚未结束" in line.zh for line in on[11].explanation)


def test_a_pause_that_begins_after_the_due_day_changes_nothing():
    clock = reading(2, date(2026, 3, 2), pause(date(2026, 3, 4)), today=date(2026, 3, 10))
    assert (clock.due_on, clock.state, clock.remaining) == (date(2026, 3, 4), "running", -4)


def test_a_stopped_clock_keeps_what_remained_on_the_day_it_stopped():
    clock = reading(5, date(2026, 3, 2), today=date(2026, 6, 1), stopped_on=date(2026, 3, 4))
    assert (clock.remaining, clock.state) == (3, "stopped")


def test_calendar_days_and_months_run_over_weekends():
    assert reading(60, date(2026, 3, 2), unit="calendar_days").due_on == date(2026, 5, 1)
    months = reading(6, date(2026, 8, 31), unit="months")
    assert (months.due_on, months.remaining_unit, months.remaining) == (
        date(2027, 2, 28),
        "calendar_days",
        181,
    )
    assert months.marks["-1"] == date(2027, 2, 27)
    assert months.marks["80%"] == date(2026, 8, 31) + timedelta(144)


def test_months_are_lengthened_by_the_calendar_days_of_a_pause():
    clock = reading(
        1,
        date(2026, 3, 2),
        pause(date(2026, 3, 10), date(2026, 3, 20)),
        unit="months",
        today=date(2026, 3, 20),
    )
    assert clock.due_on == date(2026, 4, 12)


def test_an_item_decided_at_once_is_due_on_its_first_day():
    clock = reading(0, date(2026, 3, 2))
    assert set(clock.marks.values()) == {date(2026, 3, 2)}


def test_the_profile_may_count_the_first_day():
    assert reading(1, date(2026, 3, 2), first_day_counts=True).due_on == date(2026, 3, 2)


def test_a_due_day_in_an_unannounced_year_says_so():
    clock = reading(12, date(2026, 12, 25))
    assert clock.provisional
    assert clock.explanation[-1].zh == "暂定：2027年放假安排尚未公布，公布后重新计算"


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 40),
    st.dates(date(2026, 1, 1), date(2026, 11, 1)),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=4),
    st.integers(0, 90),
)
def test_the_clock_agrees_with_ticking_it_day_by_day(value, started, spells, passed):
    today = started + timedelta(passed)
    pauses = [pause(started + timedelta(after), started + timedelta(after + length)) for after, length in spells]
    clock = reading(value, started, *pauses, today=today)

    def ticks(day: date) -> bool:
        stopped = any(p.started < day <= p.ended for p in pauses)
        return CALENDAR.is_working_day(day) and not stopped

    day, left = started, value
    while left:
        day += timedelta(1)
        left -= ticks(day)
    assert clock.due_on == day
    if today <= day:
        ahead = (today + timedelta(i) for i in range(1, (day - today).days + 1))
        assert clock.remaining == sum(map(ticks, ahead))


# ---------------------------------------------------------------- arrival

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = OfficeHours(((time(9), time(12)), (time(13, 30), time(17, 30))), BASIS)


@pytest.mark.parametrize(
    ("arrived", "starts"),
    [
        ("2026-03-06T07:00", date(2026, 3, 6)),
        ("2026-03-06T12:30", date(2026, 3, 6)),
        ("2026-03-06T17:30", date(2026, 3, 6)),
        ("2026-03-06T17:31", date(2026, 3, 9)),
        ("2026-03-07T10:00", date(2026, 3, 9)),
        ("2026-09-30T23:59", date(2026, 10, 8)),
    ],
)
def test_what_arrives_after_hours_starts_on_the_next_working_day(arrived, starts):
    moment = datetime.fromisoformat(arrived).replace(tzinfo=ZONE).astimezone(UTC)
    assert legal_start(moment, ZONE, HOURS, CALENDAR) == starts


def test_a_place_may_let_the_day_of_arrival_stand():
    saturday = datetime(2026, 3, 7, 10, tzinfo=ZONE)
    assert legal_start(saturday, ZONE, HOURS, CALENDAR, after_hours="same-day") == date(2026, 3, 7)


def test_months_end_on_the_last_day_where_the_day_is_missing():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)
