"""挂起 and 恢复: the two acts. What they mean for everyone else stands in `suspended`."""

from __future__ import annotations

from typing import Any

from engine import Words
from webapp import outbox
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.repairing import given_reason, repairing, write_repair
from webapp.services.suspended import ensure_active, hold_timers
from webapp.unit_of_work import sql

LET_TIMERS_GO = """
update timer set due_at = held_due_at, held_due_at = null
where instance_id in (select id from process_instance where case_id = %s) and held_due_at is not null
"""
LET_MESSAGES_GO = """
update message set state = 'sent'
where state = 'held' and to_instance_id in (select id from process_instance where case_id = %s) returning id
"""


class NotSuspended(ActRefused):
    """There is nothing to resume: a colleague was faster."""

    def __init__(self) -> None:
        super().__init__(Words("该办件的流程没有挂起。", "The process of this case is not suspended."))


def suspend(case_id: int, *, by: Identity, reason: str, key: str) -> None:
    """Let the case's processes stand still until someone resumes them.

    Raises NotYours, Incomplete (no reason), Suspended (it is already: by whom, when, why).
    """
    with repairing(case_id, by, Permission.CASE_SUSPEND, key=key, what=f"suspend:{case_id}") as case:
        suspend_on(case, given_reason(reason), by)


def suspend_on(case: LockedCase, reason: str, by: Identity, **facts: Any) -> None:
    """As `suspend`, for the command that holds the case; `facts` stand in the record of the repair too."""
    case.under_repair = False
    ensure_active(case)
    sql().execute("update cases set suspended_at = %s where id = %s", (case.now, case.id))
    hold_timers(case)
    write_repair(case, Event.SUSPENDED, by, reason, facts)


def resume(case_id: int, *, by: Identity, reason: str, key: str) -> None:
    """Let the case go on: what fell due meanwhile fires now, and jobs and messages that waited are done.

    Raises NotYours, Incomplete, NotSuspended.
    """
    with repairing(case_id, by, Permission.CASE_SUSPEND, key=key, what=f"resume:{case_id}") as case:
        resume_on(case, given_reason(reason), by)


def resume_on(case: LockedCase, reason: str, by: Identity, **facts: Any) -> None:
    """As `resume`, for the command that holds the case; `facts` stand in the record of the repair too."""
    if case.suspended_at is None:
        raise NotSuspended()
    sql().execute("update cases set suspended_at = null where id = %s", (case.id,))
    sql().execute(LET_TIMERS_GO, (case.id,))
    jobs = sql().execute("select id from engine_job where case_id = %s and state = 'open'", (case.id,)).fetchall()
    outbox.defer_each(sql(), outbox.RUN_ENGINE_JOB, "engine_job_id", [id_ for (id_,) in jobs])
    messages = sql().execute(LET_MESSAGES_GO, (case.id,)).fetchall()
    outbox.defer_each(sql(), outbox.DELIVER_MESSAGE, "message_id", [id_ for (id_,) in messages])
    write_repair(case, Event.RESUMED, by, reason, facts)
