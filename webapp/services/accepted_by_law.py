"""Silence accepts where the law says so: what nobody answered in time is accepted from the day it was received."""

from __future__ import annotations

from datetime import datetime

from engine import Words
from engine.bundles import Item
from engine.law import INTAKE, INTAKE_PROMISE
from webapp import moments
from webapp.errors import ActRefused
from webapp.services.clock_moves import Why, move_clocks
from webapp.services.clocks import start_decision_clocks, stop_clock
from webapp.services.events import Event
from webapp.services.intake_limits import silence_basis
from webapp.services.locked_case import LockedCase
from webapp.services.signals import raise_signal
from webapp.services.tolerance import tolerate
from webapp.unit_of_work import sql

RECEIVED = """
select coalesce((select max(c.answered_at) from correction c where c.item_case_id = ic.id),
    (select min(t.opened_at) from user_task t where t.item_case_id = ic.id and t.step = 'accept'), ic.received_at)
from item_case ic where ic.id = %s
"""
DEEMED = """
update item_case set intake_outcome = 'accepted', accepted_at = %s, accepted_by = null, deemed_accepted = true,
    intake_note = %s, intake_note_en = %s, ruled_at = null
where id = %s
"""


class SilenceWithoutText(ActRefused):
    """The diagram lets silence accept, and the place has no text that says so: the release is older than its rules."""

    def __init__(self, item: Words) -> None:
        super().__init__(
            Words(
                f"地方规则没有规定“{item.zh}”逾期未告知即视为受理，不能依此受理，应当由受理岗位审查决定。",
                f"No rule of the place accepts “{item.en}” in silence, so nothing accepts it but a decision of the"
                " post that takes it on.",
            )
        )


def accept_by_law(case: LockedCase, item_case_id: int, item: Item) -> None:
    """Accepted from the day of receipt; the decision clocks run from that day, and the unit hears of it.

    Raises SilenceWithoutText.
    """
    received = _received(item_case_id)
    basis = silence_basis(case, item_case_id, item)
    if basis is None:
        raise SilenceWithoutText(item.name)
    on = moments.local(received).date().isoformat()
    note = Words(
        f"逾期未告知，自{on}收到申请材料之日起即为受理（{basis.zh}）",
        f"no word came in time: accepted since {on}, when the application was received ({basis.en or basis.zh})",
    )
    sql().execute(DEEMED, (received, note.zh, note.en, item_case_id))
    stop_clock(case, item_case_id, INTAKE, INTAKE_PROMISE)
    case.record(Event.DEEMED_ACCEPTED, None, item=item_case_id, since=on)
    start_decision_clocks(case, item_case_id, item, received)
    move_clocks(case, Why.EARLIER_ACCEPTANCE, None)  # the joint clock may have begun with one that lies after this
    tolerate(case, item_case_id, item, None)
    raise_signal(case, "deemed-accepted", item_case_id=item_case_id, unit=item.reviewing_department, ref={"since": on})


def _received(item_case_id: int) -> datetime:
    """When the application that nobody answered was there: received, opened after what it waits for, or corrected."""
    row = sql().execute(RECEIVED, (item_case_id,)).fetchone()
    assert row is not None
    received: datetime = row[0]
    return received
