"""审管衔接: which rulings the unit that supervises is told of, and in which time it takes them over.

A ruling by commitment is always told, since its verification is due there; others where the place says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.law.tables import NOBODY, UNITS, Table, without_unit
from engine.law.terms import ClockTerms
from engine.words import Words


@dataclass(frozen=True, slots=True)
class HandoverRules:
    """`items` are the keys of those whose ordinary rulings are told too; `limit` runs from the handover."""

    basis: Words
    items: tuple[str, ...]
    limit: ClockTerms


def read_handover(table: Table) -> HandoverRules:
    """`[handover]` of a profile."""
    rules = HandoverRules(table.basis(), table.texts("items", required=False), _limit(table))
    table.finish()
    return rules


def _limit(table: Table) -> ClockTerms:
    given = table.table("limit")
    if given is None:
        return ClockTerms("handover", 0, UNITS[0], NOBODY)
    value, unit = given.integer("value", least=1), given.text("unit", required=False)
    if not unit:
        without_unit(given.report, given.path)
    elif unit not in UNITS:
        given.choice("unit", UNITS)
    terms = ClockTerms("handover", value, unit, given.basis())
    given.finish()
    return terms
