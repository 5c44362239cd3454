"""Credit of applicants: kinds of records, how long each counts, what it bars, when it may be repaired.

All of it is the place's (`[credit]` of its profile), each figure with its basis: the law's own bars (行政许可法 art.
78, 79) and those of local rules on commitment stand beside each other, and differ in what lifts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from engine.law.clocks import add_months
from engine.law.tables import NOBODY, Table, without_unit
from engine.law.terms import ClockTerms
from engine.words import Words

#: What a bar stops: the shortcut alone, or any application for the item.
COMMITMENT, APPLICATION = "commitment", "application"
EFFECTS = (COMMITMENT, APPLICATION)
#: The items that it stops: that in which it happened, or every one.
SAME, ALL = "same", "all"
UNTIL_REPAIRED = "until-repaired"
#: Kinds that the law names; a place may have more.
FALSE_COMMITMENT, UNFULFILLED_COMMITMENT = "false-commitment", "unfulfilled-commitment"
FALSE_MATERIALS, LICENCE_BY_FRAUD = "false-materials", "licence-by-fraud"
#: Terms of credit run in these: nobody counts a year of bar in working days.
CREDIT_UNITS = ("months", "calendar_days")


@dataclass(frozen=True, slots=True)
class CreditBarRule:
    """What records of a kind bar. `lasts` None: as long as the record counts.

    `safety_only`: only where the item directly concerns safety or health, as the place lists (art. 78, 79).
    `lifted_by_repair` False: a repaired record goes on barring, since the law gives the time without condition.
    `everywhere` False: in this place only.
    """

    effect: str
    items: str
    safety_only: bool
    lasts: ClockTerms | None
    lifted_by_repair: bool
    everywhere: bool
    basis: Words


@dataclass(frozen=True, slots=True)
class CreditKind:
    """A kind of record. `lasts` None: until it is repaired. `repair` is the shortest time before a repair, with its
    basis; None where a record of this kind is not repaired but runs out.
    """

    key: str
    name: Words
    basis: Words
    lasts: ClockTerms | None
    bars: tuple[CreditBarRule, ...]
    repair: ClockTerms | None


@dataclass(frozen=True, slots=True)
class CreditRules:
    """The place's rules on credit. `safety_items` are the keys of items that concern safety or health directly."""

    basis: Words
    safety_items: tuple[str, ...]
    kinds: Mapping[str, CreditKind]


@dataclass(frozen=True, slots=True)
class ApplicantBar:
    """What one record bars, worked out: `everything` or the item it came from, until (inclusive) a day.

    `until` None: as long as the record counts.
    """

    effect: str
    everything: bool
    until: date | None
    lifted_by_repair: bool
    everywhere: bool
    basis: Words


def term_end(terms: ClockTerms | None, since: date) -> date | None:
    """The last day of a term of credit that began on `since`; None for one without end."""
    if terms is None:
        return None
    return add_months(since, terms.value) if terms.unit == "months" else since + timedelta(days=terms.value)


def bars_of(rules: CreditRules, kind: CreditKind, item: str, since: date) -> tuple[ApplicantBar, ...]:
    """What a record of this kind bars from `since`; `item` is the key of the item that it came from, "" for none."""
    return tuple(
        ApplicantBar(
            rule.effect,
            rule.items == ALL,
            term_end(rule.lasts, since),
            rule.lifted_by_repair,
            rule.everywhere,
            rule.basis,
        )
        for rule in kind.bars
        if (rule.items == ALL or item) and (not rule.safety_only or item in rules.safety_items)
    )


def read_credit(table: Table) -> CreditRules:
    """`[credit]` of a profile. What has no basis, no unit or no term is a finding."""
    rules = CreditRules(
        basis=table.basis(),
        safety_items=table.texts("safety_items", required=False),
        kinds={key: _kind(key, one) for key, one in table.tables("kinds")},
    )
    table.finish()
    return rules


def _kind(key: str, table: Table) -> CreditKind:
    name, basis, lasts = table.words("name"), table.basis(), _record_term(table)
    bars = tuple(_bar(effect, one) for effect, one in table.tables("bars"))
    asked = table.table("repair", required=False)
    repair = None if asked is None else _terms("repair", asked)
    if lasts is None and repair is None:
        table.wrong(
            "repair",
            Words("至信用修复为止的记录，应当规定如何修复。", "A record that counts until repaired needs a repair."),
        )
    table.finish()
    return CreditKind(key, name, basis, lasts, bars, repair)


def _record_term(table: Table) -> ClockTerms | None:
    """`lasts = "until-repaired"`, or a table with value and unit. Neither is a finding: no record without a term."""
    if isinstance(table.content.get("lasts"), dict):
        inner = table.table("lasts")
        assert inner is not None
        return _terms("lasts", inner)
    table.choice("lasts", (UNTIL_REPAIRED,))
    return None


def _bar(effect: str, table: Table) -> CreditBarRule:
    if effect not in EFFECTS:
        table.report.error(
            "wrong-value",
            table.path,
            Words("只能限制commitment或者application。", "A bar is on commitment or on application."),
            Words("改正这个值。", "Correct the value."),
        )
    lasts = None
    if "value" in table:
        lasts = ClockTerms("bar", table.integer("value", least=1), _unit(table), NOBODY)
    rule = CreditBarRule(
        effect=effect,
        items=table.choice("items", (SAME, ALL)),
        safety_only=table.boolean("safety_only", False),
        lasts=lasts,
        lifted_by_repair=table.boolean("lifted_by_repair"),
        everywhere=table.boolean("everywhere"),
        basis=table.basis(),
    )
    table.finish()
    return rule


def _terms(name: str, table: Table) -> ClockTerms:
    terms = ClockTerms(name, table.integer("value"), _unit(table), table.basis())
    table.finish()
    return terms


def _unit(table: Table) -> str:
    unit = table.text("unit", required=False)
    if not unit:
        without_unit(table.report, table.path)
        return CREDIT_UNITS[0]
    return unit if unit in CREDIT_UNITS else table.choice("unit", CREDIT_UNITS)
