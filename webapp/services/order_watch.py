"""What time and tasks do with an order of supervision: its day passes, or its task ends and the order with it.

Where nobody answered by its day, the worker marks it and raises the signal that the place's rules have for it. Where
its task ended first, it is over from that moment on (whoever shows it asks the task); the worker puts that in the
ledger and tells who gave it, so that no act pays for an order.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from webapp import clock, moments
from webapp.errors import Busy
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.notices import NoticeKind, notify
from webapp.services.signals import raise_signal
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

#: The kind of signal for an order that nobody answered by its day.
UNANSWERED = "order-unanswered"
#: The worker looks at the orders of so many days back: it looks several times a day.
LOOKED_BACK, AT_ONCE = timedelta(days=30), 200

_WAITS = "o.answered_at is null and o.lifted_at is null and o.ended_at is null"
#: Cases with orders past their day on tasks that are still open, and with orders whose task is over.
PAST = f"""
select o.case_id from supervisory_order o join user_task t on t.id = o.task_id and t.state = 'open'
where {_WAITS} and o.overdue_at is null and o.finish_by < %s and o.finish_by >= %s
order by o.finish_by limit %s
"""
OUTLIVED = f"""
select o.case_id from supervisory_order o join user_task t on t.id = o.task_id and t.state <> 'open'
where {_WAITS} order by o.task_id limit %s
"""
OVERDUE = f"""
update supervisory_order o set overdue_at = %s from user_task t
where o.case_id = %s and {_WAITS} and o.overdue_at is null and o.finish_by < %s
    and t.id = o.task_id and t.state = 'open'
returning o.id, o.task_id, o.unit, o.to_id, t.item_case_id
"""
ENDED = f"""
update supervisory_order o set ended_at = %s from user_task t
where o.case_id = %s and {_WAITS} and t.id = o.task_id and t.state <> 'open'
returning o.id, o.task_id, o.by_id, t.name_zh, t.name_en
"""


def sweep() -> int:
    """Mark the orders whose day has passed or whose task is over; returns how many."""
    today = clock.today(moments.OFFICE_ZONE)
    with unit_of_work():
        past = sql().execute(PAST, (today, today - LOOKED_BACK, AT_ONCE)).fetchall()
        outlived = sql().execute(OUTLIVED, (AT_ONCE,)).fetchall()
    return sum(_look_at(case_id) for case_id in dict.fromkeys(row[0] for row in (*past, *outlived)))


def _look_at(case_id: int) -> int:
    """In a transaction of its own; a case that is busy is found by the next sweep."""
    try:
        with on_case(case_id) as case:
            return _past_their_day(case) + _over_with_their_task(case)
    except Busy:
        log.info("orders-busy", case=case_id)
        return 0


def _past_their_day(case: LockedCase) -> int:
    late = sql().execute(OVERDUE, (case.now, case.id, moments.local(case.now).date())).fetchall()
    for order_id, task_id, unit, to_id, item_case_id in late:
        case.record(Event.ORDER_OVERDUE, None, task=task_id, order=order_id)
        raise_signal(case, UNANSWERED, item_case_id=item_case_id, unit=unit, ref={"order": order_id}, person=to_id)
    return len(late)


def _over_with_their_task(case: LockedCase) -> int:
    ended = sql().execute(ENDED, (case.now, case.id)).fetchall()
    for order_id, task_id, by_id, zh, en in ended:
        case.record(Event.ORDER_ENDED, None, task=task_id, order=order_id)
        facts = {"task": zh, "task_en": en, "number": case.number or ""}
        notify([by_id], NoticeKind.ORDER_ENDED, case_id=case.id, task_id=task_id, facts=facts, now=case.now)
    return len(ended)
