"""A handover to supervision as pages show it: what was told, how far it got, what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine import Words
from webapp.services.supervision_handovers import RESULTS
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class HandoverView:
    """`told` is the document as it went out; `delivery`: "" (to the inbox alone), waits, failed, arrived."""

    item_key: str
    licence: Words
    from_unit: Words
    to_unit: Words
    told: dict[str, Any]
    sent_at: datetime
    delivery: str
    delivery_reason: str
    received_at: datetime | None
    receiver: str
    result: Words | None
    note: str
    result_at: datetime | None


HANDOVERS = """
select i.item_key, coalesce(l.name_zh, ''), coalesce(l.name_en, ''), f.name_zh, f.name_en, s.name_zh, s.name_en,
    h.body, h.sent_at,
    case when d.handover_id is null then '' when d.delivered_at is not null then 'arrived'
        when d.tries > 0 then 'failed' else 'waits' end,
    coalesce(d.reason, ''), h.received_at, h.receiver, h.result, h.result_note, h.result_at
from supervision_handover h join item_case i on i.id = h.item_case_id
join department f on f.key = h.from_unit join department s on s.key = h.to_unit
left join licence l on l.item_case_id = i.id
left join handover_delivery d on d.handover_id = h.id
where {of} order by h.id
"""


def handovers_of_case(case_id: int) -> tuple[HandoverView, ...]:
    """Everything of the case that was handed over, oldest first."""
    rows = sql().execute(HANDOVERS.replace("{of}", "i.case_id = %s"), (case_id,))
    return tuple(_view(row) for row in rows)


def handover_of_item(item_case_id: int) -> HandoverView | None:
    """None where nothing was handed over."""
    row = sql().execute(HANDOVERS.replace("{of}", "i.id = %s"), (item_case_id,)).fetchone()
    return None if row is None else _view(row)


def _view(row: Sequence[Any]) -> HandoverView:
    key, *names, body, sent_at, delivery, reason, received, receiver, result, note, at = row
    licence_zh, licence_en, from_zh, from_en, to_zh, to_en = names
    return HandoverView(
        key,
        Words(licence_zh, licence_en),
        Words(from_zh, from_en),
        Words(to_zh, to_en),
        orjson.loads(body),
        sent_at,
        delivery,
        reason,
        received,
        receiver,
        RESULTS[result] if result else None,
        note,
        at,
    )
