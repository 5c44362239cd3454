"""A credit record that another body made, entered from its document; it counts once `credit_confirmation` says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine import Words
from engine.bundles import Item
from engine.law import SAME, CreditKind, bars_of, check_id_number, check_uscc
from webapp import clock, moments
from webapp.catalogue import rules_in_force
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.credit import (
    BARS,
    LINE,
    NO_SOURCE,
    OUTSIDE,
    RECORD,
    Making,
    known_items,
    place_of_unit,
    row_values,
)
from webapp.services.credit_bars import normalised
from webapp.services.page_keys import remember
from webapp.unit_of_work import sql, unit_of_work


@dataclass(frozen=True, slots=True)
class OutsideRecord:
    """What is typed in from a document of another body. `term`: "until-repaired", or "until" with the day `until`."""

    number: str
    name: str
    kind: str
    source: str
    source_number: str
    since: date | None
    term: str
    until: date | None
    item_code: str = ""
    facts: str = ""


def enter_record(given: OutsideRecord, *, by: Identity, key: str) -> int:
    """Enter a record from the document of another body, by the rules of the place; returns its id.

    Raises NotYours, Incomplete with everything that is missing (a record without source or term is none).
    """
    ensure(by, Permission.CREDIT_RECORD)
    now = clock.now()
    with unit_of_work():
        remember(by, key, now, "credit-entered")
        rules = rules_in_force(place_of_unit(by.department_key))
        credit, today = rules.profile.credit, moments.local(now).date()
        kinds = credit.kinds if credit else {}
        items = known_items(rules)
        faults = _faults(given, kinds, items, today)
        if faults:
            raise Incomplete(*faults[0], *faults[1:])
        assert credit is not None
        assert given.since is not None
        kind, item = kinds[given.kind], items.get(given.item_code)
        row = sql().execute("select nextval('credit_record_id_seq')").fetchone()
        assert row is not None
        made = Making(
            id=int(row[0]),
            subject=normalised(given.number),
            name=given.name.strip(),
            kind=kind,
            source_kind=OUTSIDE,
            source=given.source.strip(),
            source_number=given.source_number.strip(),
            document_id=None,
            item_case_id=None,
            unit=by.department_key,
            rules=rules,
            facts=given.facts.strip(),
            since=given.since,
            until=given.until if given.term == "until" else None,
            until_repaired=given.term == "until-repaired",
            repair_from=given.since if kind.repair is not None else None,  # its source says when
            at=now,
        )
        bars = bars_of(credit, kind, item.key if item else "", given.since)
        values = row_values(made, bars, item, by)
        for statement in (RECORD, BARS, LINE):
            sql().execute(statement, values)
    return made.id


def _faults(
    given: OutsideRecord, kinds: Mapping[str, CreditKind], items: Mapping[str, Item], today: date
) -> list[tuple[str, Words]]:
    """Everything that is missing or cannot be, field by field."""
    kind = kinds.get(given.kind)
    wrong = {
        "number": _is_no_number(given.number)
        and Words(
            "请填写校验位相符的统一社会信用代码或者身份证号码。",
            "Give a credit code or an identity number whose check digit matches.",
        ),
        "name": not given.name.strip() and Words("请填写名称或者姓名。", "Give the name."),
        "kind": kind is None and Words("请选择记录种类。", "Choose the kind of record."),
        "source": not given.source.strip() and Words("请填写作出认定的机关。", "Name the body that found it."),
        "source_number": not given.source_number.strip() and NO_SOURCE,
        "since": (given.since is None or given.since > today)
        and Words("请填写认定日期，不能晚于今天。", "Give the day of the finding, not after today."),
        "term": given.term not in ("until", "until-repaired")
        and Words("请选择期限：没有期限的不能记录。", "Choose the term: nothing is recorded without one."),
        "until": given.term == "until"
        and (given.until is None or (given.since is not None and given.until < given.since))
        and Words("请填写届满日期，不能早于认定日期。", "Give the last day, not before the day of the finding."),
        "item_code": kind is not None
        and any(rule.items == SAME for rule in kind.bars)
        and given.item_code not in items
        and Words("请选择所涉事项：限制只及于该事项。", "Choose the item: the bar is on that item alone."),
    }
    if kind is not None and kind.repair is None and given.term == "until-repaired":
        wrong["term"] = Words(
            "此类记录不适用信用修复，请填写届满日期。", "Records of this kind are not repaired: give the last day."
        )
    return [(name, words) for name, words in wrong.items() if isinstance(words, Words)]


def _is_no_number(number: str) -> bool:
    given = normalised(number)
    return check_uscc(given) is not None and check_id_number(given) is not None
