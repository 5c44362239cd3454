"""The chain of what happened to the rules of the place: a table of working days imported, refused, counted anew.

It is a chain like those of the bundles' releases, under a key of its own.
"""

from __future__ import annotations

import orjson

from webapp import clock
from webapp.identity import Identity
from webapp.services.locked_case import link
from webapp.unit_of_work import sql

CALENDARS = "calendars"
LAST = "select seq, hash from release_event where bundle_key = %s order by seq desc limit 1"
KEEP = """
insert into release_event (bundle_key, seq, kind, at, actor_id, body, previous, hash)
values (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(kind: str, by: Identity | None, **facts: object) -> None:
    """Add a line to the chain, in the running command; one writer at a time. `by` None: the operator, or the worker."""
    sql().execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (CALENDARS,))
    last = sql().execute(LAST, (CALENDARS,)).fetchone()
    seq, previous = (last[0] + 1, bytes(last[1])) if last else (1, bytes(32))
    now, actor = clock.now(), by.user_id if by else None
    told = {**facts, "bundle": CALENDARS, "seq": seq, "kind": kind, "at": now.isoformat(), "actor": actor}
    body = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    sql().execute(KEEP, (CALENDARS, seq, kind, now, actor, body.decode(), previous, link(previous, body)))
