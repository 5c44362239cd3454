"""Reads `calendars/<year>.toml`: which days of a year are off and which are worked instead."""

from __future__ import annotations

import hashlib
from datetime import date

from engine.findings import Report
from engine.law.calendar import SATURDAY, CalendarYear
from engine.law.tables import Table, read_toml
from engine.words import Words

_STATUS = {"announced": "published", "published": "published", "provisional": "provisional"}


def read_calendar(content: bytes, file: str = "calendar.toml") -> CalendarYear:
    """One year's table, or (with `place`) the local closures of a year. Raises DefinitionInvalid with every fault.

    A day named twice, a day of another year (but the December before) and a make-up day on a weekday
    are faults: each of them would shift every limit that crosses it. Whether a table agrees with those that are
    in force is asked by `check_calendar`.
    """
    report = Report(file)
    root = read_toml(content, report)
    root.integer("format", least=1)
    year = root.integer("year", least=1900)
    status = root.choice("status", tuple(_STATUS))
    source = root.words("source")
    place, replaces = root.text("place", required=False), root.text("replaces", required=False)
    days: dict[str, dict[date, Words]] = {"closed": {}} if place else {"holiday": {}, "make-up": {}}
    statutory = {day for row in root.rows("days") if (day := _read_day(row, year, days)) is not None}
    root.finish()
    report.raise_errors()
    return CalendarYear(
        year,
        days["closed"] if place else days["holiday"],
        days.get("make-up", {}),
        _STATUS[status],
        source,
        hashlib.sha256(content).hexdigest(),
        frozenset(statutory),
        place,
        replaces,
    )


def _read_day(row: Table, year: int, days: dict[str, dict[date, Words]]) -> date | None:
    """Takes the day into `days`; the day itself where the law names it (`statutory`)."""
    day, kind, name = row.day("date"), row.choice("kind", tuple(days)), row.words("name")
    statutory = row.boolean("statutory", default=False)
    row.finish()
    if day == date.min:
        return None
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        row.wrong("date", Words(f"{day}不属于{year}年。", f"{day} does not belong to {year}."))
    for other, known in days.items():
        if day in known:
            _named_twice(row, day, same_kind=other == kind)
    if kind == "make-up" and day.weekday() < SATURDAY:
        row.wrong(
            "date",
            Words(f"{day}本来就是工作日，不能调休上班。", f"{day} is a weekday; it cannot be a make-up day."),
        )
    days[kind][day] = name
    return day if statutory else None


def _named_twice(row: Table, day: date, *, same_kind: bool) -> None:
    code = "day-named-twice" if same_kind else "day-contradicts"
    message = (
        Words(f"{day}重复出现。", f"{day} is named twice.")
        if same_kind
        else Words(f"{day}既放假又上班。", f"{day} is both a day off and a working day.")
    )
    row.report.error(code, row.path, message, Words("只保留通知规定的一条。", "Keep the one that the notice says."))
