"""Verifying the ledger: every chain recomputed from its text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from webapp.services.locked_case import line_text, link
from webapp.unit_of_work import sql

CASE_LINES = """
select case_id, seq, kind, at, actor_id, body, hash from case_event
where case_id between %s and %s order by case_id, seq
"""
RELEASE_LINES = "select bundle_key, seq, kind, at, actor_id, body, hash from release_event order by bundle_key, seq"
CREDIT_HEADS = "select id, ledger_seq, ledger_hash from credit_record"
CREDIT_LINES = "select record_id, seq, kind, at, actor_id, body, hash from credit_event order by record_id, seq"
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
            id_: (seq, bytes(head))
            for id_, seq, head in sql().execute(
                "select id, ledger_seq, ledger_hash from cases where id between %s and %s", (first, last)
            )
        }
        yield from _verify("case", sql().execute(CASE_LINES, (first, last)).fetchall(), heads)
        yield from _verify_records(first, last)
    yield from _verify("releases of", sql().execute(RELEASE_LINES).fetchall(), {})
    heads = {id_: (seq, bytes(head)) for id_, seq, head in sql().execute(CREDIT_HEADS)}
    yield from _verify("credit record", sql().execute(CREDIT_LINES).fetchall(), heads)


RECORDS = """
select d.case_id, d.seq, d.body, e.body from decision_record d
left join case_event e on e.case_id = d.case_id and e.seq = d.seq
where d.case_id between %s and %s order by d.case_id, d.seq
"""


def _verify_records(first: int, last: int) -> Iterator[Break]:
    """The records of decisions against the digests in their lines; one that has gone with its case is no break."""
    for case, seq, body, line in sql().execute(RECORDS, (first, last)):
        told = orjson.loads(line).get("decision", {}) if line is not None else {}
        if told.get("record") != hashlib.sha256(bytes(body)).hexdigest():
            yield Break(f"case {case}", seq, "the record of the decision is not the one that the line tells of")


def _verify(kind: str, lines: list[tuple[Any, ...]], heads: dict[int | str, tuple[int, bytes]]) -> Iterator[Break]:
    """Lines written after the head was read are checked too, but the head is looked for where it was."""
    ends: dict[int | str, tuple[int, bytes]] = {}
    at_head: dict[int | str, bytes] = {}
    for key, seq, line_kind, at, actor, body, kept in lines:
        last_seq, last_hash = ends.get(key, (0, bytes(32)))
        chain = f"{kind} {key}"
        text = line_text(body.encode(), key, seq, line_kind, at, actor)
        if seq != last_seq + 1:
            yield Break(chain, seq, f"line {last_seq + 1} is missing")
        if link(last_hash, text) != bytes(kept):
            yield Break(chain, seq, "text and hash differ, or it does not continue the line before")
        told = orjson.loads(text)
        if (told["seq"], told["kind"], told["actor"]) != (seq, line_kind, actor) or key not in _chain_of(told):
            yield Break(chain, seq, "text and columns differ")
        ends[key] = (seq, bytes(kept))
        if key in heads and heads[key][0] == seq:
            at_head[key] = bytes(kept)
    for key, (seq, head) in heads.items():
        if seq == 0 and key in ends:
            yield Break(f"{kind} {key}", 0, "the head was set back")
        elif seq and at_head.get(key) != head:
            yield Break(f"{kind} {key}", seq, "the chain's end is missing")


def _chain_of(told: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The case, bundle or credit record that a line says it belongs to."""
    return told.get("case"), told.get("bundle"), told.get("credit")
