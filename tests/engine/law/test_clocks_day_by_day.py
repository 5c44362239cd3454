"""Limits with pauses and extensions over twenty years of made-up calendars, held against counting day by day."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.law import Calendar, CalendarYear, ClockTerms, Extension, Pause, read_clock
from engine.words import Words
from tests.support.day_by_day import due_day_by_day, generated_tables, is_paused, is_worked

BASIS = Words("依据", "basis")
STARTS = st.dates(date(2016, 1, 2), date(2034, 6, 30))
UNITS = st.sampled_from(["working_days", "calendar_days", "months"])
SPELLS = st.lists(st.tuples(st.integers(-20, 120), st.integers(0, 40)), max_size=5)


@lru_cache(maxsize=64)
def place(seed: int, closed: tuple[int, ...] = ()) -> tuple[list[CalendarYear], Calendar]:
    """Made-up tables, with local closures on some days of 2020, and the calendar of them."""
    tables = generated_tables(seed)
    days = [date(2020, 1, 1) + timedelta(n) for n in closed]
    closures = CalendarYear(2020, dict.fromkeys(days, BASIS), {}, "published", BASIS, "closures", place="here")
    given_tables = [*tables, closures] if closed else tables
    return given_tables, Calendar.from_tables(given_tables)


def pauses_of(start: date, spells: list[tuple[int, int]]) -> list[Pause]:
    began = [(start + timedelta(after), length) for after, length in spells]
    return [Pause(BASIS, BASIS, day, day + timedelta(length)) for day, length in began]


@settings(max_examples=400, deadline=None)
@given(
    seed=st.integers(0, 20),
    closed=st.lists(st.integers(0, 365), max_size=3).map(lambda days: tuple(sorted(set(days)))),
    start=STARTS,
    value=st.integers(1, 90),
    unit=UNITS,
    spells=SPELLS,
    counts=st.booleans(),
)
def test_the_due_day_is_the_one_found_day_by_day(seed, closed, start, value, unit, spells, counts) -> None:
    tables, calendar = place(seed, closed)
    terms = ClockTerms("promised", value if unit != "months" else value % 7 + 1, unit, BASIS)
    pauses, today = pauses_of(start, spells), date(2036, 1, 1)
    reading = read_clock(terms, start, pauses, calendar, today=today, first_day_counts=counts)
    wanted = due_day_by_day(tables, terms, start, pauses, today=today, first_day_counts=counts)
    assert reading.due_on == wanted


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 20), start=STARTS, value=st.integers(1, 60), spells=SPELLS, later=st.integers(0, 200))
def test_a_pause_that_still_runs_ends_today(seed, start, value, spells, later) -> None:
    tables, calendar = place(seed)
    terms, today = ClockTerms("promised", value, "working_days", BASIS), start + timedelta(later)
    ended = [pause for pause in pauses_of(start, spells) if pause.ended is not None and pause.ended <= today]
    pauses = [*ended, Pause(BASIS, BASIS, start + timedelta(later // 2))]
    reading = read_clock(terms, start, pauses, calendar, today=today)
    assert reading.due_on == due_day_by_day(tables, terms, start, pauses, today=today)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 20), start=STARTS, value=st.integers(1, 60), spells=SPELLS, today_after=st.integers(0, 150))
def test_what_remains_are_the_days_that_count_up_to_the_due_day(seed, start, value, spells, today_after) -> None:
    tables, calendar = place(seed)
    terms, today = ClockTerms("promised", value, "working_days", BASIS), start + timedelta(today_after)
    pauses = pauses_of(start, spells)
    reading = read_clock(terms, start, pauses, calendar, today=today)
    if today > reading.due_on:
        late = (reading.due_on + timedelta(n) for n in range(1, (today - reading.due_on).days + 1))
        assert reading.remaining == -sum(is_worked(tables, day) for day in late)
    else:
        ahead = (today + timedelta(n) for n in range(1, (reading.due_on - today).days + 1))
        assert reading.remaining == sum(is_worked(tables, day) and not is_paused(pauses, day, today) for day in ahead)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 20), start=STARTS, value=st.integers(1, 40), more=st.integers(1, 15), spells=SPELLS)
def test_an_extension_is_a_longer_limit(seed, start, value, more, spells) -> None:
    tables, calendar = place(seed)
    pauses, today = pauses_of(start, spells), date(2036, 1, 1)
    terms = ClockTerms("statutory", value, "working_days", BASIS)
    extended = [Extension(more, BASIS, Words("负责人", "the head"), start)]
    reading = read_clock(terms, start, pauses, calendar, today=today, extensions=extended)
    whole = ClockTerms("statutory", value + more, "working_days", BASIS)
    assert reading.due_on == due_day_by_day(tables, whole, start, pauses, today=today)
    assert any("延长" in line.zh for line in reading.explanation)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 20), start=STARTS, value=st.integers(1, 60), spells=SPELLS)
def test_marks_come_in_order_and_the_explanation_names_every_day_off(seed, start, value, spells) -> None:
    _, calendar = place(seed)
    reading = read_clock(
        ClockTerms("promised", value, "working_days", BASIS),
        start,
        pauses_of(start, spells),
        calendar,
        today=date(2036, 1, 1),
    )
    assert start <= reading.marks["80%"] <= reading.due_on
    assert reading.marks["-1"] < reading.due_on == reading.marks["100%"]
    off = {day for day in calendar.holidays if start < day <= reading.due_on}
    assert {day for day, _ in reading.skipped} == off


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 20),
    start=STARTS,
    value=st.integers(1, 60),
    unit=UNITS,
    spells=SPELLS,
    began=st.integers(0, 100),
    since=st.integers(0, 60),
)
def test_a_clock_stands_still_just_when_the_running_pause_can_move_its_due_day(
    seed, start, value, unit, spells, began, since
) -> None:
    """What began on the due day, or later, moves nothing however long it lasts: that day still ran."""
    tables, calendar = place(seed)
    terms = ClockTerms("promised", value if unit != "months" else value % 7 + 1, unit, BASIS)
    today = start + timedelta(began + since)
    ended = [pause for pause in pauses_of(start, spells) if pause.ended is not None and pause.ended <= today]
    pauses = [*ended, Pause(BASIS, BASIS, start + timedelta(began))]
    reading = read_clock(terms, start, pauses, calendar, today=today)
    lasting = due_day_by_day(tables, terms, start, pauses, today=today + timedelta(400))
    assert (reading.state == "paused") == (lasting > due_day_by_day(tables, terms, start, pauses, today=today))


def test_a_pause_that_begins_on_the_due_day_leaves_that_day_to_the_office() -> None:
    _, calendar = place(0)
    terms, start = ClockTerms("promised", 3, "calendar_days", BASIS), date(2020, 3, 2)
    due = date(2020, 3, 5)
    states = {
        day.isoformat(): read_clock(terms, start, [Pause(BASIS, BASIS, day)], calendar, today=due + timedelta(2)).state
        for day in (due - timedelta(1), due, due + timedelta(1))
    }
    assert states == {"2020-03-04": "paused", "2020-03-05": "running", "2020-03-06": "running"}
    extended = [Extension(2, BASIS, Words("负责人", "the head"), due)]
    pauses = [Pause(BASIS, BASIS, due)]
    assert read_clock(terms, start, pauses, calendar, today=due, extensions=extended).state == "paused"
