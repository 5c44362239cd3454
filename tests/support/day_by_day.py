"""Twenty years of made-up calendars, and limits counted on them day by day: the oracle for the engine's clocks.

Nothing here is shared with `engine.law` but the values: the oracle reads the tables as they are published, row by
row, and looks at one day after the other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from engine.law import CalendarYear, ClockTerms, Pause
from engine.words import Words

FIRST_YEAR, LAST_YEAR = 2016, 2035
#: (month, day, days off) of a year's festivals, about as the State Council arranges them.
FESTIVALS = ((1, 1, 3), (2, 8, 8), (4, 4, 3), (5, 1, 5), (6, 12, 3), (9, 20, 3), (10, 1, 8))
FESTIVAL = Words("节日", "festival")
NOTICE = Words("通知", "notice")
ONE_DAY = timedelta(1)


def generated_tables(seed: int) -> list[CalendarYear]:
    """A table for each year: festivals that shift by some days, and weekend days worked instead of some of them."""
    chance = random.Random(seed)
    tables = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        off: set[date] = set()
        worked: set[date] = set()
        for month, day, length in FESTIVALS:
            begins = date(year, month, day) + timedelta(chance.randint(-5, 5) if month != 1 else 0)
            spell = [begins + timedelta(n) for n in range(chance.randint(1, length))]
            off.update(day for day in spell if day.year == year)
            weekends = [begins + timedelta(n) for n in (*range(-9, 0), *range(length, length + 9))]
            free = [day for day in weekends if day.weekday() >= 5 and day.year == year]
            worked.update(chance.sample(free, min(len(free), chance.randint(0, 2))))
        worked -= off
        tables.append(
            CalendarYear(
                year,
                dict.fromkeys(sorted(off), FESTIVAL),
                dict.fromkeys(sorted(worked), FESTIVAL),
                "published",
                NOTICE,
                f"version-{year}",
            )
        )
    return tables


def is_worked(tables: Sequence[CalendarYear], day: date) -> bool:
    """Whether the office works on this day: every row of every table is looked at; a later table's word holds."""
    worked = day.weekday() < 5
    for table in tables:
        for holiday in table.holidays:
            if holiday == day:
                worked = False
        for make_up_day in table.make_up_days:
            if make_up_day == day:
                worked = True
    return worked


def is_paused(pauses: Sequence[Pause], day: date, today: date) -> bool:
    """Whether the clock stands still on this day: after the day on which a pause began, to that on which it ended."""
    return any(pause.started < day <= (pause.ended or max(today, pause.started)) for pause in pauses)


def due_day_by_day(
    tables: Sequence[CalendarYear],
    terms: ClockTerms,
    started_on: date,
    pauses: Sequence[Pause],
    *,
    today: date,
    first_day_counts: bool = False,
) -> date:
    """The day on which the limit ends, found by walking from its start, one day after the other."""
    day = started_on - ONE_DAY if first_day_counts else started_on
    wanted = terms.value if terms.unit != "months" else (_months_later(day, terms.value) - day).days
    counted = 0
    while counted < wanted:
        day += ONE_DAY
        if is_paused(pauses, day, today):
            continue
        if terms.unit != "working_days" or is_worked(tables, day):
            counted += 1
    return day


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    last = day.day
    while True:
        try:
            return date(year, month, last)
        except ValueError:
            last -= 1
