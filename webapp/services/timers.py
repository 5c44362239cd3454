"""Firing timers: claimed in one small transaction, then one transaction each under the case's lock."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta

import structlog

from engine import StateFromNewerVersion, Words
from webapp import clock
from webapp.errors import Busy
from webapp.services.advance import apply, open_incident
from webapp.services.engine_border import fire
from webapp.services.failures import failure_of
from webapp.services.locked_case import LOCK_BY_ID, InstanceRow, lock
from webapp.services.signal_watch import look_again
from webapp.services.suspended import hold_timers
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

CLAIM = """
update timer set claimed_until = %s, claimed_by = %s
where id in (select id from timer where due_at <= %s and (claimed_until is null or claimed_until < %s)
             order by due_at limit %s for update skip locked)
returning id, case_id
"""
CLAIM_FOR = timedelta(minutes=2)
TAKE = """
with gone as (delete from timer where id = %s and claimed_by = %s returning instance_id, engine_timer, clock)
select i.id, i.state, i.scopes, i.release_id, i.process, i.steps, g.engine_timer, g.clock
from gone g join process_instance i on i.id = g.instance_id
"""


def fire_due(limit: int = 100) -> int:
    """Fire the timers that are due; returns how many were taken on. Any number of workers may call it at once.

    A timer that cannot fire opens an incident on its case and holds up no other; one on a state that a newer version
    wrote is left until its claim lapses.
    """
    me, now = f"{os.getpid()}", clock.now()
    with unit_of_work():
        claimed = sql().execute(CLAIM, (now + CLAIM_FOR, me, now, now, limit)).fetchall()
    for timer_id, case_id in claimed:
        try:
            _fire_one(timer_id, case_id, me)
        except Busy:
            continue  # the claim lapses, and the timer is taken again
        except StateFromNewerVersion as newer:  # a worker of that version fires it, or this one once it is upgraded
            log.warning("timer-left", timer=timer_id, error=str(newer))
        except Exception as error:  # noqa: BLE001  # the worker's: whatever it is, it must be seen on the case
            log.warning("timer-failed", timer=timer_id, error=repr(error))
            with suppress(Busy):  # then the claim lapses, and it fails again where it can be kept
                _keep_failure(timer_id, case_id, error)
    return len(claimed)


def _fire_one(timer_id: int, case_id: int, me: str) -> None:
    """One timer: lock the case, delete the row if it is still there and ours, fire, commit."""
    with unit_of_work():
        case = lock(LOCK_BY_ID, case_id)
        if case.suspended_at is not None:  # a clock that was set anew has set the timer too
            hold_timers(case)
            return
        row = sql().execute(TAKE, (timer_id, me)).fetchone()
        if row is None:
            return
        instance = InstanceRow(row[0], bytes(row[1]), row[2], row[3], row[4], row[5])
        apply(case, instance, fire(instance.release.program, instance.state, row[6], case.context))
        case.write_ledger()
    if row[7] is not None:  # the mark of a legal clock: what the rules of supervision say of it
        look_again(case_id)


def _keep_failure(timer_id: int, case_id: int, error: Exception) -> None:
    with unit_of_work():
        case = lock(LOCK_BY_ID, case_id)
        row = (
            sql()
            .execute(
                "update timer set due_at = null, claimed_until = null, claimed_by = null where id = %s"
                " returning instance_id, item_case_id, element",
                (timer_id,),
            )
            .fetchone()
        )
        if row is None:
            return
        words = Words("定时事件未能触发，已停下等待处理。", "A timer could not fire and waits.")
        failure = failure_of(error, "timer-failed", words)
        open_incident(
            case,
            row[0],
            row[1],
            row[2],
            failure.code,
            failure.words,
            detail=failure.detail,
            timer_id=timer_id,
        )
        case.write_ledger()
