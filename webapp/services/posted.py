"""The task whose act was posted, read with the lock on its case.

The page reads by it what was typed; the command that follows in the same transaction (`work.on_task`) has its case
from here and locks nothing a second time.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.extensions import db
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.services.locked_case import CASE_FACTS, LOCK_BY_TASK, TASK_SEEN, LockedCase, lock, lock_row
from webapp.services.writing import array

#: What a session's `info` holds: (its transaction, the task, the case), until the command asks for it.
HELD = "held case"
LOCK_POSTED = f"""
select t.step, t.state, t.groups, t.assignee_id, coalesce(nullif(k.subject_name, ''), k.applicant_name), i.release_id,
    ic.item_key, ic.way, {CASE_FACTS}
from user_task t
join cases k on k.id = t.case_id
join process_instance i on i.id = t.instance_id
left join item_case ic on ic.id = t.item_case_id
where t.id = %s and t.{TASK_SEEN}
for no key update of k
"""


@dataclass(frozen=True, slots=True)
class PostedTask:
    """What never changes of the task, and its state as it was when the lock was asked for."""

    id: int
    step: str
    state: str
    subject: str
    release_id: int
    item_key: str | None
    way: str | None
    case: LockedCase


def posted_task(task_id: int, by: Identity) -> PostedTask:
    """Lock the case of the task for a member of its groups. Raises NotFound to everyone else, and Busy.

    Who may not see the task has nothing locked, and waits for nobody.
    """
    row = lock_row(LOCK_POSTED, task_id, array(by.groups))
    step, state, groups, assignee, subject, release, item_key, way, *facts = row
    case = LockedCase(*facts)
    ensure(by, Permission.TASK_SEE, TaskFacts(frozenset(groups), assignee, state, case.bundle_key))
    session = db.session()
    session.info[HELD] = (session.get_transaction(), task_id, case)
    return PostedTask(task_id, step, state, subject, release, item_key, way, case)


def case_of(task_id: int, by: Identity) -> LockedCase:
    """The case of a task that this person sees, locked: as this transaction holds it already, or now.

    Raises NotFound, Busy.
    """
    session = db.session()
    transaction, held, case = session.info.pop(HELD, (None, None, None))
    if case is not None and held == task_id and transaction is session.get_transaction():
        return case
    return lock(LOCK_BY_TASK, task_id, array(by.groups))
