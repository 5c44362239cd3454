"""督办: who leads the department, or supervises, orders that a task be finished by a day; it is answered in words.

No limit of the law moves with an order, and no act waits for it. It is over when it is answered, when who gave it lifts
it, or with its task; `order_watch` sees to what time and tasks do with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine import Words
from webapp import moments
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity, StandIn
from webapp.permissions import Permission, TaskFacts, ensure, may
from webapp.services.beside import beside, digest, members, said, seen, tell
from webapp.services.events import Event
from webapp.services.notices import NoticeKind
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

FURTHEST_DAYS = 365
LONGEST_ORDER = 500
DAY_WRONG = Words("请填写今天或以后一年内的日期。", "Give a day from today on, within a year.")


class OrderClosed(ActRefused):
    """The order was answered already."""

    def __init__(self, who: str) -> None:
        super().__init__(Words(f"此督办已由{who}答复。", f"{who} has answered this order."))


class OrderLifted(ActRefused):
    """Who gave the order has lifted it."""

    def __init__(self, who: str) -> None:
        super().__init__(Words(f"此督办已由{who}解除。", f"{who} has lifted this order."))


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


def orderer(by: Identity, task: TaskFacts, of_department: bool) -> StandIn | None:
    """Who leads the department of one of its posts, or supervises. Raises NotFound, NotYours."""
    if "supervisor" in by.roles:
        return None
    if of_department and may(by, Permission.TASK_ASSIGN):
        return ensure(by, Permission.TASK_ASSIGN)
    seen(by, task)
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
        tell(task, NoticeKind.ORDERED, told_to, by, told, day=finish_by.isoformat())


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


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order that is neither answered nor lifted. `to_id` None: for the department; `giver_is_there`: in office."""

    id: int
    unit: str
    to_id: int | None
    by_id: int
    giver_is_there: bool


#: An order on this task, what an answer or a lifting asks about it, and who came before them.
ONE = """
select o.id, o.unit, o.to_id, o.by_id, g.active, coalesce(a.name, ''), coalesce(l.name, '')
from supervisory_order o join app_user g on g.id = o.by_id
left join app_user a on a.id = o.answered_by left join app_user l on l.id = o.lifted_by
where o.id = %s and o.task_id = %s
"""
ANSWER = "update supervisory_order set answer = %s, answered_by = %s, answered_at = %s where id = %s"
LIFT = "update supervisory_order set lift_reason = %s, lifted_by = %s, lifted_at = %s where id = %s"


def _waiting(order_id: int | None, task_id: int) -> WaitingOrder:
    """Raises NotFound, OrderClosed, OrderLifted."""
    row = sql().execute(ONE, (order_id, task_id)).fetchone()
    if row is None:
        raise NotFound()
    *order, answered_by, lifted_by = row
    if answered_by:
        raise OrderClosed(answered_by)
    if lifted_by:
        raise OrderLifted(lifted_by)
    return WaitingOrder(*order)


def answer_order(task_id: int, order_id: int | None, *, by: Identity, answer: str, key: str) -> None:
    """Answer an order: who is named in it; of a department's, who holds the task or leads that department.

    Raises Incomplete, OrderClosed, OrderLifted, NotFound, NotYours, and what `beside` does.
    """
    with beside(task_id, by, who=_any_of_them, what="answer-order", key=key) as task:
        told = said(answer, "order_answer", Words("请填写答复。", "Write the answer."), longest=LONGEST_ORDER)
        found = _waiting(order_id, task_id)
        if not answers(by, found.unit, found.to_id, task.assignee_id):
            raise NotYours(Permission.TASK_DO)
        if found.to_id is not None:
            task.case.acting_for = found.to_id if found.to_id != by.user_id else None
        sql().execute(ANSWER, (told, by.user_id, task.case.now, found.id))
        task.case.record(Event.ORDER_ANSWERED, by, task=task.id, order=found.id, answer=digest(told))
        tell(task, NoticeKind.ORDER_ANSWERED, [found.by_id], by, told)


def _any_of_them(by: Identity, task: TaskFacts, of_department: bool) -> StandIn | None:
    """Who sees the task, or leads its department; whom the order is for is asked when it was read."""
    if of_department and not may(by, Permission.TASK_SEE, task) and may(by, Permission.TASK_ASSIGN):
        return ensure(by, Permission.TASK_ASSIGN)
    return seen(by, task)


def answers(by: Identity, unit: str, to_id: int | None, holder_id: int | None) -> bool:
    """Whether the order is this person's to answer."""
    if to_id is not None:
        return to_id in by.persons
    return by.department_key == unit and (holder_id == by.user_id or may(by, Permission.TASK_ASSIGN))


def lifts(by: Identity, ordered_by: int, is_there: bool) -> bool:
    """Whether the order is this person's to lift, of those who may order: who gave it, or anyone once they are gone."""
    return ordered_by in by.persons or not is_there


def lift_order(task_id: int, order_id: int | None, *, by: Identity, reason: str, key: str) -> None:
    """Lift an order before it is answered: who gave it, in words; whom it was for is told.

    Raises Incomplete, OrderClosed, OrderLifted, NotFound, NotYours, and what `beside` does.
    """
    with beside(task_id, by, who=orderer, what="lift-order", key=key) as task:
        told = said(reason, "lift_reason", Words("请填写解除理由。", "Say why it is lifted."), longest=LONGEST_ORDER)
        found = _waiting(order_id, task_id)
        if not lifts(by, found.by_id, found.giver_is_there):
            raise NotYours(Permission.TASK_URGE)
        if found.by_id != by.user_id and found.by_id in by.persons:
            task.case.acting_for = found.by_id
        sql().execute(LIFT, (told, by.user_id, task.case.now, found.id))
        task.case.record(Event.ORDER_LIFTED, by, task=task.id, order=found.id, reason=digest(told))
        told_to = [found.to_id] if found.to_id is not None else _of_unit(task)
        tell(task, NoticeKind.ORDER_LIFTED, told_to, by, told)
