"""信用记录: a record is made by a decision of ours, in its transaction (another body's: `services/outside_credit`).

What it bars is worked out when it is made, by the rules of the place, and stands with it; it counts the moment the
transaction is committed (`services/credit_bars`). Repair and objection: `services/credit_requests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from engine import Words
from engine.bundles import Item
from engine.law import (
    ApplicantBar,
    CreditKind,
    bars_of,
    term_end,
)
from webapp import moments
from webapp.catalogue import Rules, arranged, current_releases, rules_in_force
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.services.credit_bars import UNTIL_REPAIRED, normalised
from webapp.services.credit_ledger import CreditAct, first_line
from webapp.services.credit_locks import hold_to_record
from webapp.services.document_places import table
from webapp.services.documents import issue_by_unit
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql

OWN, OUTSIDE = "own", "outside"
NOTICE = "credit-notice"
EFFECT_WORDS = {
    "commitment": Words("不适用告知承诺", "no commitment"),
    "application": Words("不得申请", "no application"),
}
EVERY_ITEM = Words("全部事项", "every item")


class CreditKindUnknown(ActRefused):
    """The rules of the place know no records of this kind, so that none is made."""

    status = 422

    def __init__(self, kind: str, place: Words) -> None:
        self.kind = kind
        super().__init__(
            Words(f"{place.zh}没有关于“{kind}”的信用规定。", f"{place.en} has no rule on credit records “{kind}”.")
        )


def knows_kind(case: LockedCase, kind: str) -> bool:
    """Whether the place of the case has a rule on records of this kind."""
    credit = case.rules.profile.credit
    return credit is not None and kind in credit.kinds


NO_SOURCE = Words(
    "请写明作出认定的文书：没有来源的不能记录。", "Name the document: nothing is recorded without source."
)
SUBJECT = """
select nextval('credit_record_id_seq'), coalesce(nullif(l.holder_number, ''), k.applicant_key),
    coalesce(nullif(l.holder, ''), k.applicant_name), i.item_key, i.department_key, d.name_zh
from item_case i join cases k on k.id = i.case_id join department d on d.key = i.department_key
left join licence l on l.item_case_id = i.id where i.id = %s and k.id = %s
"""
RECORD = """
insert into credit_record (id, subject_key, subject_name, kind, kind_zh, kind_en, basis_zh, basis_en, source_kind,
    source, source_number, document_id, item_case_id, unit_key, place, facts, since, until, until_repaired, repair_from,
    repair_basis_zh, repair_basis_en, recorded_on, recorded_at, recorded_by, confirmed_at, ledger_seq, ledger_hash)
values (%(credit)s, %(credit_subject)s, %(credit_name)s, %(credit_kind)s, %(credit_zh)s, %(credit_en)s,
    %(credit_basis_zh)s, %(credit_basis_en)s, %(credit_source_kind)s, %(credit_source)s, %(credit_number)s,
    %(credit_document)s, %(credit_item)s, %(credit_unit)s, %(credit_place)s, %(credit_facts)s, %(credit_since)s,
    %(credit_until)s, %(credit_until_repaired)s, %(credit_repair_from)s, %(credit_repair_zh)s, %(credit_repair_en)s,
    %(credit_on)s, %(credit_at)s, %(credit_by)s, %(credit_confirmed)s, 1, %(credit_hash)s)
"""
BARS = """
insert into credit_bar (record_id, effect, item_code, item_zh, item_en, until, lifted_by_repair, place, basis_zh,
    basis_en)
select %(credit)s, effect, item_code, item_zh, item_en, until, lifted, place, zh, en
from json_to_recordset(%(credit_bars)s::json) as b(effect text, item_code text, item_zh text, item_en text, until date,
    lifted boolean, place text, zh text, en text)
"""
LINE = """
insert into credit_event (record_id, seq, at, actor_id, kind, body, hash)
values (%(credit)s, 1, %(credit_at)s, %(credit_by)s, %(credit_act)s, %(credit_line)s, %(credit_hash)s)
"""


def record_credit(
    case: LockedCase,
    *,
    kind: str,
    item_case_id: int,
    facts: str,
    document_id: int | None,
    by: Identity | None,
    since: date | None = None,
) -> int:
    """Record `kind` (a key of the place's `[credit.kinds]`) of the applicant of an item; returns the record's id.

    Inside the running command, which commits it. The subject is the holder of what the item gave, else the applicant.
    `document_id` is the decision that found it, `since` its day (today when left out); `facts` are what was found. The
    subject is told by a 信用记录告知书 where the case's release can write one. Raises CreditKindUnknown, Incomplete for
    a record without source or without facts, NotFound for an item of another case.
    """
    credit, place = case.rules.profile.credit, case.rules.profile
    if credit is None or kind not in credit.kinds:
        raise CreditKindUnknown(kind, place.jurisdiction)
    if document_id is None:
        raise Incomplete("source", NO_SOURCE)
    if not facts.strip():
        raise Incomplete("facts", Words("请写明认定的事实。", "State the facts."))
    row = sql().execute(SUBJECT, (item_case_id, case.id)).fetchone()
    if row is None:
        raise NotFound()
    record_id, number, name, item_key, unit, unit_name = row
    if not normalised(number or ""):
        raise Incomplete("subject", Words("申请人没有证件号码，不能记录。", "The applicant has no number."))
    hold_to_record(normalised(number))
    rule, item = credit.kinds[kind], case.release.bundle.item(item_key)
    began = since or moments.local(case.now).date()
    made = Making(
        id=record_id,
        subject=normalised(number),
        name=name,
        kind=rule,
        source_kind=OWN,
        source=unit_name,
        source_number="",
        document_id=document_id,
        item_case_id=item_case_id,
        unit=unit,
        rules=case.rules,
        facts=facts.strip(),
        since=began,
        until=term_end(rule.lasts, began),
        until_repaired=rule.lasts is None,
        repair_from=term_end(rule.repair, began),
        at=case.now,
    )
    bars = bars_of(credit, rule, item_key, began)
    notice = _tell(case, made, bars, item, by)
    values = row_values(made, bars, item, by, notice=notice)
    for part, statement in (("credit_record", RECORD), ("credit_bars", BARS), ("credit_line", LINE)):
        case.writing.add(part, statement, **values)
    case.record(Event.CREDIT_RECORDED, by, item=item_case_id, credit=record_id, about=kind)
    return record_id


def known_items(rules: Rules) -> dict[str, Item]:
    """Code -> item of every published bundle, as the place handles it."""
    bundles = (arranged(release, rules.profile).bundle for release in current_releases().values())
    return {item.code: item for bundle in bundles for item in bundle.items}


def place_of_unit(unit: str) -> str:
    """The place whose rules a department goes by: the office's own ("") where it decides or supervises there, else
    the one that gives it items.
    """
    if any(unit in (item.department, item.supervised_by) for item in known_items(rules_in_force()).values()):
        return ""
    keys = sql().execute("select distinct key from rule_table where kind = 'profile' order by key").fetchall()
    for (key,) in keys:
        here = rules_in_force(key).profile.arrangement
        if here is not None and any(unit in (item.department, item.supervised_by) for item in here.items.values()):
            return str(key)
    return ""


@dataclass(frozen=True, slots=True)
class Making:
    """A record as it is written."""

    id: int
    subject: str
    name: str
    kind: CreditKind
    source_kind: str
    source: str
    source_number: str
    document_id: int | None
    item_case_id: int | None
    unit: str
    rules: Rules
    facts: str
    since: date
    until: date | None
    until_repaired: bool
    repair_from: date | None
    at: datetime

    @property
    def term(self) -> Words:
        """Until when it counts, in words."""
        return Words(self.until.isoformat(), self.until.isoformat()) if self.until else UNTIL_REPAIRED


def row_values(
    made: Making, bars: tuple[ApplicantBar, ...], item: Item | None, by: Identity | None, **facts: object
) -> dict[str, Any]:
    """The values of RECORD, BARS and LINE."""
    profile, kind = made.rules.profile, made.kind
    rows = [
        {
            "effect": bar.effect,
            "item_code": "" if bar.everything or item is None else item.code,
            "item_zh": "" if bar.everything or item is None else item.name.zh,
            "item_en": "" if bar.everything or item is None else item.name.en,
            "until": bar.until,
            "lifted": bar.lifted_by_repair,
            "place": "" if bar.everywhere else profile.key,
            "zh": bar.basis.zh,
            "en": bar.basis.en,
        }
        for bar in bars
    ]
    act = CreditAct.RECORDED if made.source_kind == OWN else CreditAct.ENTERED
    line, hashed = first_line(
        made.id,
        act,
        by,
        made.at,
        about=kind.key,
        source=made.source_kind,
        document=made.document_id,
        since=made.since,
        until=made.until,
        bars=[[row["effect"], row["item_code"], row["until"]] for row in rows],
        rules=made.rules.digest,
        **facts,
    )
    return {
        "credit": made.id,
        "credit_subject": made.subject,
        "credit_name": made.name,
        "credit_kind": kind.key,
        "credit_zh": kind.name.zh,
        "credit_en": kind.name.en,
        "credit_basis_zh": kind.basis.zh,
        "credit_basis_en": kind.basis.en,
        "credit_source_kind": made.source_kind,
        "credit_source": made.source,
        "credit_number": made.source_number,
        "credit_document": made.document_id,
        "credit_item": made.item_case_id,
        "credit_unit": made.unit,
        "credit_place": profile.key,
        "credit_facts": made.facts,
        "credit_since": made.since,
        "credit_until": made.until,
        "credit_until_repaired": made.until_repaired,
        "credit_repair_from": made.repair_from,
        "credit_repair_zh": kind.repair.basis.zh if kind.repair else "",
        "credit_repair_en": kind.repair.basis.en if kind.repair else "",
        "credit_on": moments.local(made.at).date(),
        "credit_at": made.at,
        "credit_by": by.user_id if by else None,
        "credit_confirmed": made.at if made.source_kind == OWN else None,
        "credit_act": act,
        "credit_bars": orjson.dumps(rows).decode(),
        "credit_line": line,
        "credit_hash": hashed,
    }


HEADS = (Words("限制", "Bar"), Words("事项", "Item"), Words("期限", "Until"), Words("依据", "Basis"))


def _tell(
    case: LockedCase, made: Making, bars: tuple[ApplicantBar, ...], item: Item, by: Identity | None
) -> int | None:
    """Tell the subject in writing what is recorded, what it bars, and how it is repaired or objected to."""
    if NOTICE not in case.release.kinds or case.release.template_path(NOTICE, "zh", case.rules.profile.key) is None:
        return None
    assert made.item_case_id is not None
    rows = [
        (
            EFFECT_WORDS[bar.effect],
            EVERY_ITEM if bar.everything else item.name,
            Words(bar.until.isoformat(), bar.until.isoformat()) if bar.until else made.term,
            bar.basis,
        )
        for bar in bars
    ]
    fields = {
        "record_kind": made.kind.name,
        "record_facts": made.facts,
        "record_basis": made.kind.basis,
        "record_until": made.term,
        "bars_table": table(HEADS, rows),
        "repair_from": _repair_words(made.repair_from),
    }
    return issue_by_unit(case, made.unit, made.item_case_id, item, NOTICE, by, fields)


def _repair_words(first_day: date | None) -> Words:
    if first_day is None:
        return Words("此类记录期满自动失效，不适用信用修复", "a record of this kind runs out and is not repaired")
    return Words(
        f"自{first_day.isoformat()}起可以申请信用修复", f"its repair is applied for from {first_day.isoformat()}"
    )
