"""Telling staff: rows of `notice` in the transaction of the act; the worker sends them on afterwards.

Nobody else sends messages to staff. `notice_routing` settles by which ways each goes, `notice_delivery` sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson

from webapp import clock
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.services.notice_kinds import NoticeKind, kind_words
from webapp.services.writing import Writing
from webapp.unit_of_work import sql, unit_of_work

__all__ = ["NoticeKind", "mark_all_read", "mark_read", "notify", "settle"]

#: The values of one notice stand under names of their own, so that a command that tells twice sends the first before.
INSERT = """
insert into notice (user_id, kind, case_id, task_id, facts, at)
select id, %(notice_kind)s, %(notice_case)s::bigint, %(notice_task)s::bigint, %(notice_facts)s::jsonb, %(notice_at)s
from app_user where id = any(%(notice_users)s::bigint[]) and active
"""


def notify(
    user_ids: Iterable[int],
    kind: NoticeKind,
    *,
    case_id: int | None,
    task_id: int | None,
    facts: Mapping[str, str],
    now: datetime,
    writing: Writing | None = None,
) -> None:
    """Tell these people, each once, in the running transaction; nobody is told where there is nobody.

    `facts` are those that the kind's words declare; they are masked before they are kept. `writing` (of a locked
    case): the rows go out with the command's others, without a statement of their own. Raises NoticeWrong.
    """
    users = sorted(set(user_ids))
    kept = kind_words(kind).kept(facts)
    if not users:
        return
    values = {
        "notice_kind": str(kind),
        "notice_case": case_id,
        "notice_task": task_id,
        "notice_facts": orjson.dumps(kept).decode(),
        "notice_at": now,
        "notice_users": users,
    }
    if writing is not None:
        writing.add("notices_told", INSERT, **values)
    else:
        sql().execute(INSERT, values)


SETTLE = """
update notice set read_at = %(now)s
where read_at is null and kind = any(%(kinds)s) and facts @> %(facts)s::jsonb
    and (%(users)s::bigint[] is null or user_id = any(%(users)s::bigint[]))
"""


def settle(kinds: Iterable[NoticeKind], facts: Mapping[str, str], users: Iterable[int] | None = None) -> None:
    """What these notices ask for is done, in the running transaction: nobody, or none of `users`, need read them.

    `facts`: by which the matter is known.
    """
    values = {
        "kinds": [str(kind) for kind in kinds],
        "facts": orjson.dumps(dict(facts)).decode(),
        "users": None if users is None else sorted(users),
        "now": clock.now(),
    }
    sql().execute(SETTLE, values)


def mark_read(notice_id: int, *, by: Identity) -> None:
    """One has read it; a second time changes nothing. Raises NotFound for another's."""
    with unit_of_work():
        row = sql().execute(
            "update notice set read_at = coalesce(read_at, %s) where id = %s and user_id = %s returning id",
            (clock.now(), notice_id, by.user_id),
        )
        if row.fetchone() is None:
            raise NotFound()


def mark_all_read(up_to: int, *, by: Identity) -> None:
    """All that stood on the page: those up to the newest one shown, none that came meanwhile."""
    with unit_of_work():
        sql().execute(
            "update notice set read_at = %s where user_id = %s and read_at is null and id <= %s",
            (clock.now(), by.user_id, up_to),
        )
