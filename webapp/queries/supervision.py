"""The supervisor's board: open work with its limits, nearest first, over all units, one unit or one person.

Work stands with the unit whose post has it. No personal data but the subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import Rules, published
from webapp.queries.case_clocks import CLOCK_NAMES
from webapp.queries.due import NO_DUE_DAY, THEIR_CLOCKS, Due, due
from webapp.services.clocks import STANDS_STILL, TASK_COUNTED_FROM, TASK_STANDS_STILL
from webapp.services.figures import ANSWERED_FOR, clocks_of
from webapp.services.place_calendars import NEAR_OF_CASE, NearDays, PlaceCalendars, near_days
from webapp.unit_of_work import sql

PAGE_SIZE = 50
STATES = ("", "overdue", "near", "paused")


@dataclass(frozen=True, slots=True)
class WorkRow:
    """An open task. `clock` None: no limit runs. `statutory_on`: the law's own day, where the promise has passed."""

    task_id: int
    case_id: int
    number: str
    subject: str
    item: Words
    step: Words
    unit: Words
    phone: str
    clock: Words | None
    due: Due
    statutory_on: date | None
    holder: str
    since: datetime
    suspended: bool


@dataclass(frozen=True, slots=True)
class WorkPage:
    rows: tuple[WorkRow, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list shows: of `unit` (its key; "" all), of `person` (an account's id; 0 all), in `state`."""

    state: str = ""
    unit: str = ""
    person: int = 0


# One LIMIT for each post and urgency, read from the inbox's index in its order, then merged: a page costs the same
# whatever the number of tasks. Limits stand in the text, so that PostgreSQL plans for them.
OF_POSTS = """
    select distinct p.task_id, p.due_on
    from candidate_group g join department d on d.id = g.department_id
    cross join (values (-1), (0), (1)) u(urgency)
    cross join lateral (
        select c.task_id, c.due_on from task_candidate c {join}
        where c.group_key = g.key and c.urgency = u.urgency and c.due_on between %(first)s and %(last)s
            and (c.due_on, c.task_id) > (%(after_day)s, %(after)s) {narrow}
        order by c.due_on, c.task_id limit {limit}
    ) p
    where %(unit)s = '' or d.key = %(unit)s
    order by p.due_on, p.task_id limit {limit}"""
#: A person holds few tasks; they are read as they are.
OF_PERSON = """
    select distinct c.task_id, c.due_on
    from user_task t join task_candidate c on c.task_id = t.id
    where t.assignee_id = %(person)s and t.state = 'open' and c.due_on between %(first)s and %(last)s
        and (c.due_on, c.task_id) > (%(after_day)s, %(after)s) {narrow}
        and (%(unit)s = '' or c.group_key in (select g.key from candidate_group g
            join department d on d.id = g.department_id where d.key = %(unit)s))
    order by c.due_on, c.task_id limit {limit}"""
#: Pauses are few: whoever asks for what stands still begins with them. Work of the pause itself stands with its item.
OF_PAUSED = f"""
    select distinct c.task_id, c.due_on
    from clock_pause p join legal_clock l on l.id = p.clock_id
    join item_case i on i.id = l.item_case_id
    join user_task t on t.case_id = i.case_id and t.state = 'open'
        and (t.item_case_id = i.id or (t.item_case_id is null and t.clock = l.name and t.due_on = l.due_on))
    join task_candidate c on c.task_id = t.id
    where {STANDS_STILL} and (c.due_on, c.task_id) > (%(after_day)s, %(after)s)
        and (%(person)s = 0 or t.assignee_id = %(person)s)
        and (%(unit)s = '' or c.group_key in (select g.key from candidate_group g
            join department d on d.id = g.department_id where d.key = %(unit)s))
    order by c.due_on, c.task_id limit {{limit}}"""
ROWS = f"""
with picked as ({{picked}})
select t.id, k.id, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id, ic.item_key,
    t.name_zh, t.name_en, d.name_zh, d.name_en, d.phone, t.clock, p.due_on, {TASK_STANDS_STILL},
    (select l.due_on from legal_clock l where l.item_case_id = t.item_case_id and l.name = 'statutory'
        and t.clock = 'promised' and l.stopped_on is null),
    coalesce(u.name, ''), t.opened_at, k.suspended_at is not null, k.profile_key,
    {TASK_COUNTED_FROM}
from picked p
join user_task t on t.id = p.task_id
join cases k on k.id = t.case_id
join candidate_group g on g.key = t.groups ->> 0
join department d on d.id = g.department_id
left join item_case ic on ic.id = t.item_case_id
left join app_user u on u.id = t.assignee_id
order by p.due_on, p.task_id
"""


def board(rules: Rules, wanted: Wanted, *, after: str = "") -> WorkPage:
    """One page of open work in the order of its due days."""
    today = clock.today(moments.OFFICE_ZONE)
    days = near_days(rules, today)
    first, last = _span(wanted.state, today, days.furthest)
    after_day, after_id = _cursor(after)
    found = (
        sql()
        .execute(
            _statement(wanted, days),
            {
                **days.values,
                "unit": wanted.unit,
                "clocks": clocks_of(rules),
                "person": wanted.person,
                "first": first,
                "last": last,
                "after_day": after_day,
                "after": after_id,
            },
        )
        .fetchall()
    )
    calendars = PlaceCalendars(rules)
    rows = tuple(_row(row, today, calendars) for row in found[:PAGE_SIZE])
    if len(found) <= PAGE_SIZE:
        return WorkPage(rows, None)
    task_id, due_on = found[PAGE_SIZE - 1][0], found[PAGE_SIZE - 1][12]
    return WorkPage(rows, f"{due_on}.{task_id}")


def _statement(wanted: Wanted, days: NearDays) -> str:
    # What stands still for a legal pause, or runs for the applicant, is neither near its end nor late.
    running = f"and {ANSWERED_FOR} and not ({TASK_STANDS_STILL})" if wanted.state in ("overdue", "near") else ""
    join = "join user_task t on t.id = c.task_id" if running else ""
    if wanted.state == "near" and days.elsewhere:
        running += f" and c.due_on <= (select {NEAR_OF_CASE} from cases k where k.id = t.case_id)"
    picked = OF_PAUSED if wanted.state == "paused" else OF_PERSON if wanted.person else OF_POSTS
    return ROWS.format(picked=picked.format(join=join, narrow=running, limit=PAGE_SIZE + 1))


def _span(state: str, today: date, near: date) -> tuple[date, date]:
    if state == "overdue":
        return date.min, today - timedelta(1)
    if state == "near":
        return today, near
    return date.min, date.max


def _cursor(text: str) -> tuple[date, int]:
    day, _, id_ = text.partition(".")
    try:
        return date.fromisoformat(day), int(id_)
    except ValueError:
        return date.min, 0


def _row(row: Sequence[Any], today: date, calendars: PlaceCalendars) -> WorkRow:
    (
        task_id,
        case_id,
        number,
        subject,
        release_id,
        item_key,
        step_zh,
        step_en,
        unit_zh,
        unit_en,
        phone,
        clock_name,
        due_on,
        paused,
        statutory_on,
        holder,
        since,
        suspended,
        place,
        counted_from,
    ) = row
    bundle = published(release_id).bundle
    theirs, calendar = clock_name in THEIR_CLOCKS, calendars.of(place)
    nearness = due(due_on, today, calendar, counted_from=counted_from, paused=paused, theirs=theirs)
    runs = clock_name is not None and due_on != NO_DUE_DAY
    return WorkRow(
        task_id,
        case_id,
        number or "",
        subject,
        bundle.item(item_key).name if item_key else bundle.name,
        Words(step_zh, step_en),
        Words(unit_zh, unit_en),
        phone,
        CLOCK_NAMES.get(clock_name, Words(clock_name, clock_name)) if runs else None,
        nearness,
        statutory_on if nearness.state == "overdue" else None,
        holder,
        since,
        suspended,
    )
