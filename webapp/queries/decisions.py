"""What decision tables decided in a case, as the ledger kept it: nothing is decided anew to be explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine import Words
from engine.dmn import DecisionStep, read_record
from webapp.answers import decode_all
from webapp.catalogue import Published, published
from webapp.unit_of_work import sql

#: Outcomes of one line that are shown: a step may ask the same decision for each part of a list.
MOST_OUTCOMES = 20
#: When a decision was asked, by the kind of its line.
OCCASIONS: Mapping[str, Words] = {
    "commitment-signed": Words("签署承诺书时", "when the letter was signed"),
    "refused-act": Words("申请告知承诺未获准时", "when commitment was asked for and refused"),
    "eligibility-decided": Words("收件时", "at receipt"),
    "decision-made": Words("流程办理中", "in the course of the process"),
}
LINES = """
select e.seq, e.kind, e.at, coalesce(u.name, ''), e.body, d.body
from case_event e
left join decision_record d on d.case_id = e.case_id and d.seq = e.seq
left join app_user u on u.id = e.actor_id
where e.case_id = %s and e.kind = any(%s) and e.body::jsonb ? 'decision' order by e.seq
"""
ITEMS = "select id, item_key from item_case where case_id = %s"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the application made of a decision on commitment."""

    eligible: bool
    rule: str
    basis: Words


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A line of the ledger that tells of a decision.

    `item` is the item that it was about, `element` the task of the diagram that asked it. `outcomes` are empty where
    the record has gone; `has_values` is false where it holds the rules alone. `left_out`: how many more outcomes
    there are. `table` is the digest of the file that held the decision.
    """

    seq: int
    at: datetime
    by: str
    occasion: Words
    release: Published
    item: Words | None
    item_key: str
    element: Words | None
    name: Words
    file: str
    table: str
    verdict: Verdict | None
    outcomes: tuple[tuple[DecisionStep, ...], ...]
    left_out: int
    has_values: bool


def decisions_of(case_id: int) -> list[DecisionLine]:
    """Every decision that the ledger of the case tells of, the latest first."""
    rows = sql().execute(LINES, (case_id, list(OCCASIONS))).fetchall()
    items: dict[int, str] = dict(sql().execute(ITEMS, (case_id,)).fetchall())
    lines = [_line(seq, kind, at, by, orjson.loads(body), record, items) for seq, kind, at, by, body, record in rows]
    return lines[::-1]


def _line(
    seq: int,
    kind: str,
    at: datetime,
    by: str,
    facts: Mapping[str, Any],
    record: bytes | None,
    items: Mapping[int, str],
) -> DecisionLine:
    asked = facts["decision"]
    release = published(asked["release"])
    item_key = items.get(facts.get("item", 0), "") if isinstance(facts.get("item"), int) else facts.get("item", "")
    kept: dict[str, Any] = {"outcomes": [], "said": {}, "values": False} if record is None else decode_all(record)
    outcomes = kept["outcomes"]
    return DecisionLine(
        seq,
        at,
        by,
        OCCASIONS[kind],
        release,
        next((item.name for item in release.bundle.items if item.key == item_key), None),
        item_key,
        release.element_name(facts["process"], facts["element"]) if "element" in facts else None,
        _name(release, asked["file"], asked["id"]),
        asked["file"],
        asked["table"],
        _verdict(kept["said"]),
        tuple(read_record(each, release.decisions.shapes) for each in outcomes[:MOST_OUTCOMES]),
        max(0, len(outcomes) - MOST_OUTCOMES),
        kept["values"],
    )


def _name(release: Published, file: str, decision: str) -> Words:
    """The decision's name in both languages; its id where the release has none of it."""
    if decision not in release.decisions.nodes:
        return Words(decision, decision)
    return release.bundle.words(file, decision, "name", release.decisions.decision(decision).name)


def _verdict(said: Mapping[str, Any]) -> Verdict | None:
    if "eligible" not in said:
        return None
    return Verdict(said["eligible"], said["rule"], Words(said["basis"]["zh"], said["basis"]["en"]))
