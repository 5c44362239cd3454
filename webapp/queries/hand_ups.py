"""What was handed up by a lower level, as the page of a task tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from webapp import moments
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class HandUpLine:
    """One hand-up. `locked_at`: when the first one was; `return_reason`: why the upper level sent this one back."""

    round: int
    from_unit: Words
    to_unit: Words
    conclusion: str
    by: str
    at: datetime
    due_on: date | None
    digest: str
    materials: int
    returned_at: datetime | None
    returned_by: str
    return_reason: str
    locked_at: datetime

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and moments.local(self.at).date() > self.due_on


LAST = """
select h.round, f.name_zh, f.name_en, t.name_zh, t.name_en, h.conclusion, u.name, h.at, h.due_on, h.digest,
    jsonb_array_length(h.materials), h.returned_at, coalesce(b.name, ''), h.return_reason,
    (select min(at) from hand_up where item_case_id = h.item_case_id)
from hand_up h
join department f on f.key = h.from_unit
join department t on t.key = h.to_unit
join app_user u on u.id = h.by_id
left join app_user b on b.id = h.returned_by
where h.item_case_id = %(item_case)s order by h.round desc limit 1
"""


def last_hand_up(item_case_id: int) -> HandUpLine | None:
    """The latest hand-up of the item case; None before any."""
    return hand_up_from(sql().execute(LAST, {"item_case": item_case_id}).fetchone())


def hand_up_from(row: Sequence[Any] | None) -> HandUpLine | None:
    """The hand-up of a row of `LAST`."""
    if row is None:
        return None
    round_, from_zh, from_en, to_zh, to_en, *rest = row
    return HandUpLine(round_, Words(from_zh, from_en), Words(to_zh, to_en), *rest)
