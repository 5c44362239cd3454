"""What a time starts: when it is due, when again, and what has passed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine import ExpressionFailed
from engine.bpmn import compile_program
from engine.law import Calendar
from engine.runtime import Context, TimedStart, next_start, timed_starts, upcoming_start
from tests.engine.runtime.diagrams import diagram

NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(moment: datetime) -> Context:
    return Context(now=moment, zone=ZoneInfo("Asia/Shanghai"), calendar=Calendar.from_tables([]))


def starts(time: str) -> tuple[TimedStart, ...]:
    drawn = diagram("start s timer PT1H\nend e\ns -> e").replace(b"timeDuration", kind(time).encode())
    return timed_starts(compile_program({"p.bpmn": drawn.replace(b">PT1H<", f">{time}<".encode())}, "p"), at(NOW))


def kind(time: str) -> str:
    return "timeCycle" if time.startswith("R") else "timeDate" if time[:1].isdigit() else "timeDuration"


def test_a_date_a_duration_and_a_cycle_are_due_when_they_say() -> None:
    assert starts("2026-09-02T10:00:00+08:00")[0].at == NOW + timedelta(days=1)
    assert starts("PT1H") == (TimedStart("p", "s", NOW + HOUR),)
    (cycle,) = starts("R3/PT1H")
    following = next_start(cycle, at(NOW))
    assert following is not None
    assert (cycle.at, following.at) == (NOW + HOUR, NOW + 2 * HOUR)
    assert next_start(starts("PT1H")[0], at(NOW)) is None


def test_what_has_passed_is_passed_over_and_counted() -> None:
    (five,) = starts("R5/PT1H")
    one = upcoming_start(five, at(NOW + timedelta(hours=3, minutes=30)))
    assert one is not None
    assert (one.at, one.cycle) == (NOW + 4 * HOUR, (2, 0, 3_600_000_000))
    assert upcoming_start(five, at(NOW + timedelta(hours=5))) is None
    assert upcoming_start(five, at(NOW + timedelta(days=400))) is None
    assert upcoming_start(five, at(NOW)) == five


def test_a_short_interval_after_long_years_and_months_of_unequal_length() -> None:
    (minute,) = starts("R/PT1M")
    years = NOW + timedelta(days=3653, seconds=30)
    one = upcoming_start(minute, at(years))
    assert one is not None
    assert timedelta() < one.at - years <= timedelta(minutes=1)
    (month,) = starts("R/2026-01-31T09:00:00+08:00/P1M")
    later = upcoming_start(month, at(NOW))
    assert later is not None
    assert later.at.month == 9


def test_a_time_without_a_value_is_an_error() -> None:
    with pytest.raises(ExpressionFailed) as refused:
        starts("=when")
    assert refused.value.words.zh != refused.value.words.en  # people read it in their language
