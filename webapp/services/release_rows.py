"""The rows of releases: content by digest, drafts with their manifest, the chain of what was done with them.

Everything here runs in the caller's transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from webapp import clock
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.services.locked_case import link
from webapp.unit_of_work import sql

LONGEST_NOTE = 500

#: The states of a release. Retired: another took its place; stopped: the bundle was taken out of use; discarded: a
#: draft that nobody submitted and nobody wants.
DRAFT, SUBMITTED, APPROVED = "draft", "submitted", "approved"
PUBLISHED, RETIRED, STOPPED = "published", "retired", "stopped"
DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class LockedRelease:
    """A release whose row and whose bundle this transaction holds.

    `compared_id` is the release that was in force when it was submitted. `was_published`: it, or another release of
    the bundle with the same files, was in force before.
    """

    id: int
    key: str
    number: int
    state: str
    created_by: int
    compared_id: int | None
    approved_by: int | None
    was_published: bool


#: Whether a release `r`, or another of the bundle with the same files, was in force before.
WAS_PUBLISHED = """exists (select from release o where o.bundle_key = r.bundle_key and o.digest = r.digest
    and o.published_at is not null)"""
#: Whether a release `r` that was submitted or approved was signed against another than the one in force: then it has to
#: be returned. Files that were in force before stay good.
IS_OVERTAKEN = f"""(r.state in ('submitted', 'approved') and r.compared_id is distinct from (
    select f.id from release f where f.bundle_key = r.bundle_key and f.state = 'published') and not {WAS_PUBLISHED})"""
READ = f"""
select r.id, r.bundle_key, r.number, r.state, r.created_by, r.compared_id, r.approved_by, {WAS_PUBLISHED}
from release r where r.id = %s
"""
LOCK = READ + " for no key update of r"
# Noted when a release is kept: what its working copy is changed to or kept as later makes nobody its maker, and frees
# nobody.
ADD_AUTHORS = """
insert into release_author (release_id, user_id)
select id, unnest(%(makers)s::bigint[]) from release where id = %(release)s and state = 'draft'
on conflict do nothing
"""
# Whichever way a content came into the release (a working copy, its export that somebody else uploads): who saved it in
# a working copy of the bundle made it, unless it was in force before.
SAVED_BY = """
select distinct c.by_id from release_file f
join working_copy w on w.bundle_key = %(key)s
join working_change c on c.copy_id = w.id and c.path = f.path and c.after = f.digest
where f.release_id = %(release)s and not exists (
    select from release p join release_file g on g.release_id = p.id and g.path = f.path and g.digest = f.digest
    where p.bundle_key = %(key)s and p.published_at is not null)
"""
#: The makers of a release that was never in force: what is begun on it holds their work.
UNPUBLISHED_AUTHORS = """
select a.user_id from release_author a join release r on r.id = a.release_id
where r.id = %s and r.published_at is null
"""


def lock_release(release_id: int) -> LockedRelease:
    """The release and its bundle, held until the end of the transaction. Raises NotFound.

    The bundle first, as whoever puts another release in force has it: that one changes this row too.
    """
    found = sql().execute("select bundle_key from release where id = %s", (release_id,)).fetchone()
    if found is None:
        raise NotFound()
    lock_bundle(found[0])
    row = sql().execute(LOCK, (release_id,)).fetchone()
    assert row is not None, "a release is never removed"
    return LockedRelease(*row)


def read_release(release_id: int) -> LockedRelease:
    """The release as it stands, for who holds its bundle already: its row is not waited for. Raises NotFound."""
    row = sql().execute(READ, (release_id,)).fetchone()
    if row is None:
        raise NotFound()
    return LockedRelease(*row)


def authors_of(release_id: int) -> frozenset[int]:
    """Ids of the people who made the release: who kept it, and whose work it was kept from."""
    return frozenset(
        row[0] for row in sql().execute("select user_id from release_author where release_id = %s", (release_id,))
    )


def makers_of_base(release_id: int) -> frozenset[int]:
    """Ids of those whose work is taken over with the release's files: nobody's once it was in force, for then others
    have looked at it."""
    return frozenset(row[0] for row in sql().execute(UNPUBLISHED_AUTHORS, (release_id,)))


def add_authors(release_id: int, makers: Collection[int]) -> None:
    """Note who made a draft; of what was submitted the makers stand."""
    sql().execute(ADD_AUTHORS, {"release": release_id, "makers": sorted(makers)})


def in_force(key: str) -> int | None:
    """The id of the bundle's release in force."""
    row = sql().execute("select id from release where bundle_key = %s and state = 'published'", (key,)).fetchone()
    return int(row[0]) if row else None


def keep_draft(key: str, files: Mapping[str, bytes], by: Identity, note: str) -> int:
    """Keep the files as the bundle's next draft, made by who keeps them and who saved them in a working copy; the same
    files as the newest release give that release again, unless it was discarded."""
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    manifest = hashlib.sha256(orjson.dumps(digests, option=orjson.OPT_SORT_KEYS)).hexdigest()
    lock_bundle(key)
    newest = (
        sql()
        .execute(
            "select id, number, digest, state from release where bundle_key = %s order by number desc limit 1",
            (key,),
        )
        .fetchone()
    )
    if newest and newest[2] == manifest and newest[3] != DISCARDED:
        return int(newest[0])
    row = (
        sql()
        .execute(
            "insert into release (bundle_key, number, state, digest, note, created_by, created_at)"
            " values (%s, %s, 'draft', %s, %s, %s, %s) returning id",
            (key, newest[1] + 1 if newest else 1, manifest, note[:LONGEST_NOTE], by.user_id, clock.now()),
        )
        .fetchone()
    )
    assert row is not None
    for path, content in files.items():
        sql().execute(
            "insert into release_file (release_id, path, digest) values (%s, %s, %s)",
            (row[0], path, keep_blob(content)),
        )
    savers = [user for (user,) in sql().execute(SAVED_BY, {"key": key, "release": row[0]})]
    add_authors(row[0], {by.user_id, *savers})
    record(key, "drafted", by, row[0], digest=manifest)
    return int(row[0])


def keep_blob(content: bytes) -> str:
    """Keep the content once; returns its SHA-256 in hex."""
    digest = hashlib.sha256(content).hexdigest()
    sql().execute(
        "insert into blob (digest, content) values (%s, %s) on conflict (digest) do nothing",
        (digest, content),
    )
    return digest


def lock_bundle(key: str) -> None:
    """One command at a time per bundle: numbers, the published release and the chain stay in order."""
    sql().execute("select pg_advisory_xact_lock(hashtext(%s))", (f"bundle:{key}",))


def record(key: str, kind: str, by: Identity | None, release_id: int, **facts: Any) -> None:
    """Add a line to the chain of the bundle's releases: the last row is its head, under the bundle's lock.

    `by` None: the worker did it at its time.
    """
    lock_bundle(key)
    actor = by.user_id if by else None
    head = (
        sql()
        .execute("select seq, hash from release_event where bundle_key = %s order by seq desc limit 1", (key,))
        .fetchone()
    )
    seq, previous = (head[0] + 1, bytes(head[1])) if head else (1, bytes(32))
    now: datetime = clock.now()
    body = orjson.dumps(
        {
            **facts,
            "bundle": key,
            "seq": seq,
            "kind": kind,
            "at": now.isoformat(),
            "actor": actor,
            "release": release_id,
        },
        option=orjson.OPT_SORT_KEYS,
    )
    sql().execute(
        "insert into release_event (bundle_key, seq, kind, at, actor_id, body, previous, hash)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (key, seq, kind, now, actor, body.decode(), previous, link(previous, body)),
    )
