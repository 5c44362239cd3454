"""The figures of the board: per unit and per person what is near, late and paused, signals, days taken and promised.

A small office is counted as the page opens. Where more is open, the worker's last count is shown with its time: the
page then costs the same for a million cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from engine import Words
from webapp import clock, moments
from webapp.catalogue import Rules
from webapp.models.figures import NOBODY, WHOLE_UNIT
from webapp.services.figures import counting
from webapp.unit_of_work import sql

#: Rows of the inbox, and unsettled signals, up to which a page counts for itself.
COUNTED_AT_ONCE = 3000
#: Days back over which decided items are averaged.
PERIODS = (30, 90, 365)


@dataclass(frozen=True, slots=True)
class Counts:
    """Open work and unsettled signals of a unit or a person."""

    running: int = 0
    near: int = 0
    overdue: int = 0
    paused: int = 0
    yellow: int = 0
    red: int = 0


@dataclass(frozen=True, slots=True)
class Days:
    """Decided items of a period: how many, working days used and promised on average, how many were late."""

    items: int = 0
    used: float = 0.0
    promised: float = 0.0
    late: int = 0

    @property
    def in_time(self) -> int | None:
        """How many of a hundred were in time; None where nothing was decided."""
        return round(100 * (self.items - self.late) / self.items) if self.items else None


@dataclass(frozen=True, slots=True)
class UnitLine:
    key: str
    name: Words
    counts: Counts
    days: Days


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of the unit; `id` None: work that nobody has claimed."""

    id: int | None
    name: str
    counts: Counts
    days: Days
    pinyin: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts by (unit, person), and when they were taken; `at` None: just now."""

    by: Mapping[tuple[str, int], Counts]
    at: datetime | None


# Both counts stop at the cap; which of the two tables a person looks at makes no difference to the page.
MANY = f"""
select (select count(*) from (select from task_candidate limit {COUNTED_AT_ONCE + 1}) t) > {COUNTED_AT_ONCE}
    or (select count(*) from (select from supervision_signal where settled_at is null
        limit {COUNTED_AT_ONCE + 1}) s) > {COUNTED_AT_ONCE}
"""
COLUMNS = ", ".join(field.name for field in fields(Counts))
NOW = f"select unit, person_id, {COLUMNS}, null from ({{counted}}) counted"
KEPT = f"select unit, person_id, {COLUMNS}, at from unit_figure"
UNITS = """
select d.key, d.name_zh, d.name_en from department d
where exists (select from candidate_group g where g.department_id = d.id) order by d.id
"""
UNIT_DAYS = """
select unit, sum(items), sum(used), sum(promised), sum(late) from ruled_day
where person_id = %s and day >= %s group by unit
"""
PERSON_DAYS = """
select person_id, sum(items), sum(used), sum(promised), sum(late) from ruled_day
where unit = %s and day >= %s and person_id <> %s group by person_id
"""
#: Who belongs to the unit, and whoever else has work or signals of it.
PEOPLE = """
select u.id, u.name, u.name_pinyin from app_user u join department d on d.id = u.department_id
where (d.key = %s and u.active and exists (select from membership m where m.user_id = u.id)) or u.id = any(%s)
order by u.name_pinyin, u.id
"""


def count(rules: Rules) -> Counted:
    """The open work and unsettled signals of all units and people."""
    row = sql().execute(MANY).fetchone()
    many = bool(row and row[0])
    if many:
        rows = sql().execute(KEPT).fetchall()
    else:
        counted, values = counting(rules)
        rows = sql().execute(NOW.format(counted=counted), values).fetchall()
    by = {(key, person): Counts(*numbers) for key, person, *numbers, _ in rows}
    return Counted(by, next((row[-1] for row in rows), None))


def averaged_at() -> datetime | None:
    """When the worker last counted the days taken; None before it has. Later rulings are not in the averages yet."""
    row = sql().execute("select max(at) from unit_figure").fetchone()
    return row[0] if row else None


def units(counted: Counted, *, days_back: int) -> list[UnitLine]:
    """Every unit that has posts."""
    rows = sql().execute(UNIT_DAYS, (WHOLE_UNIT, _since(days_back)))
    taken = {unit: _days(*sums) for unit, *sums in rows}
    return [
        UnitLine(key, Words(zh, en), counted.by.get((key, WHOLE_UNIT), Counts()), taken.get(key, Days()))
        for key, zh, en in sql().execute(UNITS).fetchall()
    ]


def people(counted: Counted, unit: str, *, days_back: int) -> list[PersonLine]:
    """The people of a unit, what nobody has claimed last."""
    rows = sql().execute(PERSON_DAYS, (unit, _since(days_back), WHOLE_UNIT))
    taken = {person: _days(*sums) for person, *sums in rows}
    of_unit = {person: counts for (key, person), counts in counted.by.items() if key == unit}
    known = sorted({*of_unit, *taken} - {WHOLE_UNIT, NOBODY})
    lines = [
        PersonLine(id_, name, of_unit.get(id_, Counts()), taken.get(id_, Days()), pinyin)
        for id_, name, pinyin in sql().execute(PEOPLE, (unit, known)).fetchall()
    ]
    if NOBODY in of_unit:
        lines.append(PersonLine(None, "", of_unit[NOBODY], Days()))
    return lines


def total(lines: Iterable[UnitLine | PersonLine]) -> Counts:
    """The sums over `lines`."""
    lines = list(lines)
    return Counts(*(sum(getattr(line.counts, field.name) for line in lines) for field in fields(Counts)))


def _since(days_back: int) -> date:
    return clock.today(moments.OFFICE_ZONE) - timedelta(days_back)


def _days(items: int, used: int, promised: int, late: int) -> Days:
    count = int(items)
    return Days(count, float(used) / count, float(promised) / count, int(late)) if count else Days()
