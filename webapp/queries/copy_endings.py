"""What ends with a working copy: what of it no release has, whose work it is; and the copies that were put away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.services.copy_ending import DIFFERING
from webapp.services.presence import SILENCE
from webapp.unit_of_work import sql

#: How many copies that were put away a page lists, the last first.
SHOWN_ENDED = 50


@dataclass(frozen=True, slots=True)
class UnkeptFile:
    """A file that is another than in the release that the copy was kept as last, or else began with.

    `by`: who saved it last.
    """

    path: str
    kind: str  # added | changed | removed
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Ending:
    """What somebody should know before a copy is put away.

    `to_merge`: changes that people keep aside, not merged yet; `told`: whose work it is besides, by name; `present`:
    who has a file of it open now; `seen`: the last saving of all this.
    """

    unkept: tuple[UnkeptFile, ...]
    to_merge: int
    told: tuple[str, ...]
    present: tuple[str, ...]
    seen: datetime


@dataclass(frozen=True, slots=True)
class EndedCopy:
    """A copy that was put away. `ender`: "" of one that was before this was noted."""

    id: int
    bundle_key: str
    base_number: int
    title: str
    author: str
    created_at: datetime
    ender: str
    ended_at: datetime
    unkept: int


UNKEPT = f"""
select d.path, d.kind, coalesce(u.name, ''), c.at
from working_copy w cross join lateral ({DIFFERING}) d
left join lateral (select by_id, at from working_change o where o.copy_id = w.id and o.path = d.path
    order by o.id desc limit 1) c on true
left join app_user u on u.id = c.by_id
where w.id = %s order by d.path
"""
AROUND = """
select w.changed_at,
    (select count(*) from working_aside a where a.copy_id = w.id and a.state = 'open'),
    array(select u.name from app_user u where u.active and u.id <> %(me)s and (u.id = w.created_by
        or exists (select from working_change c where c.copy_id = w.id and c.by_id = u.id)) order by u.id),
    array(select distinct u.name from working_presence p join app_user u on u.id = p.user_id
        where p.copy_id = w.id and p.user_id <> %(me)s and p.seen_at > %(silent)s order by u.name)
from working_copy w where w.id = %(copy)s
"""
ENDED = f"""
select w.id, w.bundle_key, b.number, w.title, a.name, w.created_at, coalesce(e.name, ''), w.ended_at,
    (select count(*) from ({DIFFERING}) d)
from working_copy w join release b on b.id = w.base_release_id join app_user a on a.id = w.created_by
left join app_user e on e.id = w.ended_by
where w.ended_at is not null and
"""
LAST_ENDED = " order by w.ended_at desc, w.id desc limit %(most)s"
OF_BUNDLE = ENDED + "w.bundle_key = %(bundle)s" + LAST_ENDED
OWN_ENDED = (
    ENDED
    + """(w.created_by = %(me)s
    or exists (select from working_change c where c.copy_id = w.id and c.by_id = %(me)s))"""
    + LAST_ENDED
)


def unkept_of(copy_id: int) -> tuple[UnkeptFile, ...]:
    """What no release has of a copy, as far as its own releases go."""
    return tuple(UnkeptFile(*row) for row in sql().execute(UNKEPT, (copy_id,)))


def ending_of(copy_id: int, user_id: int, now: datetime) -> Ending:
    """What this person should know before they put the copy away, which there is."""
    row = sql().execute(AROUND, {"copy": copy_id, "me": user_id, "silent": now - SILENCE}).fetchone()
    assert row is not None
    seen, to_merge, told, present = row
    return Ending(unkept_of(copy_id), to_merge, tuple(told), tuple(present), seen)


def ended_copies_of(bundle_key: str) -> list[EndedCopy]:
    """The copies of a bundle that were put away."""
    return [EndedCopy(*row) for row in sql().execute(OF_BUNDLE, {"bundle": bundle_key, "most": SHOWN_ENDED})]


def own_ended_copies(user_id: int) -> list[EndedCopy]:
    """Those that the person began or changed, whoever put them away."""
    return [EndedCopy(*row) for row in sql().execute(OWN_ENDED, {"me": user_id, "most": SHOWN_ENDED})]
