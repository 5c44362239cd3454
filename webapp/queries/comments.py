"""Comments as they are read: by those who work on the case, and by its applicant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp.answers import answers_of
from webapp.catalogue import Published
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.organisation_names import department_names
from webapp.queries.masking import persons_in, without_names
from webapp.services.comments import APPLICANT
from webapp.unit_of_work import sql

MOST = 500


@dataclass(frozen=True, slots=True)
class Before:
    """What a comment said until a moment."""

    body: str
    until: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A comment with all that became of it. `body` is empty where it was deleted."""

    id: int
    author_id: int
    author: str
    department: Words
    audience: str
    body: str
    at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by: str
    mentioned: tuple[str, ...]
    files: tuple[tuple[int, str], ...]
    before: tuple[Before, ...]

    @property
    def for_applicant(self) -> bool:
        return self.audience == APPLICANT

    @property
    def stands(self) -> bool:
        return self.deleted_at is None

    def mine(self, by: Identity) -> bool:
        return self.author_id == by.user_id


LINES = """
select c.id, c.author_id, u.name, d.key, c.audience, c.body, c.at, c.edited_at, c.deleted_at, coalesce(g.name, ''),
    array(select p.name from comment_mention m join app_user p on p.id = m.user_id where m.comment_id = c.id
        order by p.name_pinyin, p.id),
    (select jsonb_agg(jsonb_build_array(f.id, f.name) order by f.id) from comment_file l
        join stored_file f on f.id = l.file_id where l.comment_id = c.id),
    (select jsonb_agg(jsonb_build_array(v.body, v.until, w.name) order by v.number) from comment_version v
        join app_user w on w.id = v.by_id where v.comment_id = c.id)
from comment c
join app_user u on u.id = c.author_id
join department d on d.id = u.department_id
left join app_user g on g.id = c.deleted_by
where c.case_id = %s order by c.id desc limit %s
"""


def comments_of(case_id: int) -> tuple[CommentLine, ...]:
    """Oldest first; of very many the newest."""
    names = department_names()
    return tuple(_line(names, *row) for row in reversed(sql().execute(LINES, (case_id, MOST)).fetchall()))


def _line(
    names: Mapping[str, Words],
    comment_id: int,
    author_id: int,
    author: str,
    department: str,
    audience: str,
    body: str,
    at: datetime,
    edited_at: datetime | None,
    deleted_at: datetime | None,
    deleted_by: str,
    mentioned: list[str],
    files: list[Any] | None,
    before: list[Any] | None,
) -> CommentLine:
    return CommentLine(
        comment_id,
        author_id,
        author,
        names.get(department, Words(department, department)),
        audience,
        body,
        at,
        edited_at,
        deleted_at,
        deleted_by,
        tuple(mentioned),
        tuple((int(file_id), str(name)) for file_id, name in files or ()) if deleted_at is None else (),
        tuple(Before(text, datetime.fromisoformat(until), who) for text, until, who in before or ()),
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """The case that is commented on."""

    id: int
    number: str
    name: str
    release_id: int


def subject_of(case_id: int) -> Subject:
    """Raises NotFound; also for a draft."""
    row = (
        sql()
        .execute(
            "select id, number, subject_name, release_id from cases where id = %s and received_at is not null",
            (case_id,),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return Subject(*row)


@dataclass(frozen=True, slots=True)
class Told:
    """A comment as the applicant reads it: from a department, never from a person."""

    department: Words
    body: str
    at: datetime
    edited_at: datetime | None


FOR_APPLICANT = """
select d.key, c.body, c.at, c.edited_at, k.applicant_name, k.subject_name
from comment c
join cases k on k.id = c.case_id
join app_user u on u.id = c.author_id
join department d on d.id = u.department_id
where c.case_id = %s and c.audience = 'applicant' and c.deleted_at is null order by c.id desc limit 50
"""


def told_to_applicant(case_id: int, release: Published) -> tuple[Told, ...]:
    """The newest first, with names masked as everywhere on public pages."""
    rows = sql().execute(FOR_APPLICANT, (case_id,)).fetchall()
    if not rows:
        return ()
    names, persons = department_names(), persons_in(release.bundle, answers_of(case_id))
    return tuple(
        Told(
            names.get(department, Words(department, department)),
            without_names(body, {applicant, subject}, persons),
            at,
            edited_at,
        )
        for department, body, at, edited_at, applicant, subject in rows
    )


FILE = """
select f.name, f.media_type, f.digest from comment_file l
join comment c on c.id = l.comment_id and c.deleted_at is null
join stored_file f on f.id = l.file_id
where c.case_id = %s and f.id = %s
"""


@dataclass(frozen=True, slots=True)
class CommentedFile:
    name: str
    media_type: str
    digest: str


def comment_file(case_id: int, file_id: int) -> CommentedFile:
    """A file beside a comment of this case that stands. Raises NotFound."""
    row = sql().execute(FILE, (case_id, file_id)).fetchone()
    if row is None:
        raise NotFound()
    return CommentedFile(*row)
