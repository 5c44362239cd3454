"""Verifying the ledger: every chain recomputed from its text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from webapp.services.work import link
from webapp.unit_of_work import sql

CASE_LINES = """
select case_id::text, seq, body, previous, hash from case_event
where case_id between %s and %s order by case_id, seq
"""
RELEASE_LINES = "select bundle_key, seq, body, previous, hash from release_event order by bundle_key, seq"
CASES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold."""

    chain: str
    seq: int
    reason: str

    def __str__(self) -> str:
        return f"{self.chain}, line {self.seq}: {self.reason}"


def verify_all() -> Iterator[Break]:
    """Every break of every chain: a changed text, a missing line, a cut end."""
    row = sql().execute("select coalesce(max(id), 0) from cases").fetchone()
    assert row is not None
    for first in range(1, row[0] + 1, CASES_AT_ONCE):
        last = first + CASES_AT_ONCE - 1
        heads = {
            str(id_): (seq, bytes(head))
            for id_, seq, head in sql().execute(
                "select id, ledger_seq, ledger_hash from cases where id between %s and %s", (first, last)
            )
        }
        yield from _verify("case", sql().execute(CASE_LINES, (first, last)).fetchall(), heads)
    yield from _verify("releases of", sql().execute(RELEASE_LINES).fetchall(), {})


def _verify(kind: str, lines: list[tuple[Any, ...]], heads: dict[str, tuple[int, bytes]]) -> Iterator[Break]:
    ends: dict[str, tuple[int, bytes]] = {}
    for key, seq, body, previous, kept in lines:
        last_seq, last_hash = ends.get(key, (0, bytes(32)))
        chain = f"{kind} {key}"
        if seq != last_seq + 1:
            yield Break(chain, seq, f"line {last_seq + 1} is missing")
        if bytes(previous) != last_hash:
            yield Break(chain, seq, "does not continue the line before")
        if link(bytes(previous), body.encode()) != bytes(kept):
            yield Break(chain, seq, "text and hash differ")
        if orjson.loads(body)["seq"] != seq:
            yield Break(chain, seq, "text belongs to another line")
        ends[key] = (seq, bytes(kept))
    for key, head in heads.items():
        if head[0] and ends.get(key) != head:
            yield Break(f"{kind} {key}", head[0], "the chain's end is missing")
