"""What one has done oneself: one's completed tasks, the latest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import Words
from webapp import clock
from webapp.catalogue import published
from webapp.identity import Identity
from webapp.queries.worklist import says
from webapp.queries.worklist_picks import RulesAsked, done_narrowing
from webapp.queries.worklist_wanted import Wanted
from webapp.services.events import ACT_WORDS
from webapp.unit_of_work import sql

PAGE_SIZE = 25
#: Of one's own tasks a filter looks through so many for a page.
WINDOW = 5000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PLACE = re.compile(r"([0-9]{1,17})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class DoneCursor:
    """A place in the list: when, in microseconds since 1970, and which task."""

    moment: int
    task_id: int

    def __str__(self) -> str:
        return f"{self.moment}.{self.task_id}"

    @property
    def at(self) -> datetime:
        return EPOCH + self.moment * MICROSECOND


def read_done_cursor(text: str) -> DoneCursor | None:
    """The cursor of a URL; None where it cannot be read."""
    parts = PLACE.fullmatch(text)
    if parts is None:
        return None
    try:
        cursor = DoneCursor(int(parts[1]), int(parts[2]))
        _ = cursor.at
    except OverflowError:  # a moment that is in no calendar
        return None
    return cursor


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A task that one has completed. `closed`: its case is closed, too."""

    task_id: int
    cursor: DoneCursor
    case_id: int
    name: Words
    act: Words
    closed_at: datetime
    number: str
    applicant: str
    subject: str
    item: Words
    release_id: int
    closed: bool


@dataclass(frozen=True, slots=True)
class DonePage:
    rows: tuple[DoneRow, ...]
    previous: DoneCursor | None
    following: DoneCursor | None


DONE = f"""
select t.id, t.closed_at, t.name_zh, t.name_en, t.act, k.id, k.number, k.applicant_name, k.subject_name,
    k.applicant_pinyin, k.release_id, ic.item_key, k.closed_at is not null
from (
    select * from user_task where closed_by = %(me)s and state = 'completed'
        and (closed_at, id) {{beyond}} (%(at)s, %(task)s)
    order by closed_at {{way}}, id {{way}} limit {WINDOW}
) t
join cases k on k.id = t.case_id
left join item_case ic on ic.id = t.item_case_id
where {{narrow}}
order by t.closed_at {{way}}, t.id {{way}} limit {PAGE_SIZE + 1}
"""


def done_page(
    by: Identity,
    rules: RulesAsked,
    wanted: Wanted,
    *,
    after: DoneCursor | None = None,
    before: DoneCursor | None = None,
) -> DonePage:
    """One page of what `by` has done, narrowed by bundle, item, situation, place, form and search."""
    values: dict[str, Any] = {"me": by.user_id}
    narrow = done_narrowing(rules, wanted, values)
    if narrow is None:
        return DonePage((), None, None)
    start = before or after
    latest = clock.now() + timedelta(days=1)
    values["at"], values["task"] = (start.at, start.task_id) if start else (latest, 0)
    direction = {"beyond": ">", "way": "asc"} if before else {"beyond": "<", "way": "desc"}
    statement = DONE.format(**direction, narrow=" and ".join(narrow) or "true")
    found = sql().execute(statement, values, prepare=False).fetchall()
    more = len(found) > PAGE_SIZE
    lines = found[:PAGE_SIZE]
    if before:
        lines.reverse()
    rows = [_row(line) for line in lines]
    first, last = (rows[0].cursor, rows[-1].cursor) if rows else (None, None)
    return DonePage(
        tuple(row for row, line in zip(rows, lines, strict=True) if not wanted.text or _is_found(wanted.text, line)),
        first if (more if before else after is not None) else None,
        last if (more or before is not None) else None,
    )


def _is_found(text: str, line: Sequence[Any]) -> bool:
    number, applicant, subject, pinyin = line[6:10]
    return says(text, number or "", applicant, subject, pinyin=pinyin)


def _row(line: Sequence[Any]) -> DoneRow:
    task_id, closed_at, zh, en, act, case_id, number, applicant, subject, _, release_id, item_key, closed = line
    bundle = published(release_id).bundle
    return DoneRow(
        task_id,
        DoneCursor((closed_at - EPOCH) // MICROSECOND, task_id),
        case_id,
        Words(zh, en),
        ACT_WORDS.get(act, ACT_WORDS["done"]),
        closed_at,
        number or "",
        applicant,
        subject or applicant,
        bundle.item(item_key).name if item_key else bundle.name,
        release_id,
        closed,
    )
