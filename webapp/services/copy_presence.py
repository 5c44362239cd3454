"""Who has a file of a working copy open in an editor, and whether somebody saved it meanwhile.

A page says that it is there when it is opened and while it asks; silence ends it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp import clock
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, may
from webapp.services.presence import HEARD, SILENCE
from webapp.unit_of_work import sql, unit_of_work


@dataclass(frozen=True, slots=True)
class Editing:
    """A colleague who has a file open."""

    name: str
    path: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """Who saved the file after the page was made."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyAround:
    """What a page of a working copy asks: who else is in which file, and whether this file has been saved since."""

    others: tuple[Editing, ...]
    saved: Saved | None

    def tag(self, *beside: object) -> str:
        """A digest over all that the answer says."""
        return hashlib.sha256(repr((self, *beside)).encode()).hexdigest()[:32]


SEEN = """
insert into working_presence as p (copy_id, path, user_id, since, seen_at)
select w.id, %(path)s, %(me)s, %(now)s, %(now)s from working_copy w where w.id = %(copy)s and w.ended_at is null
    and exists (select from working_file f where f.copy_id = w.id and f.path = %(path)s)
on conflict (copy_id, path, user_id) do update set seen_at = excluded.seen_at,
    since = case when p.seen_at < %(silent)s then excluded.since else p.since end
where p.seen_at < %(heard)s
"""
OTHERS = """
select u.name, p.path, p.since from working_presence p join app_user u on u.id = p.user_id
where p.copy_id = %(copy)s and p.user_id <> %(me)s and p.seen_at > %(silent)s and (%(path)s = '' or p.path = %(path)s)
order by p.path, p.since, u.id
"""
#: The last saving of the file, where the file is another than the page has.
SAVED = """
select u.name, c.at from working_change c join app_user u on u.id = c.by_id
where c.copy_id = %(copy)s and c.path = %(path)s and c.after is distinct from %(digest)s and not exists (
    select from working_file f where f.copy_id = c.copy_id and f.path = c.path and f.digest = %(digest)s)
order by c.id desc limit 1
"""


def around(copy_id: int, path: str = "", digest: str = "", *, by: Identity) -> CopyAround:
    """Who else is in this file, or in which files of the copy (`path` ""); and that this person is in it.

    `digest`: what the page has of the file, "" where it has none. Raises NotFound.
    """
    with unit_of_work():
        if sql().execute("select from working_copy where id = %s", (copy_id,)).fetchone() is None:
            raise NotFound()
        values = _values(copy_id, path, digest, by)
        if path and may(by, Permission.RELEASE_DRAFT):
            sql().execute(SEEN, values)
        others = tuple(Editing(*row) for row in sql().execute(OTHERS, values))
        row = sql().execute(SAVED, values).fetchone() if path and digest else None
    return CopyAround(others, Saved(*row) if row else None)


def _values(copy_id: int, path: str, digest: str, by: Identity) -> dict[str, Any]:
    now = clock.now()
    return {
        "copy": copy_id,
        "path": path,
        "digest": digest,
        "me": by.user_id,
        "now": now,
        "silent": now - SILENCE,
        "heard": now - HEARD,
    }
