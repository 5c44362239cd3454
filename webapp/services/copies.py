"""抄送: people and posts are told of a case for information. Nothing waits for them, and no right comes with it."""

from __future__ import annotations

from collections.abc import Sequence

from webapp import clock
from webapp.errors import NotFound
from webapp.identity import Identity, bundle_of, holds_post
from webapp.services.beside import beside, digest, member, members, said
from webapp.services.events import Event
from webapp.services.notices import NoticeKind, notify
from webapp.services.opinions import addressees
from webapp.unit_of_work import sql, unit_of_work

COPY = """
insert into case_copy (case_id, task_id, to_id, to_group, note, sent_by, sent_at)
values (%s, %s, %s, %s, %s, %s, %s) returning id
"""
SUBJECT = "select coalesce(nullif(subject_name, ''), applicant_name) from cases where id = %s"


def send_copy(task_id: int, *, by: Identity, people: Sequence[int], posts: Sequence[str], note: str, key: str) -> None:
    """Copy the case, as seen from this task. For members of the task's posts. Raises Incomplete."""
    with beside(task_id, by, who=member, what="copy", key=key) as task:
        words = said(note, "note")
        to = addressees(people, posts, by, "copy_to")
        for to_id, post in to:
            values = (task.case.id, task.id, to_id, post, words, by.user_id, task.case.now)
            row = sql().execute(COPY, values).fetchone()
            assert row is not None
            whom = {"to": to_id} if to_id else {"group": post}
            task.case.record(Event.COPIED, by, task=task.id, copy=row[0], note=digest(words), **whom)
        told = {to_id for to_id, _ in to if to_id} | set(members(post for _, post in to if post))
        subject = sql().execute(SUBJECT, (task.case.id,)).fetchone()
        assert subject is not None
        notify(
            told - {by.user_id},
            NoticeKind.COPIED,
            case_id=task.case.id,
            task_id=task.id,
            facts={"by": by.name, "subject": subject[0], "number": task.case.number or ""},
            now=task.case.now,
        )


_MINE = f"""case_copy c
where c.id = %(copy)s and (c.to_id = %(me)s or {holds_post("c.to_group", bundle_of("c.case_id"))})"""
MINE = f"select exists(select from {_MINE})"
READ = f"""
insert into copy_read (copy_id, user_id, at) select c.id, %(me)s, %(now)s from {_MINE} on conflict do nothing
"""


def mark_copy_read(copy_id: int, *, by: Identity) -> None:
    """One has read it. Raises NotFound for a copy to somebody else."""
    with unit_of_work():
        values = {**by.posts, "me": by.user_id, "now": clock.now(), "copy": copy_id}
        mine = sql().execute(MINE, values).fetchone()
        if mine is None or not mine[0]:
            raise NotFound()
        sql().execute(READ, values)
