"""Reads of kept lists of changes: all of them, one with its rows, what is a person's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp.errors import NotFound
from webapp.unit_of_work import sql

SHOWN_LISTS = 100


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list among others. `open`, `all`: rows; `own`: open ones that are the looking person's."""

    id: int
    kind: str
    title: Words
    note: str
    author: str
    created_at: datetime
    searched_at: datetime
    closed_at: datetime | None
    open: int
    all: int
    own: int
    subject: str


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of a list. `holders` as they were when it was last looked for; `gone_at`: found nowhere any more."""

    id: int
    bundle: str
    kind: str
    file: str
    element: str
    name: Words
    part: str
    why: str
    said: str
    items: tuple[str, ...]
    holders: tuple[Mapping[str, Any], ...]
    count: int | None
    gone_at: datetime | None
    state: str
    assigned_id: int | None
    assigned: str
    decided_by: str
    decided_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class KeptList:
    line: ListLine
    rows: tuple[RowLine, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many rows are in each state."""
        return Counter(row.state for row in self.rows)


LISTS = """
select l.id, l.kind, l.title_zh, l.title_en, l.note, u.name, l.created_at, l.searched_at, l.closed_at,
    count(r.id) filter (where r.state = 'open'), count(r.id),
    count(r.id) filter (where r.state = 'open' and r.assigned_to = %(by)s), l.subject
from change_list l join app_user u on u.id = l.created_by left join change_row r on r.list_id = l.id
where {only}
group by l.id, u.name
order by l.closed_at is not null, l.id desc limit %(most)s
"""
ROWS = """
select r.id, r.bundle_key, r.kind, r.file, r.element, r.name_zh, r.name_en, r.part, r.why, r.said, r.items, r.holders,
    r.counted, r.gone_at, r.state, r.assigned_to, coalesce(a.name, ''), coalesce(d.name, ''), r.decided_at, r.note
from change_row r left join app_user a on a.id = r.assigned_to left join app_user d on d.id = r.decided_by
where r.list_id = %s order by r.bundle_key = '', r.bundle_key, r.id
"""
OWN = """l.closed_at is null and exists (select from change_row o
    where o.list_id = l.id and o.state = 'open' and o.assigned_to = %(by)s)"""
NEWEST_OWN = "select max(id) from change_list where kind = %s and subject = %s and created_by = %s having count(*) > 0"
DESIGNERS = """
select distinct u.id, u.name from app_user u join membership m on m.user_id = u.id
join candidate_group g on g.id = m.group_id where u.active and g.role = 'designer' order by u.id
"""


def lists(user_id: int) -> list[ListLine]:
    """The newest lists, open ones first."""
    return _lines("true", user_id)


def own_lists(user_id: int) -> list[ListLine]:
    """The open lists with rows that are this person's."""
    return _lines(OWN, user_id)


def kept_list(list_id: int, user_id: int) -> KeptList:
    """One list with its rows. Raises NotFound."""
    found = _lines("l.id = %(list)s", user_id, list_id)
    if not found:
        raise NotFound()
    return KeptList(found[0], tuple(map(_row, sql().execute(ROWS, (list_id,)))))


def newest_own(kind: str, subject: str, user_id: int) -> int | None:
    """The list of this change that this person kept last."""
    row = sql().execute(NEWEST_OWN, (kind, subject, user_id)).fetchone()
    return int(row[0]) if row else None


def designers() -> list[tuple[int, str]]:
    """Who can be given rows."""
    return [(row[0], row[1]) for row in sql().execute(DESIGNERS)]


def _lines(only: str, user_id: int, list_id: int | None = None) -> list[ListLine]:
    values = {"by": user_id, "most": SHOWN_LISTS, "list": list_id}
    return [
        ListLine(id_, kind, Words(zh, en), *rest)
        for id_, kind, zh, en, *rest in sql().execute(LISTS.format(only=only), values)
    ]


def _row(row: Any) -> RowLine:
    id_, bundle, kind, file, element, zh, en, part, why, said, items, holders, *rest = row
    return RowLine(
        id_, bundle, kind, file, element, Words(zh, en), part, why, said, tuple(items), tuple(holders), *rest
    )  # fmt: skip
