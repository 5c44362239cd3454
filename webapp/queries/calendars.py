"""The tables of working days: what is in force here, which versions there were, and what waits for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from engine import Words
from engine.law import Calendar, CalendarYear
from webapp.catalogue import rules_in_force
from webapp.services.calendars import in_force
from webapp.services.rule_ledger import CALENDARS
from webapp.unit_of_work import sql

#: Lines of the chain on the page.
SHOWN = 20
KINDS = {
    "calendar-imported": Words("已导入", "imported"),
    "calendar-refused": Words("未导入", "refused"),
    "calendar-recomputed": Words("已重新计算", "computed anew"),
}


@dataclass(frozen=True, slots=True)
class TableView:
    """A table in force. `days`: (day, "holiday" or "make-up" or "closed", its name), in order."""

    table: CalendarYear
    loaded_at: datetime | None
    versions: int
    days: tuple[tuple[date, str, Words], ...]


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What happened to a table: who, when, what came of it."""

    at: datetime
    who: str
    what: Words
    refused: bool
    version: str
    detail: Words


@dataclass(frozen=True, slots=True)
class CalendarsPage:
    place: Words
    tables: tuple[TableView, ...]
    provisional: int  # running limits that wait for a table
    lines: tuple[ImportLine, ...]


LOADED = """
select digest, loaded_at, count(*) over (partition by kind, key) from rule_table where kind in ('calendar', 'closures')
"""
#: Running limits whose day is not final, by the years that they run through. A pause makes a day open too: what stands
#: still waits for no table, unless its day as it stands lies in a year without one.
PROVISIONAL = """
select extract(year from started_on)::int, extract(year from due_on)::int, count(*) from legal_clock
where stopped_on is null and provisional and unit = 'working_days' group by 1, 2
"""
LINES = """
select e.at, coalesce(u.name, ''), e.kind, e.body from release_event e left join app_user u on u.id = e.actor_id
where e.bundle_key = %s order by e.seq desc limit %s
"""


def calendars_page(place: str = "") -> CalendarsPage:
    """The tables in force in this place (empty: the office's own). Raises NotFound."""
    rules = rules_in_force(place)
    loaded = {digest: (at, count) for digest, at, count in sql().execute(LOADED)}
    return CalendarsPage(
        rules.profile.jurisdiction,
        tuple(_view(table, *loaded.get(table.version, (None, 1))) for table in in_force(rules)),
        _waiting(rules.calendar),
        tuple(_line(row) for row in sql().execute(LINES, (CALENDARS, SHOWN))),
    )


def _waiting(calendar: Calendar) -> int:
    """How many running limits cross a year whose table is not published."""
    return sum(
        count
        for first, last, count in sql().execute(PROVISIONAL)
        if not all(calendar.is_published(year) for year in range(first, last + 1))
    )


def _view(table: CalendarYear, loaded_at: datetime | None, versions: int) -> TableView:
    off = "closed" if table.place else "holiday"
    days = [(day, off, name) for day, name in table.holidays.items()]
    days += [(day, "make-up", name) for day, name in table.make_up_days.items()]
    return TableView(table, loaded_at, versions, tuple(sorted(days, key=lambda one: one[0])))


#: Why a table was not imported, by the code that the ledger keeps.
REFUSED_FOR = {
    "calendar-taken-back": Words("已公布的安排不能改回暂定", "what is published cannot become provisional again"),
    "closure-on-day-off": Words("停止办公日本来就休息", "a closure on a day that is off anyway"),
    "calendar-imported-twice": Words("同一安排已经导入", "the same table is imported already"),
    "calendar-contradicts": Words("与已导入的安排矛盾", "it contradicts what is imported"),
    "calendar-month-missing": Words("缺少月份", "a month is missing"),
    "calendar-incomplete": Words("法定节假日天数不符", "the number of statutory holidays is not right"),
    "missing-key": Words("缺少必填项", "an entry is missing"),
    "unknown-key": Words("有不认识的项", "an entry is not known"),
    "wrong-value": Words("有填写不正确的值", "a value is not right"),
    "not-toml": Words("不是日历文件（TOML）", "it is no calendar file (TOML)"),
}


def _line(row: tuple[Any, ...]) -> ImportLine:
    at, who, kind, body = row
    told = orjson.loads(body)
    reasons = [REFUSED_FOR.get(code, Words(code, code)) for code in told.get("codes", ())]
    detail = Words("；".join(one.zh for one in reasons), "; ".join(one.en for one in reasons))
    if kind == "calendar-imported":
        detail = Words(str(told.get("table", "")), str(told.get("table", "")))
    elif kind == "calendar-recomputed":
        limits, cases = told.get("limits", 0), told.get("cases", 0)
        detail = Words(f"{limits} 个期限，{cases} 个办件", f"{limits} limits of {cases} cases")
    return ImportLine(at, who, KINDS.get(kind, Words(kind, kind)), kind == "calendar-refused", told["version"], detail)
