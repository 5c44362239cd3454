"""What a decision table decided, kept: a line of the ledger with its digest, and the record of why beside it.

The line says which decision of which file and release, the rules that matched and the digest of the record; the
record holds what was read, each table with its matched rules, and the basis. It is read by `queries/decisions.py`,
and `onewindow audit verify` compares it with the line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine import BudgetExceeded, ValueInvalid
from engine.bundles import Eligibility
from engine.dmn import DecisionOutcome
from engine.runtime import Context, DecisionMade, Step
from engine.values import Value
from webapp.answers import encode_all
from webapp.catalogue import Published
from webapp.identity import Identity
from webapp.services.events import Event
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.services.step_rows import item_case_of

#: Rules that a line names; the record has all of them.
MOST_RULES = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision of a release with what came of it: once, or each time that a step of the engine asked it."""

    release: Published
    file: str
    decision: str
    outcomes: Sequence[DecisionOutcome]

    @property
    def rules(self) -> list[str]:
        """The ids of the rules that matched, each once."""
        return list(dict.fromkeys(rule.id for outcome in self.outcomes for rule in outcome.matched))


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that waits to be written beside its line."""

    seq: int
    body: bytes


def told(
    case: LockedCase,
    kind: Event,
    by: Identity | None,
    asked: Asked,
    facts: Mapping[str, object],
    said: Mapping[str, Value] | None = None,
) -> Kept:
    """A line of the ledger of this kind about a decision, and the record of it, to be given to `keep_records`.

    `facts` stand in the line; `said` is what the application made of the outcome, and stands in the record.
    """
    body = _body(asked, said or {}, case.context)
    case.record(
        kind,
        by,
        **facts,
        decision={
            "id": asked.decision,
            "file": asked.file,
            "table": hashlib.sha256(asked.release.files[asked.file]).hexdigest(),
            "release": asked.release.id,
            "rules": asked.rules[:MOST_RULES],
            "record": hashlib.sha256(body).hexdigest(),
        },
    )
    return Kept(case.ledger_seq, body)


def _body(asked: Asked, said: Mapping[str, Value], context: Context) -> bytes:
    """The record as text: "outcomes", each a list of steps (`DecisionOutcome.record`), "said", and "values".

    "values" is false where what was read is more than a record may hold: then it has the rules alone.
    """
    full = _full(asked, said, context)
    if full is not None and len(full) <= context.budgets.payload_bytes:
        return full
    bare = [outcome.bare_record() for outcome in asked.outcomes]
    return encode_all({"outcomes": bare, "said": dict(said), "values": False})


def _full(asked: Asked, said: Mapping[str, Value], context: Context) -> bytes | None:
    """The record with all values; None where they are too large or too deep to be written."""
    try:
        full = [outcome.record(context) for outcome in asked.outcomes]
        return encode_all({"outcomes": full, "said": dict(said), "values": True})
    except (BudgetExceeded, ValueInvalid):
        return None


RECORDS = """
insert into decision_record (case_id, seq, body)
select %(case)s, seq, convert_to(body, 'UTF8') from json_to_recordset(%(records)s::json) as r(seq bigint, body text)
"""


def keep_records(case: LockedCase, records: Iterable[Kept]) -> None:
    """Write the records with whatever else the command writes."""
    rows = [{"seq": one.seq, "body": one.body.decode()} for one in records]
    if rows:
        case.writing.add("decision_records", RECORDS, case=case.id, records=orjson.dumps(rows).decode())


def eligibility_told(
    case: LockedCase, kind: Event, by: Identity | None, verdict: Eligibility, **facts: object
) -> list[Kept]:
    """A line about whether an item may go by commitment, and why; the record of it, where a table was asked."""
    facts = {**facts, "item": verdict.item, "rule": verdict.rule, "eligible": verdict.eligible}
    if verdict.requirement:
        facts["material"] = verdict.requirement
    if verdict.outcome is None:
        case.record(kind, by, **facts)
        return []
    said = {
        "eligible": verdict.eligible,
        "rule": verdict.rule,
        "basis": {"zh": verdict.basis.zh, "en": verdict.basis.en},
    }
    asked = Asked(case.release, verdict.file, verdict.decision, [verdict.outcome])
    return [told(case, kind, by, asked, facts, said)]


def decisions_of_step(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    """The decisions that business rule tasks asked in this step: a line for each task and decision of an item."""
    together: dict[tuple[int | None, str, str, str, str], list[DecisionOutcome]] = {}
    for made in step.decisions:
        together.setdefault(_place(instance, made), []).append(made.outcome)
    keep_records(case, [_made(case, instance, place, outcomes) for place, outcomes in together.items()])


def _place(instance: InstanceRow, made: DecisionMade) -> tuple[int | None, str, str, str, str]:
    return item_case_of(instance, made.scope), made.process, made.element, made.file, made.decision


def _made(
    case: LockedCase,
    instance: InstanceRow,
    place: tuple[int | None, str, str, str, str],
    outcomes: Sequence[DecisionOutcome],
) -> Kept:
    item, process, element, file, decision = place
    facts: dict[str, Any] = {"instance": instance.id, "process": process, "element": element, "times": len(outcomes)}
    if item is not None:
        facts["item"] = item
    return told(case, Event.DECISION_MADE, None, Asked(instance.release, file, decision, outcomes), facts)
