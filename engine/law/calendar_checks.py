"""Whether a table of working days may come into force beside those that are: twice, contradicting, in part.

A wrong table moves every limit that crosses it, so it is refused with words that name the days and the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.findings import Finding, Report
from engine.law.calendar import Calendar, CalendarYear
from engine.law.clock_words import day_words
from engine.law.profile import Profile
from engine.words import Words

#: The parameter of a profile that says how many days of a year the law itself makes holidays.
STATUTORY_DAYS = "statutory-holidays"
#: So many days are named in a sentence; the rest is counted.
NAMED = 6


def check_calendar(table: CalendarYear, in_force: Iterable[CalendarYear], profile: Profile) -> list[Finding]:
    """Every reason why `table` may not come into force beside `in_force`; none: it may.

    `profile` is the place's: how many statutory holidays a whole table has, on which basis.
    """
    report = Report(_file(table))
    known = list(in_force)
    if table.place:
        _check_closures(table, known, report)
    else:
        _check_year(table, [one for one in known if not one.place], profile, report)
    return report.findings


def _check_year(table: CalendarYear, known: list[CalendarYear], profile: Profile, report: Report) -> None:
    before = next((one for one in known if one.year == table.year), None)
    if before is not None and _says_the_same(before, table):
        _twice(before, report)
        return
    if table.status == "published":
        _check_whole(table, known, profile, report)
    for other in known:
        if other.status == "published":
            _check_agreement(table, other, report)
    if before is not None and before.status == "published" and table.status != "published":
        report.error(
            "calendar-taken-back",
            "status",
            Words(
                f"{table.year}年的安排已经公布，不能再导入为暂定。",
                f"The days of {table.year} are published; a provisional table cannot take that back.",
            ),
            Words("导入更正后的正式安排。", "Import the corrected table as published."),
        )


def _check_closures(table: CalendarYear, known: list[CalendarYear], report: Report) -> None:
    before = next((one for one in known if one.place == table.place and one.year == table.year), None)
    if before is not None and _says_the_same(before, table):
        _twice(before, report)
        return
    national = Calendar.from_tables(one for one in known if not one.place)
    idle = [day for day in table.holidays if not national.is_working_day(day)]
    if idle:
        named = _named(idle)
        report.error(
            "closure-on-day-off",
            "days",
            Words(f"{named.zh}本来就不上班，不能登记为停止办公。", f"Nobody works on {named.en} anyhow: no closure."),
            Words("删去这些日期。", "Remove these days."),
        )
    if before is not None:
        _check_agreement(table, before, report)


def _says_the_same(one: CalendarYear, other: CalendarYear) -> bool:
    return one.version == other.version or (one.status == other.status and one.days == other.days)


def _twice(before: CalendarYear, report: Report) -> None:
    report.error(
        "calendar-imported-twice",
        "",
        Words(
            f"{before.year}年的这份安排已经导入，内容相同（{before.source.zh}）。",
            f"This table of {before.year} is imported already, with the same days ({before.source.en}).",
        ),
        Words("不需要再次导入。", "There is nothing to import."),
    )


def _check_agreement(table: CalendarYear, other: CalendarYear, report: Report) -> None:
    """A published day has one meaning, unless the new table says that it corrects the other."""
    if table.replaces and table.replaces in (other.source.zh, other.version, other.version[:12]):
        return
    mine, theirs = table.days, other.days
    if table.year == other.year and table.place == other.place:
        differing = sorted(day for day in mine.keys() | theirs.keys() if mine.get(day) != theirs.get(day))
    else:
        differing = sorted(day for day in mine.keys() & theirs.keys() if mine[day] != theirs[day])
    if not differing:
        return
    named = _named(differing)
    report.error(
        "calendar-contradicts",
        "days",
        Words(
            f"与已公布的安排不一致：{named.zh}（{other.source.zh}）。",
            f"It contradicts the published table on {named.en} ({other.source.en}).",
        ),
        Words(
            f"核对通知；确为更正的，在replaces中写明所更正的安排（{other.version[:12]}）。",
            f"Check the notice; where it corrects the former one, name that in replaces ({other.version[:12]}).",
        ),
    )


def _check_whole(table: CalendarYear, known: list[CalendarYear], profile: Profile, report: Report) -> None:
    """The holidays that the law itself names are all there: a month that is missing shows in them."""
    missing = sorted(_statutory_elsewhere(table, known) - table.holidays.keys())
    if missing:
        lacking = "、".join(f"{month}月" for month in sorted({day.month for day in missing}))
        named = _named(missing)
        report.error(
            "calendar-month-missing",
            "days",
            Words(
                f"缺少{lacking}的法定节假日：{named.zh}。",
                f"Statutory holidays are missing: {named.en}.",
            ),
            Words("按通知补全每个月。", "Complete every month after the notice."),
        )
        return
    wanted = profile.parameters.get(STATUTORY_DAYS)
    if wanted is None or not isinstance(wanted.value, int) or len(table.statutory) == wanted.value:
        return
    absent = _months_without(table, known)
    months = Words(f"，{absent.zh}没有安排" if absent.zh else "", f"; none in {absent.en}" if absent.en else "")
    report.error(
        "calendar-incomplete",
        "days",
        Words(
            f"法定节假日应为{wanted.value}天，表中有{len(table.statutory)}天{months.zh}（{wanted.basis.zh}）。",
            f"The law has {wanted.value} statutory holidays, the table {len(table.statutory)}{months.en}"
            f" ({wanted.basis.en}).",
        ),
        Words("按通知补全每个月。", "Complete every month after the notice."),
    )


def _statutory_elsewhere(table: CalendarYear, known: list[CalendarYear]) -> set[date]:
    """What is known of this year's statutory holidays before its notice, from the provisional table."""
    return {day for one in known if one.year == table.year for day in one.statutory}


def _months_without(table: CalendarYear, known: list[CalendarYear]) -> Words:
    """Months in which the year before had statutory holidays and this one has none."""
    near = max((one for one in known if one.statutory), key=lambda one: -abs(one.year - table.year), default=None)
    if near is None:
        return Words("", "")
    months = sorted({day.month for day in near.statutory} - {day.month for day in table.statutory})
    return Words("、".join(f"{month}月" for month in months), ", ".join(f"month {month}" for month in months))


def _named(days: Iterable[date]) -> Words:
    listed = list(days)
    shown = [day_words(day) for day in listed[:NAMED]]
    more = len(listed) - len(shown)
    return Words(
        "、".join(day.zh for day in shown) + (f"等{len(listed)}天" if more else ""),
        ", ".join(day.en for day in shown) + (f" and {more} more" if more else ""),
    )


def _file(table: CalendarYear) -> str:
    return f"{table.place}/{table.year}.toml" if table.place else f"{table.year}.toml"
