"""What a suspended case refuses, and in which words.

While it is suspended, every act on its processes is refused; only a person who repairs it may touch them.
Its timers are held, its jobs and messages wait, and all of them go on with the resumption. Legal clocks run
on: suspending a process is no pause of a limit in the sense of the law.
"""

from __future__ import annotations

from engine import Words
from webapp import moments
from webapp.errors import ActRefused
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql

LAST_SUSPENSION = """
select u.name, r.at, r.reason from repair r join app_user u on u.id = r.by_id
where r.case_id = %s and r.kind = 'suspended' order by r.id desc limit 1
"""
# Where both are set, `due_at` is newer: a repair has set the timer anew.
HOLD_TIMERS = """
update timer set held_due_at = due_at, due_at = null, claimed_until = null, claimed_by = null
where instance_id in (select id from process_instance where case_id = %s) and due_at is not null
"""


class Suspended(ActRefused):
    """The case is suspended: who did it, when, and why."""

    def __init__(self, who: str, when: str, reason: str) -> None:
        self.who, self.when, self.reason = who, when, reason
        super().__init__(
            Words(
                f"该办件的流程已由{who}于{when}挂起，恢复后才能办理。原因：{reason}",
                f"{who} suspended this case's process at {when}; it can go on once it is resumed. Reason: {reason}",
            )
        )


def ensure_active(case: LockedCase) -> None:
    """Raises Suspended, unless the running command repairs the case."""
    if case.suspended_at is None or case.under_repair:
        return
    row = sql().execute(LAST_SUSPENSION, (case.id,)).fetchone()
    who, at, reason = row if row else ("系统", case.suspended_at, "")
    raise Suspended(who, moments.shown(at), reason)


def hold_timers(case: LockedCase) -> None:
    """Keep the case's timers from firing, those too that a repair has just set."""
    sql().execute(HOLD_TIMERS, (case.id,))
