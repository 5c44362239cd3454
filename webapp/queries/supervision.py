"""The supervisor's board: clocks that run, nearest first, and incidents. No personal data but the subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import Rules, published
from webapp.queries.case_parts import CLOCK_NAMES
from webapp.queries.due import NEAR, Due, due
from webapp.unit_of_work import sql

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A running limit of an item. `step` and `holder`: its open task, empty where there is none."""

    clock_id: int
    case_id: int
    number: str
    subject: str
    item: Words
    department: Words
    phone: str
    clock: Words
    due: Due
    step: Words | None
    holder: str
    since: datetime | None
    suspended: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Running limits by nearness, over all departments chosen."""

    overdue: int
    near: int
    running: int


@dataclass(frozen=True, slots=True)
class DepartmentCount:
    key: str
    name: Words
    overdue: int
    near: int
    running: int


# The promise stands for the statutory limit, which is never shorter.
ROWS = """
select l.id, k.id, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id,
    ic.item_key, d.name_zh, d.name_en, d.phone, l.name, l.due_on,
    exists (select from clock_pause p where p.clock_id = l.id and p.ended_on is null),
    t.name_zh, t.name_en, coalesce(u.name, ''), t.opened_at,
    k.suspended_at is not null
from legal_clock l
join item_case ic on ic.id = l.item_case_id
join cases k on k.id = ic.case_id
join department d on d.key = ic.department_key
left join lateral (select o.name_zh, o.name_en, o.assignee_id, o.opened_at from user_task o
    where o.item_case_id = ic.id and o.state = 'open' order by o.id limit 1) t on true
left join app_user u on u.id = t.assignee_id
where l.stopped_on is null and l.name <> 'statutory'
    and (%(department)s = '' or ic.department_key = %(department)s)
    and l.due_on between %(first)s and %(last)s and (l.due_on, l.id) > (%(after_day)s, %(after)s)
order by l.due_on, l.id limit %(limit)s
"""
BY_DEPARTMENT = """
select d.key, d.name_zh, d.name_en, count(*) filter (where l.due_on < %(today)s),
    count(*) filter (where l.due_on between %(today)s and %(near)s), count(*)
from legal_clock l
join item_case ic on ic.id = l.item_case_id
join department d on d.key = ic.department_key
where l.stopped_on is null and l.name <> 'statutory'
group by d.id order by d.key
"""
STATES = ("", "overdue", "near")


@dataclass(frozen=True, slots=True)
class BoardPage:
    rows: tuple[ClockRow, ...]
    following: str | None


def board(rules: Rules, *, state: str = "", department: str = "", after: str = "") -> BoardPage:
    """Running limits in the order of their due days. `state`: "" all, "overdue", "near" (today included)."""
    today = clock.today(moments.OFFICE_ZONE)
    near = _near(today, rules)
    first, last = {"overdue": (date.min, _before(today)), "near": (today, near)}.get(state, (date.min, date.max))
    after_day, after_id = _cursor(after)
    found = (
        sql()
        .execute(
            ROWS,
            {
                "department": department,
                "first": first,
                "last": last,
                "after_day": after_day,
                "after": after_id,
                "limit": PAGE_SIZE + 1,
            },
        )
        .fetchall()
    )
    rows = tuple(_row(row, today, rules) for row in found[:PAGE_SIZE])
    more = len(found) > PAGE_SIZE
    return BoardPage(rows, f"{rows[-1].due.on}.{rows[-1].clock_id}" if more else None)


def by_department(rules: Rules) -> list[DepartmentCount]:
    """How many limits run in each department, how many of them are near or past."""
    today = clock.today(moments.OFFICE_ZONE)
    rows = sql().execute(BY_DEPARTMENT, {"today": today, "near": _near(today, rules)})
    return [DepartmentCount(key, Words(zh, en), *counts) for key, zh, en, *counts in rows]


def figures(departments: Sequence[DepartmentCount]) -> Figures:
    """The sums over `departments`."""
    return Figures(
        sum(one.overdue for one in departments),
        sum(one.near for one in departments),
        sum(one.running for one in departments),
    )


def _near(today: date, rules: Rules) -> date:
    return rules.calendar.add_working_days(today, NEAR).day


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _cursor(text: str) -> tuple[date, int]:
    day, _, id_ = text.partition(".")
    try:
        return date.fromisoformat(day), int(id_)
    except ValueError:
        return date.min, 0


def _row(row: Sequence[Any], today: date, rules: Rules) -> ClockRow:
    (
        clock_id,
        case_id,
        number,
        subject,
        release_id,
        item_key,
        zh,
        en,
        phone,
        name,
        due_on,
        paused,
        step_zh,
        step_en,
        holder,
        since,
        suspended,
    ) = row
    return ClockRow(
        clock_id,
        case_id,
        number,
        subject,
        published(release_id).bundle.item(item_key).name,
        Words(zh, en),
        phone,
        CLOCK_NAMES.get(name, Words(name, name)),
        due(due_on, today, rules.calendar, paused=paused),
        Words(step_zh, step_en) if step_zh is not None else None,
        holder,
        since,
        suspended,
    )
