"""督办: who leads the department, or supervises, orders that a task be finished by a day; it is answered in words.

No limit of the law moves with an order, and no act waits for it. It is over when the task is done or when it is
answered; where neither came by its day, the worker marks it, and raises the signal that the place's rules have for it.
"""

from __future__ import annotations

from datetime import date, timedelta

import structlog

from engine import Words
from webapp import clock, moments
from webapp.errors import ActRefused, Busy, Incomplete, NotFound, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, may
from webapp.services.beside import beside, digest, members, said, tell
from webapp.services.events import Event
from webapp.services.locked_case import on_case
from webapp.services.notices import NoticeKind
from webapp.services.signals import raise_signal
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

#: The kind of signal for an order that nobody answered by its day.
UNANSWERED = "order-unanswered"
FURTHEST_DAYS = 365
LONGEST_ORDER = 500
#: The worker looks at the orders of so many days back: it looks several times a day.
LOOKED_BACK, AT_ONCE = timedelta(days=30), 200
DAY_WRONG = Words("请填写今天或以后一年内的日期。", "Give a day from today on, within a year.")


class OrderClosed(ActRefused):
    """The order was answered already."""

    def __init__(self, who: str) -> None:
        super().__init__(Words(f"此督办已由{who}答复。", f"{who} has answered this order."))


class NoPostThere(ActRefused):
    """The person named has no post that has the task."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            Words(
                "所选人员不在此任务的岗位上，请另选一人，或者督办其部门。",
                "This person has no post that has the task: choose somebody else, or the department.",
            )
        )


def orderer(by: Identity, task: TaskFacts, of_department: bool) -> None:
    """Who leads the department of one of its posts, or supervises. Raises NotFound, NotYours."""
    if may_order(by, of_department):
        return
    if not may(by, Permission.TASK_SEE, task):
        raise NotFound()
    raise NotYours(Permission.TASK_URGE)


def may_order(by: Identity, of_department: bool) -> bool:
    """Whether this person may order that a task be finished."""
    return "supervisor" in by.roles or (of_department and may(by, Permission.TASK_ASSIGN))


UNIT = """
select d.key from candidate_group g join department d on d.id = g.department_id
where g.key = any(%(groups)s)
order by d.key <> coalesce((select u.key from app_user p join department u on u.id = p.department_id
    where p.id = %(to)s), %(own)s), g.key limit 1
"""
HAS_POST = """
select exists(select from membership m join candidate_group g on g.id = m.group_id join app_user u on u.id = m.user_id
    where u.active and m.user_id = %s and g.key = any(%s))
"""
ORDER = """
insert into supervisory_order (case_id, task_id, by_id, unit, to_id, words, finish_by, at)
values (%s, %s, %s, %s, %s, %s, %s, %s) returning id
"""


def order(task_id: int, *, by: Identity, to_id: int | None, words: str, finish_by: date | None, key: str) -> None:
    """Order that the task be finished by `finish_by`: somebody of its posts, or (`to_id` None) their department.

    Raises Incomplete, NoPostThere, and what `beside` does.
    """
    with beside(task_id, by, who=orderer, what="order", key=key) as task:
        told = said(words, "order_words", Words("请写明督办的要求。", "Say what is ordered."), longest=LONGEST_ORDER)
        today = moments.local(task.case.now).date()
        if finish_by is None or not 0 <= (finish_by - today).days <= FURTHEST_DAYS:
            raise Incomplete("finish_by", DAY_WRONG)
        groups = sorted(task.groups)
        if to_id is not None and not _has_post(to_id, groups):
            raise NoPostThere()
        unit = _unit_of(groups, to_id, by)
        values = (task.case.id, task.id, by.user_id, unit, to_id, told, finish_by, task.case.now)
        row = sql().execute(ORDER, values).fetchone()
        assert row is not None
        task.case.record(
            Event.ORDERED,
            by,
            task=task.id,
            order=row[0],
            to=to_id,
            unit=unit,
            finish_by=finish_by.isoformat(),
            words=digest(told),
        )
        told_to = [to_id] if to_id is not None else _of_unit(task)
        tell(task, NoticeKind.ORDERED, told_to, by, f"{finish_by.isoformat()}：{told}")


def _has_post(user_id: int, groups: list[str]) -> bool:
    row = sql().execute(HAS_POST, (user_id, groups)).fetchone()
    return bool(row and row[0])


def _unit_of(groups: list[str], to_id: int | None, by: Identity) -> str:
    """The department that answers for it: that of the person named, else one's own, else that of the first post."""
    row = sql().execute(UNIT, {"groups": groups, "to": to_id, "own": by.department_key}).fetchone()
    assert row is not None
    return str(row[0])


def _of_unit(task: OpenTask) -> list[int]:
    return [task.assignee_id] if task.assignee_id is not None else members(task.groups)


#: An order on this task that waits, and what an answer asks about it.
OPEN = """
select o.id, o.unit, o.to_id, o.by_id, coalesce(a.name, '') from supervisory_order o
left join app_user a on a.id = o.answered_by where o.id = %s and o.task_id = %s
"""
ANSWER = "update supervisory_order set answer = %s, answered_by = %s, answered_at = %s where id = %s"


def answer_order(task_id: int, order_id: int | None, *, by: Identity, answer: str, key: str) -> None:
    """Answer an order: who is named in it; of a department's, who holds the task or leads that department.

    Raises Incomplete, OrderClosed, NotFound, NotYours, and what `beside` does.
    """
    with beside(task_id, by, who=_any_of_them, what="answer-order", key=key) as task:
        told = said(answer, "order_answer", Words("请填写答复。", "Write the answer."), longest=LONGEST_ORDER)
        row = sql().execute(OPEN, (order_id, task_id)).fetchone()
        if row is None:
            raise NotFound()
        id_, unit, to_id, ordered_by, answered_by = row
        if answered_by:
            raise OrderClosed(answered_by)
        if not answers(by, unit, to_id, task.assignee_id):
            raise NotYours(Permission.TASK_DO)
        sql().execute(ANSWER, (told, by.user_id, task.case.now, id_))
        task.case.record(Event.ORDER_ANSWERED, by, task=task.id, order=id_, answer=digest(told))
        tell(task, NoticeKind.ORDER_ANSWERED, [ordered_by], by, told)


def _any_of_them(by: Identity, task: TaskFacts, of_department: bool) -> None:
    """Who sees the task, or leads its department; whom the order is for is asked when it was read."""
    if not (may(by, Permission.TASK_SEE, task) or (of_department and may(by, Permission.TASK_ASSIGN))):
        raise NotFound()


def answers(by: Identity, unit: str, to_id: int | None, holder_id: int | None) -> bool:
    """Whether the order is this person's to answer."""
    if to_id is not None:
        return to_id in by.persons
    return by.department_key == unit and (holder_id == by.user_id or may(by, Permission.TASK_ASSIGN))


#: Orders past their day that were not answered, on tasks that are still open.
PAST = """
select o.case_id from supervisory_order o join user_task t on t.id = o.task_id and t.state = 'open'
where o.answered_at is null and o.overdue_at is null and o.finish_by < %s and o.finish_by >= %s
order by o.finish_by limit %s
"""
OVERDUE = """
update supervisory_order o set overdue_at = %s from user_task t
where o.case_id = %s and o.answered_at is null and o.overdue_at is null and o.finish_by < %s
    and t.id = o.task_id and t.state = 'open'
returning o.id, o.task_id, o.unit, o.to_id, t.item_case_id
"""


def sweep() -> int:
    """Mark the orders whose day has passed, each with its signal; returns how many."""
    today = clock.today(moments.OFFICE_ZONE)
    with unit_of_work():
        rows = sql().execute(PAST, (today, today - LOOKED_BACK, AT_ONCE)).fetchall()
    return sum(_look_at(case_id) for case_id in dict.fromkeys(row[0] for row in rows))


def _look_at(case_id: int) -> int:
    """In a transaction of its own; a case that is busy is found by the next sweep."""
    try:
        with on_case(case_id) as case:
            today = moments.local(case.now).date()
            late = sql().execute(OVERDUE, (case.now, case.id, today)).fetchall()
            for order_id, task_id, unit, to_id, item_case_id in late:
                case.record(Event.ORDER_OVERDUE, None, task=task_id, order=order_id)
                raise_signal(
                    case, UNANSWERED, item_case_id=item_case_id, unit=unit, ref={"order": order_id}, person=to_id
                )
            return len(late)
    except Busy:
        log.info("orders-busy", case=case_id)
        return 0
