"""The extension of an item's limit: what was asked for, by whom, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from engine.law import amount
from webapp.unit_of_work import sql

LAST = """
select x.value, x.unit, x.level_zh, x.level_en, x.basis_zh, x.basis_en, x.reason, asker.name, x.requested_at, x.granted,
    x.opinion, coalesce(decider.name, ''), x.decided_at, x.document_id
from clock_extension x
join app_user asker on asker.id = x.requested_by
left join app_user decider on decider.id = x.decided_by
where x.item_case_id = %s and (x.granted is null or (x.clock = 'joint') = %s) order by x.granted nulls first, x.id desc
limit 1
"""


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """`granted` None: it waits for the decision of `level`."""

    length: Words
    level: Words
    basis: Words
    reason: str
    asked_by: str
    asked_at: datetime
    granted: bool | None
    opinion: str
    decided_by: str
    decided_at: datetime | None
    document_id: int | None


def extension_of(item_case_id: int, *, joint: bool = False) -> ExtensionView | None:
    """What waits for a decision, or the last request of the item (with `joint`, of the joint limit from here)."""
    row = sql().execute(LAST, (item_case_id, joint)).fetchone()
    if row is None:
        return None
    value, unit, level_zh, level_en, zh, en, *facts = row
    view: list[Any] = [amount(value, unit), Words(level_zh, level_en), Words(zh, en), *facts]
    return ExtensionView(*view)
