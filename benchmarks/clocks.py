"""Legal clocks: the due day of a limit, beside counting it day by day over the same tables.

The oracle is the one of the property tests: it shares nothing with the engine and reads the tables as they are
published, row by row. Both give the same day for every start before anything is measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from benchmarks.figures import Figure
from benchmarks.measure import best_seconds
from engine.law import Calendar, CalendarYear, ClockTerms, Pause, read_clock
from engine.words import Words
from tests.support.day_by_day import due_day_by_day, generated_tables

BASIS = Words("依据", "basis")
TERMS = ClockTerms("promised", 20, "working_days", BASIS)
#: A start in each season, each seen on its first day.
STARTS = (date(2020, 3, 2), date(2023, 6, 12), date(2026, 9, 21), date(2031, 12, 18))
FAR_AHEAD = timedelta(400)


def run(*, full: bool) -> Iterator[Figure]:
    """Times of one due day in a calendar that has been used before, as in a worker."""
    tables = generated_tables(7)
    calendar = Calendar.from_tables(tables)
    repeat = 5_000 if full else 100
    yield _figure(tables, calendar, (), repeat, "clocks.due_20_days", "20 working days over 20 years of tables", 100.0)
    spells = ((2, 5), (9, 20))
    pauses = tuple((timedelta(began), timedelta(ended)) for began, ended in spells)
    yield _figure(tables, calendar, pauses, repeat, "clocks.due_with_pauses", "the same with two pauses", 25.0)


def _figure(
    tables: list[CalendarYear],
    calendar: Calendar,
    spells: Sequence[tuple[timedelta, timedelta]],
    repeat: int,
    name: str,
    what: str,
    bar: float,
) -> Figure:
    clocks = [
        (start, tuple(Pause(BASIS, BASIS, start + began, start + ended) for began, ended in spells)) for start in STARTS
    ]
    for start, pauses in clocks:
        reading = read_clock(TERMS, start, pauses, calendar, today=start + FAR_AHEAD)
        oracle = due_day_by_day(tables, TERMS, start, pauses, today=start + FAR_AHEAD)
        assert reading.due_on == oracle, f"{start}: {reading.due_on} here, {oracle} day by day"

    def ours() -> None:
        for start, pauses in clocks:
            read_clock(TERMS, start, pauses, calendar, today=start + FAR_AHEAD)

    def day_by_day() -> None:
        for start, pauses in clocks:
            due_day_by_day(tables, TERMS, start, pauses, today=start + FAR_AHEAD)

    mine = best_seconds(ours, repeat=repeat) / len(clocks)
    peer = best_seconds(day_by_day, repeat=max(1, repeat // 100)) / len(clocks)
    return Figure(
        name,
        f"the due day of a limit: {what}",
        "us CPU",
        mine * 1e6,
        peer * 1e6,
        "day by day",
        peer / mine,
        bar,
        at_least=True,
    )
