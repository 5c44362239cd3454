"""Where one may go against a refusal, in the words that the refusal will carry."""

from __future__ import annotations

from engine import Words
from engine.bundles import Item
from engine.law import DecidingUnit, LimitMissing, remedy_paragraph, remedy_terms
from webapp.catalogue import Published, Rules
from webapp.errors import NotFound
from webapp.unit_of_work import sql


def remedy_of(release: Published, rules: Rules, item: Item) -> Words:
    """The paragraph that a refusal of this item will carry (LAW 2.10)."""
    row = (
        sql()
        .execute(
            "select name_zh, name_en, reconsideration_body_zh, reconsideration_body_en, court_zh, court_en"
            " from department where key = %s",
            (item.department,),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    unit = DecidingUnit(Words(row[0], row[1]), Words(row[2], row[3]), Words(row[4], row[5]))
    first = item.reconsideration_first
    try:
        terms = remedy_terms(rules.profile, reconsideration_first=first is not None)
    except LimitMissing as missing:
        return missing.words  # what the refusal would be refused with
    return remedy_paragraph(unit, terms, reconsideration_first=first)
