"""What a place's rules state for each kind of item: on what intake stands, which limits are its own, what silence does.

The licensing law speaks of licences only; filings, registrations, confirmations and services stand on texts of their
own (LAW 2.11). So nothing here is taken from one kind to another: `[kinds.<kind>]` of the profile says it, or the item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.law.intake import INTAKE_OUTCOMES
from engine.law.tables import NOBODY, UNITS, Table, without_basis, without_unit
from engine.law.terms import ClockTerms
from engine.words import Words

WITHOUT_BASIS = "intake-without-basis"


@dataclass(frozen=True, slots=True)
class Officers:
    """How many officers at least look at something where it is, and the text that says so."""

    value: int
    basis: Words


@dataclass(frozen=True, slots=True)
class KindRules:
    """The rules of one kind of item (`ItemKind`) in a place.

    `intake` is the text behind intake and correction, `outcomes` its clause for an outcome that has one of its own.
    `limits` are those that differ from the place's parameter of the same key, `documents` the texts that a kind of
    document stands on here. `silence`: after so long without a word the application is accepted by law; None where no
    text says so, and nobody's silence accepts. `officers`: how many sign what is looked at on the spot; None where no
    text asks for more than one.
    """

    intake: Words
    outcomes: Mapping[str, Words]
    limits: Mapping[str, ClockTerms]
    documents: Mapping[str, Words]
    silence: ClockTerms | None
    officers: Officers | None = None

    def basis_of(self, outcome: str) -> Words:
        """The text behind an outcome of intake."""
        return self.outcomes.get(outcome, self.intake)


def read_kind(table: Table) -> KindRules:
    """`[kinds.<kind>]` of a profile. What has no basis or no unit is a finding."""
    silence, officers = table.table("silence", required=False), table.table("officers", required=False)
    rules = KindRules(
        intake=_stated(table, "intake"),
        outcomes=_named(table, "outcomes"),
        limits={key: _limit(key, one) for key, one in table.tables("limits")},
        documents=_named(table, "documents"),
        silence=None if silence is None else _limit("intake", silence),
        officers=None if officers is None else _officers(officers),
    )
    for key in rules.outcomes:
        if key not in INTAKE_OUTCOMES:
            table.wrong(f"outcomes.{key}", Words("不是受理结果。", "It is no outcome of intake."))
    table.finish()
    return rules


def _named(table: Table, key: str) -> dict[str, Words]:
    inner = table.table(key, required=False)
    if inner is None:
        return {}
    named = {name: _stated(inner, name) for name in inner.content}
    inner.finish()
    return named


def _officers(table: Table) -> Officers:
    officers = Officers(table.integer("value", least=1), _stated(table, "basis"))
    table.finish()
    return officers


def _limit(name: str, table: Table) -> ClockTerms:
    value, unit = table.integer("value", least=1), table.text("unit", required=False)
    if not unit:
        without_unit(table.report, table.path)
    elif unit not in UNITS:
        table.choice("unit", UNITS)
    basis = _stated(table, "basis")
    table.finish()
    return ClockTerms(name, value, unit, basis)


def _stated(table: Table, key: str) -> Words:
    """The words of a legal text; an empty one is a finding."""
    given = table.content.get(key)
    if isinstance(given, dict) and str(given.get("zh", "")).strip():
        return table.words(key)
    table.asked.add(key)
    if key == "basis":
        without_basis(table.report, table.path)
    else:
        without_basis(table.report, table.at(key), WITHOUT_BASIS)
    return NOBODY
