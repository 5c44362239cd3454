"""The chain of what happened to one credit record, kept as those of cases are: ids, codes and digests, append-only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import orjson

from webapp.identity import Identity
from webapp.services.locked_case import link
from webapp.unit_of_work import sql


class CreditAct(StrEnum):
    """The kinds of lines in the chain of a credit record."""

    RECORDED = "recorded"
    ENTERED = "entered"
    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned-down"
    TOLD = "told"
    REQUEST_TAKEN = "request-taken"
    EXAMINED = "examined"
    REPAIRED = "repaired"
    NOT_REPAIRED = "not-repaired"
    UPHELD = "upheld"
    CORRECTED = "corrected"
    ANNULLED = "annulled"
    REFUSED_ACT = "refused-act"


APPEND = """
with line as (insert into credit_event (record_id, seq, at, actor_id, kind, body, hash)
    values (%(record)s, %(seq)s, %(at)s, %(actor)s, %(kind)s, %(body)s, %(hash)s))
update credit_record set ledger_seq = %(seq)s, ledger_hash = %(hash)s where id = %(record)s
"""
HEAD = "select ledger_seq, ledger_hash from credit_record where id = %s for no key update"


def append(record_id: int, kind: CreditAct, by: Identity | None, at: datetime, **facts: object) -> None:
    """Add a line, in the running command; the record's row is locked for it. `facts` hold no personal values."""
    row = sql().execute(HEAD, (record_id,)).fetchone()
    assert row is not None
    seq, previous = row[0] + 1, bytes(row[1])
    actor = by.user_id if by else None
    body, hashed = _line(record_id, seq, kind, actor, at, facts, previous)
    line = {"record": record_id, "seq": seq, "at": at, "actor": actor, "kind": kind, "body": body}
    sql().execute(APPEND, {**line, "hash": hashed})


def first_line(
    record_id: int, kind: CreditAct, by: Identity | None, at: datetime, **facts: object
) -> tuple[str, bytes]:
    """Text and hash of the line with which a record begins, to be written with its row."""
    return _line(record_id, 1, kind, by.user_id if by else None, at, facts, bytes(32))


def _line(
    record_id: int,
    seq: int,
    kind: CreditAct,
    actor: int | None,
    at: datetime,
    facts: Mapping[str, object],
    previous: bytes,
) -> tuple[str, bytes]:
    told = {**facts, "credit": record_id, "seq": seq, "kind": kind, "at": at.isoformat(), "actor": actor}
    body = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return body.decode(), link(previous, body)
