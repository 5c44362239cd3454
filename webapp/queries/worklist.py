"""The inbox: open tasks of one's groups, the most urgent first, page by page.

Reads only the index on `task_candidate`: one LIMIT per group, merged. Nothing is counted beyond a cap.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import Rules, published
from webapp.identity import Identity
from webapp.queries.due import Due, due
from webapp.search import wanted
from webapp.services.clocks import TASK_STANDS_STILL
from webapp.services.place_calendars import PlaceCalendars
from webapp.unit_of_work import sql

PAGE_SIZE = 25
COUNT_CAP = 999
REMINDERS_SHOWN = 5
OTHER_CASES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the order of the inbox: urgency, due day, task."""

    urgency: int
    due_on: date
    task_id: int

    def __str__(self) -> str:
        return f"{self.urgency}.{self.due_on.isoformat()}.{self.task_id}"


def read_cursor(text: str) -> Cursor | None:
    """The cursor of a URL; None where there is none or it cannot be read (the first page is shown)."""
    urgency, _, rest = text.partition(".")
    day, _, task = rest.partition(".")
    try:
        return Cursor(int(urgency), date.fromisoformat(day), int(task))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """One task of the list."""

    task_id: int
    cursor: Cursor
    name: Words
    step: str
    urgent: bool
    due: Due
    arrived_at: datetime
    revision: int
    holder_id: int | None
    holder: str
    shared: bool  # several sign it; nobody claims it
    case_id: int
    number: str
    applicant: str
    subject: str
    item: Words
    suspended: bool  # the case's processes stand still: nobody can claim or act

    def is_free(self) -> bool:
        """Whether it can be claimed."""
        return self.holder_id is None and not self.shared and not self.suspended


@dataclass(frozen=True, slots=True)
class Page:
    """One page with the cursors of its neighbours (None: there is none)."""

    rows: tuple[Row, ...]
    previous: Cursor | None
    following: Cursor | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Open tasks, at most COUNT_CAP each: of one's groups, and one's own."""

    groups: int
    mine: int

    @staticmethod
    def shown(count: int) -> str:
        return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)


# Limits stand in the text: for a limit that is a parameter PostgreSQL would plan a tenth of the table, and plan anew
# each time.
#: One LIMIT per group, read from the index in its order, then merged.
OF_GROUPS = """
    select distinct p.task_id, p.urgency, p.due_on
    from unnest(%(groups)s::text[]) g(key)
    cross join lateral (
        select task_id, urgency, due_on from task_candidate
        where group_key = g.key and (urgency, due_on, task_id) {beyond} (%(urgency)s, %(due_on)s, %(task)s)
        order by urgency {way}, due_on {way}, task_id {way} limit {limit}
    ) p
    order by p.urgency {way}, p.due_on {way}, p.task_id {way} limit {limit}"""
MINE = """
    select distinct c.task_id, c.urgency, c.due_on
    from user_task own join task_candidate c on c.task_id = own.id
    where own.assignee_id = %(me)s and own.state = 'open'
        and (c.urgency, c.due_on, c.task_id) {beyond} (%(urgency)s, %(due_on)s, %(task)s)
    order by c.urgency {way}, c.due_on {way}, c.task_id {way} limit {limit}"""
FOUND = """
    select distinct c.task_id, c.urgency, c.due_on
    from cases found
    join user_task open_task on open_task.case_id = found.id and open_task.state = 'open'
    join task_candidate c on c.task_id = open_task.id and c.group_key = any(%(groups)s)
    where found.search_tokens @> %(wanted)s::text[] and {whose}
        and (c.urgency, c.due_on, c.task_id) {beyond} (%(urgency)s, %(due_on)s, %(task)s)
    order by c.urgency {way}, c.due_on {way}, c.task_id {way} limit {limit}"""
ROWS = f"""
with picked as ({{picked}})
select p.task_id, p.urgency, p.due_on, t.name_zh, t.name_en, t.step, t.opened_at, t.revision, t.assignee_id,
    coalesce(holder.name, ''), t.participants > 1, k.id, k.number, k.applicant_name, k.subject_name,
    k.release_id, ic.item_key,
    {TASK_STANDS_STILL},
    k.suspended_at is not null, k.profile_key
from picked p
join user_task t on t.id = p.task_id
join cases k on k.id = t.case_id
left join item_case ic on ic.id = t.item_case_id
left join app_user holder on holder.id = t.assignee_id
order by p.urgency, p.due_on, p.task_id
"""
FORWARD = {"beyond": ">", "way": "asc"}
BACKWARD = {"beyond": "<", "way": "desc"}
FIRST = Cursor(-1, date.min, 0)


def inbox_page(
    by: Identity,
    rules: Rules,
    *,
    mine: bool = False,
    group: str = "",
    text: str = "",
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> Page:
    """One page of the tasks of `by`'s groups (or of one of them), or of those that `by` holds.

    `text` finds case number, applicant or subject; every hit is rechecked against the text itself, so a
    page of a search may hold fewer rows than PAGE_SIZE.
    """
    tokens = wanted(text)
    picked = FOUND if tokens else MINE if mine else OF_GROUPS
    whose = "open_task.assignee_id = %(me)s" if mine else "true"
    start = before or after or FIRST
    direction = BACKWARD if before else FORWARD
    statement = ROWS.replace("{picked}", picked.replace("{whose}", whose).format(**direction, limit=PAGE_SIZE + 1))
    found = (
        sql()
        .execute(
            statement,
            {
                "groups": [group] if group in by.groups else sorted(by.groups),
                "me": by.user_id,
                "wanted": tokens,
                "urgency": start.urgency,
                "due_on": start.due_on,
                "task": start.task_id,
            },
        )
        .fetchall()
    )
    more = len(found) > PAGE_SIZE
    kept = (found[1:] if before else found[:PAGE_SIZE]) if more else found
    today = clock.today(moments.OFFICE_ZONE)
    calendars = PlaceCalendars(rules)
    rows = [_row(row, today, calendars) for row in kept]
    first, last = (rows[0].cursor, rows[-1].cursor) if rows else (None, None)
    return Page(
        tuple(row for row in rows if not tokens or _says(text, row)),
        first if (more if before else after is not None) else None,
        last if (more or before is not None) else None,
    )


def _row(row: Sequence[Any], today: date, calendars: PlaceCalendars) -> Row:
    (
        task_id,
        urgency,
        due_on,
        zh,
        en,
        step,
        opened_at,
        revision,
        holder_id,
        holder,
        shared,
        case_id,
        number,
        applicant,
        subject,
        release_id,
        item_key,
        paused,
        suspended,
        place,
    ) = row
    bundle = published(release_id).bundle
    return Row(
        task_id,
        Cursor(urgency, due_on, task_id),
        Words(zh, en),
        step,
        urgency == 0,
        due(due_on, today, calendars.of(place), paused=paused),
        opened_at,
        revision,
        holder_id,
        holder,
        shared,
        case_id,
        number or "",
        applicant,
        subject or applicant,
        bundle.item(item_key).name if item_key else bundle.name,
        suspended,
    )


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def _says(text: str, row: Row) -> bool:
    return any(_plain(text) in _plain(field) for field in (row.number, row.applicant, row.subject))


#: One LIMIT per group, read from the index in its order (a plan made for any group would else scan the whole index
#: for a small one). A group that alone reaches the cap ends the counting.
COUNTS = f"""
select case when exists (
            select from unnest(%(groups)s::text[]) g(key) where {COUNT_CAP + 1} = (select count(*) from (
                select from task_candidate where group_key = g.key
                order by urgency, due_on, task_id limit {COUNT_CAP + 1}) of_group))
        then {COUNT_CAP + 1}
        else (select count(distinct p.task_id) from unnest(%(groups)s::text[]) g(key) cross join lateral (
                select task_id from task_candidate where group_key = g.key
                order by urgency, due_on, task_id limit {COUNT_CAP + 1}) p) end,
       (select count(*) from (select own.id from user_task own where own.assignee_id = %(me)s
            and own.state = 'open' and exists (select from task_candidate c where c.task_id = own.id)
            limit {COUNT_CAP + 1}) own_tasks)
"""


def counts(by: Identity) -> Counts:
    """How much waits, up to the cap."""
    row = sql().execute(COUNTS, {"groups": sorted(by.groups), "me": by.user_id}).fetchone()
    assert row is not None
    return Counts(*row)


@dataclass(frozen=True, slots=True)
class GroupName:
    key: str
    name: Words


def own_groups(by: Identity) -> list[GroupName]:
    """The groups whose tasks `by` may take, by name."""
    rows = sql().execute(
        "select key, name_zh, name_en from candidate_group where key = any(%s) order by key",
        (sorted(by.groups),),
    )
    return [GroupName(key, Words(zh, en)) for key, zh, en in rows]


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A word to one's groups that nobody has marked as read."""

    id: int
    text: Words
    at: datetime
    number: str
    subject: str
    task_id: int | None


REMINDERS = """
select r.id, r.text_zh, r.text_en, r.at, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name),
    (select t.id from user_task t join task_candidate c on c.task_id = t.id
     where t.case_id = r.case_id and t.item_case_id is not distinct from r.item_case_id
        and c.group_key = r.group_key order by t.id limit 1)
from reminder r join cases k on k.id = r.case_id
where r.group_key = any(%s) and r.read_at is null order by r.at desc, r.id desc limit %s
"""


def reminders(by: Identity) -> list[ReminderLine]:
    """The latest unread reminders of one's groups."""
    rows = sql().execute(REMINDERS, (sorted(by.groups), REMINDERS_SHOWN))
    return [
        ReminderLine(id_, Words(zh, en), at, number or "", subject, task)
        for id_, zh, en, at, number, subject, task in rows
    ]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in which one's department has a part, found by search."""

    case_id: int
    number: str
    subject: str
    applicant: str
    bundle: Words
    received_at: datetime
    closed: bool
    suspended: bool


OTHER_CASES = """
select k.id, k.number, k.subject_name, k.applicant_name, k.release_id, k.received_at, k.closed_at is not null,
    k.suspended_at is not null
from cases k
where k.search_tokens @> %s::text[] and k.received_at is not null
    and exists (select from item_case i where i.case_id = k.id and i.department_key = %s)
order by k.received_at desc limit %s
"""


def cases_found(by: Identity, text: str) -> list[CaseLine]:
    """The latest cases of `by`'s department that the text finds, open or closed."""
    tokens = wanted(text)
    if not tokens:
        return []
    rows = sql().execute(OTHER_CASES, (tokens, by.department_key, OTHER_CASES_SHOWN)).fetchall()
    return [
        CaseLine(id_, number, subject or applicant, applicant, published(release).bundle.name, received_at, *states)
        for id_, number, subject, applicant, release, received_at, *states in rows
        if any(_plain(text) in _plain(field) for field in (number, subject, applicant))
    ]
