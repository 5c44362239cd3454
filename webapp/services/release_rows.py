"""The rows of releases: content by digest, drafts with their manifest, the chain of what was done with them.

Everything here runs in the caller's transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from webapp import clock
from webapp.identity import Identity
from webapp.services.locked_case import link
from webapp.unit_of_work import sql

LONGEST_NOTE = 500


def keep_draft(key: str, files: Mapping[str, bytes], by: Identity, note: str) -> int:
    """Keep the files as the bundle's next draft; the same files as the newest release give that release again."""
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    manifest = hashlib.sha256(orjson.dumps(digests, option=orjson.OPT_SORT_KEYS)).hexdigest()
    lock_bundle(key)
    newest = (
        sql()
        .execute(
            "select id, number, digest from release where bundle_key = %s order by number desc limit 1",
            (key,),
        )
        .fetchone()
    )
    if newest and newest[2] == manifest:
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


def record(key: str, kind: str, by: Identity, release_id: int, **facts: Any) -> None:
    """Add a line to the chain of the bundle's releases: the last row is its head, under the bundle's lock."""
    lock_bundle(key)
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
            "actor": by.user_id,
            "release": release_id,
        },
        option=orjson.OPT_SORT_KEYS,
    )
    sql().execute(
        "insert into release_event (bundle_key, seq, kind, at, actor_id, body, previous, hash)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (key, seq, kind, now, by.user_id, body.decode(), previous, link(previous, body)),
    )
