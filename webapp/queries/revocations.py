"""The revocation of an item as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class RevocationView:
    """What was told, what the holder said."""

    facts: str
    reasons: str
    proposed_by: str
    proposed_at: datetime
    statement: str
    licence: Words
    number: str


REVOCATION = """
select r.facts, r.reasons, u.name, r.proposed_at, r.statement, coalesce(l.name_zh, ''), coalesce(l.name_en, ''),
    coalesce(l.number, '')
from revocation r join app_user u on u.id = r.proposed_by left join licence l on l.item_case_id = r.item_case_id
where r.item_case_id = %s order by r.id desc limit 1
"""


def revocation_of(item_case_id: int) -> RevocationView | None:
    """The latest proceeding of the item."""
    row = sql().execute(REVOCATION, (item_case_id,)).fetchone()
    if row is None:
        return None
    facts, reasons, by, at, statement, zh, en, number = row
    return RevocationView(facts, reasons, by, at, statement, Words(zh, en), number)
