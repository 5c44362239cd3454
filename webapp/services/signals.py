"""Supervision signals (监察信号): raised once each, by an act or by what the sweep finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import orjson

from engine import Words
from engine.law import ClockReading, ClockTerms, SignalRule, SignalRules, read_clock
from webapp import moments
from webapp.catalogue import Rules
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql, sql_beside

KNOWN = """
select exists (select from supervision_signal
    where case_id = %s and item_case_id is not distinct from %s and kind = %s and ref_key = %s)
"""
#: The unit that answers: the one named, else the item's department (the case's lead where it is about no item).
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
#: The posts of the unit that have the item's open work read of it in their inbox.
TELL = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)
select distinct %(told_case)s::bigint, t.item_case_id, c.group_key, %(told_zh)s, %(told_en)s, %(now)s::timestamptz
from user_task t
join task_candidate c on c.task_id = t.id
join candidate_group g on g.key = c.group_key
join department d on d.id = g.department_id
where t.item_case_id = %(told_item)s and t.state = 'open' and d.key = coalesce(nullif(%(told_unit)s, ''),
    (select i.department_key from item_case i where i.id = t.item_case_id))
"""
COLOURS = {"yellow": Words("黄牌", "Yellow"), "red": Words("红牌", "Red")}
NOTHING: Mapping[str, object] = MappingProxyType({})


def raise_signal(
    case: LockedCase,
    kind: str,
    *,
    item_case_id: int | None = None,
    unit: str = "",
    colour: str = "",
    rule: Words | str = "",
    ref: Mapping[str, object] = NOTHING,
    person: int | None = None,
) -> bool:
    """Raise a signal of this kind once for the item case and `ref`, in the transaction of the act.

    `ref`: ids and codes that say what it is about (a clock, a task); never personal values. `unit`: the key of the
    department that answers, by default the item's, or the lead's where it is about the whole case. Colour and basis
    are those that the place's rules give the kind; a caller names its own (`rule`: the words of the basis) only for
    what they do not know. Answers whether it was raised: not where it is there already, nor where the place has no
    such rule and no colour was named.
    """
    rules = case.rules.signals
    terms = rules.rules.get(kind) if rules else None
    if terms is None and not colour:
        return False
    ref_key = key_of(ref)
    if (item_case_id, kind, ref_key) in case.signals or _is_raised(case, kind, item_case_id, ref_key):
        return False
    case.signals.add((item_case_id, kind, ref_key))
    ground = _ground(kind, terms, colour, rule)
    row = {
        "case_id": case.id,
        "item_case": item_case_id,
        "kind": kind,
        "colour": ground.colour,
        "unit": unit or ("" if item_case_id else case.release.bundle.lead_department),
        "person": person,
        "name_zh": ground.name.zh,
        "name_en": ground.name.en,
        "basis_zh": ground.basis.zh,
        "basis_en": ground.basis.en,
        "ref": dict(ref),
        "ref_key": ref_key,
        "at": case.now,
        "due": answer_due(case, rules),
    }
    case.writing.add("signal", RAISE, signals=orjson.dumps([row], default=str).decode())
    if item_case_id is not None:
        _tell(case, item_case_id, unit, ground)
    case.record(Event.SIGNAL_RAISED, None, item=item_case_id, signal=kind, colour=ground.colour, about=ref_key)
    return True


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a signal is raised, as it is kept: by the place's rule, or by what the caller named."""

    colour: str
    name: Words
    told: Words
    basis: Words


def _ground(kind: str, terms: SignalRule | None, colour: str, rule: Words | str) -> Ground:
    given = rule if isinstance(rule, Words) else Words(rule, rule)
    if terms is None:
        return Ground(colour, Words(kind, kind), given, given)
    return Ground(colour or terms.colour, terms.name, terms.told, given if given.zh else terms.basis)


def _tell(case: LockedCase, item_case_id: int, unit: str, ground: Ground) -> None:
    """A word in the inbox of those who have the work."""
    flag = COLOURS[ground.colour]
    case.writing.add(
        "signal_told",
        TELL,
        told_case=case.id,
        told_item=item_case_id,
        told_unit=unit,
        told_zh=f"{flag.zh}：{ground.name.zh}。{ground.told.zh}",
        told_en=f"{flag.en}: {ground.name.en}. {ground.told.en}",
        now=case.now,
    )


def raise_for_refusal(case: LockedCase, by: Identity | None, task_id: int | None, refusal: ActRefused) -> None:
    """A try that was refused raises a signal where the place's rules name it: once per person, refusal and task.

    `by` None: the applicant's own; nobody answers for that.
    """
    if by is None:
        return
    rules = case.rules.signals
    name = type(refusal).__name__
    for rule in rules.watching("refusal") if rules else ():
        if name not in rule.refusals:
            continue
        row = sql().execute("select item_case_id from user_task where id = %s", (task_id,)).fetchone()
        item_case_id = row[0] if row else None
        ref = {"refusal": name, "task": task_id or 0, "person": by.user_id}
        unit = by.department_key
        raise_signal(case, rule.kind, item_case_id=item_case_id, unit=unit, ref=ref, person=by.user_id)


def key_of(ref: Mapping[str, object]) -> str:
    """The text of `ref` by which a signal is known: "clock=promised;due=2026-03-05"."""
    return ";".join(f"{key}={ref[key]}" for key in sorted(ref))


def answer_due(case: LockedCase, rules: SignalRules | None) -> date | None:
    """The day by which the unit has to answer; None where the place sets no limit."""
    return last_day(rules.answer, moments.local(case.now).date(), case.rules) if rules else None


def last_day(terms: ClockTerms, since: date, rules: Rules) -> date:
    """The last day of a limit of the rules of supervision that began on `since`."""
    return limit_of(terms, since, rules).due_on


def limit_of(terms: ClockTerms, since: date, rules: Rules) -> ClockReading:
    """Such a limit, with why it ends on that day."""
    reason = Words("发出信号", "the signal")
    return read_clock(terms, since, (), rules.calendar, today=since, start_reason=reason)


def _is_raised(case: LockedCase, kind: str, item_case_id: int | None, ref_key: str) -> bool:
    """Under the case's lock nobody else raises it meanwhile."""
    row = sql_beside().execute(KNOWN, (case.id, item_case_id, kind, ref_key)).fetchone()
    return bool(row and row[0])
