"""复核: what one officer entered from the document of another body counts when a second one has confirmed it.

Confirmed by a decider or the head, never by who entered it: of the unit that entered it or, where that unit has
neither, of the same place. What is turned down never counted; it stays on record with the reasons.
"""

from __future__ import annotations

from engine import Words
from webapp.catalogue import rules_in_force
from webapp.errors import ActRefused, Incomplete, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.credit import OUTSIDE, place_of_unit
from webapp.services.credit_ledger import CreditAct
from webapp.services.credit_locks import hold_to_record
from webapp.services.held_credit import HeldCredit, on_credit
from webapp.unit_of_work import sql

LONGEST = 1000


class NothingToConfirm(ActRefused):
    """The record waits for no confirmation: it was confirmed, turned down, or is a decision of ours."""

    def __init__(self) -> None:
        super().__init__(
            Words("该记录没有等待复核，可能已经复核。", "This record waits for no confirmation; perhaps it was given.")
        )


class EnteredIt(ActRefused):
    """Who entered a record does not confirm it."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            Words("您录入了该记录，应当由另一名决定人复核。", "You entered this record: another decider confirms it.")
        )


CONFIRMED = "update credit_record set confirmed_at = %s, confirmed_by = %s where id = %s"
TURNED_DOWN = """
update credit_record set annulled_at = %s, confirmed_by = %s, turned_down_reason = %s where id = %s
"""
DECIDES = """
select exists(select from app_user u join department d on d.id = u.department_id
    join membership m on m.user_id = u.id join candidate_group g on g.id = m.group_id
    where d.key = %s and g.role in ('decider', 'head') and u.active)
"""


def confirm(record_id: int, *, by: Identity, key: str) -> None:
    """The record agrees with its document: it counts from now on.

    Raises NotFound, NotYours, EnteredIt, NothingToConfirm.
    """
    with on_credit(record_id, by, Permission.CREDIT_CONFIRM, "confirm", key) as record:
        _ensure_second(record, by)
        hold_to_record(record.subject)
        sql().execute(CONFIRMED, (record.now, by.user_id, record_id))
        record.record(CreditAct.CONFIRMED, by)


def turn_down(record_id: int, *, by: Identity, reasons: str, key: str) -> None:
    """It does not agree with its document: it never counts. Raises as `confirm`, and Incomplete without reasons."""
    with on_credit(record_id, by, Permission.CREDIT_CONFIRM, "turn-down", key) as record:
        _ensure_second(record, by)
        if not reasons.strip() or len(reasons) > LONGEST:
            words = Words("请写明不予确认的理由（1000 字以内）。", "Say why not, within 1,000 characters.")
            raise Incomplete("turned_down", words)
        sql().execute(TURNED_DOWN, (record.now, by.user_id, reasons.strip(), record_id))
        record.record(CreditAct.TURNED_DOWN, by)


def _ensure_second(record: HeldCredit, by: Identity) -> None:
    if record.source_kind != OUTSIDE or record.confirmed or record.annulled:
        raise NothingToConfirm()
    if record.recorded_by == by.user_id:
        raise EnteredIt()
    if not may_confirm(by, record.unit, record.place):
        raise NotYours(Permission.CREDIT_CONFIRM)


def may_confirm(by: Identity, unit: str, place: str) -> bool:
    """Whether this person confirms for the unit: their own, or one of their place that has no decider and no head."""
    if by.department_key == unit:
        return True
    row = sql().execute(DECIDES, (unit,)).fetchone()
    has_one = row is not None and bool(row[0])
    return not has_one and rules_in_force(place_of_unit(by.department_key)).profile.key == place
