"""Supervision signals (监察信号): raised once each, by an act or by what the sweep finds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import orjson

from engine import Words
from engine.law import SignalRules
from webapp import moments
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql_beside

KNOWN = """
select exists (select from supervision_signal
    where case_id = %s and item_case_id is not distinct from %s and kind = %s and ref_key = %s)
"""
#: The unit that answers: the one named, else the item's department, else that of the case's only one.
RAISE = """
insert into supervision_signal (case_id, item_case_id, kind, colour, unit, person_id, name_zh, name_en, basis_zh,
    basis_en, ref, ref_key, raised_at, answer_due_on)
select r.case_id, r.item_case, r.kind, r.colour,
    coalesce(nullif(r.unit, ''), (select i.department_key from item_case i where i.id = r.item_case), ''), r.person,
    r.name_zh, r.name_en, r.basis_zh, r.basis_en, r.ref, r.ref_key, r.at, r.due
from json_to_recordset(%(signals)s::json) as r(case_id bigint, item_case bigint, kind text, colour text, unit text,
    person bigint, name_zh text, name_en text, basis_zh text, basis_en text, ref jsonb, ref_key text,
    at timestamptz, due date)
"""
NOTHING: Mapping[str, object] = MappingProxyType({})


def raise_signal(
    case: LockedCase,
    kind: str,
    *,
    item_case_id: int | None = None,
    unit: str = "",
    colour: str = "",
    rule: str = "",
    ref: Mapping[str, object] = NOTHING,
    person: int | None = None,
) -> bool:
    """Raise a signal of this kind once for the item case and `ref`, in the transaction of the act.

    `ref`: ids and codes that say what it is about (a clock, a task); never personal values. `unit`: the key of the
    department that answers, by default the item's. Colour and basis are those that the place's rules give the kind;
    a caller names its own (`rule`: the text of the basis) only for what they do not know. Answers whether it was
    raised: not where it is there already, nor where the place has no such rule and no colour was named.
    """
    known = case.rules.signals
    terms = known.rules.get(kind) if known else None
    if terms is None and not colour:
        return False
    ref_key = key_of(ref)
    if (item_case_id, kind, ref_key) in case.signals or _is_raised(case, kind, item_case_id, ref_key):
        return False
    case.signals.add((item_case_id, kind, ref_key))
    name = terms.name if terms else Words(kind, kind)
    basis = Words(rule, rule) if rule or terms is None else terms.basis
    row = {
        "case_id": case.id,
        "item_case": item_case_id,
        "kind": kind,
        "colour": colour or (terms.colour if terms else ""),
        "unit": unit,
        "person": person,
        "name_zh": name.zh,
        "name_en": name.en,
        "basis_zh": basis.zh,
        "basis_en": basis.en,
        "ref": dict(ref),
        "ref_key": ref_key,
        "at": case.now,
        "due": answer_due(case, known),
    }
    case.writing.add("signal", RAISE, signals=orjson.dumps([row], default=str).decode())
    case.record(Event.SIGNAL_RAISED, None, item=item_case_id, signal=kind, colour=row["colour"], about=ref_key)
    return True


def key_of(ref: Mapping[str, object]) -> str:
    """The text of `ref` by which a signal is known: "clock=promised;due=2026-03-05"."""
    return ";".join(f"{key}={ref[key]}" for key in sorted(ref))


def answer_due(case: LockedCase, rules: SignalRules | None) -> object:
    """The day by which the unit has to answer; None where the place sets no limit."""
    if rules is None:
        return None
    today = moments.local(case.now).date()
    return case.rules.calendar.add_working_days(today, rules.answer.value).day


def _is_raised(case: LockedCase, kind: str, item_case_id: int | None, ref_key: str) -> bool:
    """Under the case's lock nobody else raises it meanwhile."""
    row = sql_beside().execute(KNOWN, (case.id, item_case_id, kind, ref_key)).fetchone()
    return bool(row and row[0])
