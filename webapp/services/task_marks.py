"""Marks on a task of the inbox: the day on which a person comes back to it, and what a lead has set first."""

from __future__ import annotations

from datetime import date

from engine import Words
from webapp import clock, moments
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, may
from webapp.services.acting import act_on
from webapp.services.events import Event
from webapp.services.locked_case import on_case
from webapp.services.step_rows import IMMEDIATE_PRIORITY
from webapp.unit_of_work import sql, unit_of_work

#: How far ahead one comes back to a task.
FURTHEST_DAYS = 730
DAY_WRONG = Words("请填写今天或以后两年内的日期。", "Please give a day from today on, within two years.")


class NoLongerOpen(ActRefused):
    """The task was ended meanwhile."""

    def __init__(self) -> None:
        super().__init__(Words("此任务已办结，不在待办中。", "This task is done and no longer in the inbox."))


TASK = """
select t.case_id, t.groups, t.assignee_id, t.state, exists (
    select from candidate_group g join department d on d.id = g.department_id
    where t.groups ? g.key and d.key = %s), k.bundle_key
from user_task t join cases k on k.id = t.case_id where t.id = %s
"""


def follow_up(task_id: int, on_day: date | None, *, by: Identity) -> None:
    """Come back to the task on this day; None: no longer. Raises NotFound, NoLongerOpen, Incomplete."""
    today = clock.today(moments.OFFICE_ZONE)
    if on_day is not None and not 0 <= (on_day - today).days <= FURTHEST_DAYS:
        raise Incomplete("on_day", DAY_WRONG)
    with unit_of_work():
        facts, _, _ = _task(task_id, by)
        if on_day is None:
            sql().execute("delete from follow_up where user_id = %s and task_id = %s", (by.user_id, task_id))
            return
        if facts.state != "open":
            raise NoLongerOpen()
        sql().execute(
            "insert into follow_up (user_id, task_id, on_day) values (%s, %s, %s)"
            " on conflict (user_id, task_id) do update set on_day = excluded.on_day",
            (by.user_id, task_id, on_day),
        )


def set_first(task_id: int, first: bool, *, by: Identity) -> None:
    """Put the task before all others of its posts, or back where its limit puts it; the ledger tells who did.

    For who leads the department of one of its posts. Raises NotFound, NoLongerOpen.
    """
    with unit_of_work():
        case_id = _led(task_id, by)
    with on_case(case_id) as case:
        act_on(case, by, Permission.TASK_SET_FIRST)
        row = sql().execute("select state, priority from user_task where id = %s", (task_id,)).fetchone()
        assert row is not None
        state, priority = row
        if state != "open":
            raise NoLongerOpen()
        usual = 0 if priority >= IMMEDIATE_PRIORITY else 1
        moved = (
            sql()
            .execute(
                "update task_candidate set urgency = %(to)s where task_id = %(task)s and urgency <> %(to)s"
                " returning task_id",
                {"to": -1 if first else usual, "task": task_id},
            )
            .fetchone()
        )
        if moved is not None:
            case.record(Event.TASK_SET_FIRST, by, task=task_id, first=first)


def _led(task_id: int, by: Identity) -> int:
    _, case_id, of_department = _task(task_id, by)
    if not (of_department and may(by, Permission.TASK_SET_FIRST)):
        raise NotFound()
    return case_id


def _task(task_id: int, by: Identity) -> tuple[TaskFacts, int, bool]:
    """Facts, case, and whether a post of `by`'s department has it. Raises NotFound for a task one does not see."""
    row = sql().execute(TASK, (by.department_key, task_id)).fetchone()
    if row is None:
        raise NotFound()
    case_id, groups, assignee, state, of_department, bundle = row
    facts = TaskFacts(frozenset(groups), assignee, state, bundle)
    leads = of_department and may(by, Permission.TASK_SET_FIRST)
    if not (leads or may(by, Permission.TASK_SEE, facts)):
        raise NotFound()
    return facts, case_id, of_department
