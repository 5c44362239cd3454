"""A person's notices: the list, and how many are unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine import Words
from webapp.identity import Identity
from webapp.services.notice_kinds import KindWords, Piece, all_kinds
from webapp.unit_of_work import sql

PAGE_SIZE = 50
COUNT_CAP = 99


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as its reader sees it. `opens`: task, case, comments, inbox, asked, deliveries, incidents …."""

    id: int
    name: Words
    text: Words
    urgent: bool
    opens: str
    case_id: int | None
    task_id: int | None
    at: datetime
    read_at: datetime | None
    told: KindWords | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def pieces(self, language: str) -> tuple[Piece, ...]:
        """The text with what somebody typed told from the rest."""
        return self.told.pieces(self.facts, language) if self.told else ()


@dataclass(frozen=True, slots=True)
class Notices:
    lines: tuple[Line, ...]
    more: bool
    unread: int

    @property
    def newest(self) -> int:
        return self.lines[0].id if self.lines else 0

    @property
    def last(self) -> int:
        return self.lines[-1].id if self.lines else 0


LINES = """
select id, kind, facts, case_id, task_id, at, read_at from notice
where user_id = %(user)s and id < %(before)s {unread} order by id desc limit %(limit)s
"""
UNREAD = """
select count(*) from (select from notice where user_id = %s and read_at is null limit %s) counted
"""
NEWEST = 2**62


def notices_of(by: Identity, *, unread: bool, before: int = 0) -> Notices:
    """The newest first; `unread`: those alone. `before`: the page that begins below this one."""
    query = LINES.format(unread="and read_at is null" if unread else "")
    values = {"user": by.user_id, "before": before or NEWEST, "limit": PAGE_SIZE + 1}
    rows = sql().execute(query, values).fetchall()
    return Notices(tuple(_line(*row) for row in rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE, unread_count(by))


def unread_count(by: Identity) -> int:
    """How many are unread; one more than the cap stands for any number above it."""
    row = sql().execute(UNREAD, (by.user_id, COUNT_CAP + 1)).fetchone()
    assert row is not None
    return int(row[0])


def _line(
    notice_id: int,
    kind: str,
    facts: Mapping[str, str],
    case_id: int | None,
    task_id: int | None,
    at: datetime,
    read_at: datetime | None,
) -> Line:
    words = all_kinds().get(kind)
    if words is None:  # a kind of another version: what it was about is opened all the same
        opens = "task" if task_id else "case" if case_id else "inbox"
        return Line(notice_id, Words(kind, kind), Words("", ""), False, opens, case_id, task_id, at, read_at)
    said, place = words.said(facts), (words.urgent, words.opens, case_id, task_id)
    return Line(notice_id, words.name, said, *place, at, read_at, words, facts)


def notice_of(notice_id: int, by: Identity) -> Line | None:
    """One of the person's own."""
    row = (
        sql()
        .execute(
            "select id, kind, facts, case_id, task_id, at, read_at from notice where id = %s and user_id = %s",
            (notice_id, by.user_id),
        )
        .fetchone()
    )
    return _line(*row) if row else None
