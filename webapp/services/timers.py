"""Firing timers: claimed in one small transaction, then one transaction each under the case's lock."""

from __future__ import annotations

import os
from datetime import timedelta

from engine.runtime import fire
from webapp import clock
from webapp.services.advance import apply
from webapp.services.work import LOCK_BY_ID, InstanceRow, lock
from webapp.unit_of_work import sql, unit_of_work

CLAIM = """
update timer set claimed_until = %s, claimed_by = %s
where id in (select id from timer where due_at <= %s and (claimed_until is null or claimed_until < %s)
             order by due_at limit %s for update skip locked)
returning id, case_id
"""
CLAIM_FOR = timedelta(minutes=2)


def fire_due(limit: int = 100) -> int:
    """Fire the timers that are due; returns how many fired. Any number of workers may call it at once."""
    me, now = f"{os.getpid()}", clock.now()
    with unit_of_work():
        claimed = sql().execute(CLAIM, (now + CLAIM_FOR, me, now, now, limit)).fetchall()
    return sum(_fire_one(timer_id, case_id, me) for timer_id, case_id in claimed)


def _fire_one(timer_id: int, case_id: int, me: str) -> int:
    """One timer: lock the case, delete the row if it is still there and ours, fire, commit."""
    with unit_of_work():
        case = lock(LOCK_BY_ID, case_id)
        row = sql().execute(
            "with gone as (delete from timer where id = %s and claimed_by = %s returning instance_id, engine_timer)"
            " select i.id, i.state, i.scopes, i.release_id, i.process, g.engine_timer from gone g"
            " join process_instance i on i.id = g.instance_id",
            (timer_id, me),
        ).fetchone()
        if row is None:
            return 0
        instance = InstanceRow(row[0], bytes(row[1]), row[2], row[3], row[4])
        apply(case, instance, fire(case.release.program, instance.state, row[5], case.context), by=None)
        case.write_ledger()
    return 1


