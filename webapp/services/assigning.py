"""分派, 转办: a lead gives a task to a member of its posts; its holder hands it over to a colleague."""

from __future__ import annotations

from engine import Words
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.services.beside import beside, digest, hold, holder, lead, said, tell
from webapp.services.events import Event
from webapp.services.held_back import OPEN_DELEGATION, ensure_not_given_out
from webapp.services.notices import NoticeKind
from webapp.services.separation import ColleagueBarred
from webapp.services.task_drafts import hand_draft
from webapp.services.work import IN_CONFLICT, OpenTask, ensure_open_to
from webapp.unit_of_work import sql


class NotAColleague(ActRefused):
    """The person does not work there (any more), or has no post that may do this task."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            Words(
                "所选人员不在此任务的岗位上，或者已不在岗，请另选一人。",
                "This person has no post that may do the task, or is there no longer. Choose somebody else.",
            )
        )


class SharedTask(ActRefused):
    """Several persons sign it together; nobody holds it."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "此任务由多人共同签字，没有单独的办理人，不能分派、转办或者委派。",
                "Several persons sign this task together: it has no holder to be changed.",
            )
        )


class WithThem(ActRefused):
    """The person has the task already."""

    def __init__(self, name: str) -> None:
        super().__init__(Words(f"此任务已由{name}办理。", f"{name} has this task already."))


class NotAuthorisedToRule(ActRefused):
    """Whoever is to rule needs an authorisation."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(
                f"{name}没有登记授权编号，不能作出办理决定。",
                f"No authorisation is recorded for {name}, who may not rule.",
            )
        )


def assign(task_id: int, to_id: int | None, *, by: Identity, reason: str, revision: int, key: str) -> None:
    """The task goes to this member of its posts; taken from somebody, with the reason.

    For who leads the department of one of its posts, to somebody of that department. A task that was given out to be
    prepared comes to them as it is. Raises Incomplete, NotAColleague, SharedTask, WithThem,
    NotAuthorisedToRule, ColleagueBarred, and what `beside` does.
    """
    with beside(task_id, by, who=lead, what="assign", key=key, revision=revision) as task:
        why = said(reason, "reason", TAKEN_WHY if task.assignee_id is not None else None)
        colleague(task, to_id, department=by.department_key)
        ended = end_delegation(task)
        before = task.assignee_id
        _give(task, to_id)
        if before is not None and to_id is not None:
            hand_draft(task.id, before, to_id)
        task.case.record(
            Event.TASK_ASSIGNED, by, task=task.id, to=to_id, before=before, delegation=ended, reason=digest(why)
        )
        assert to_id is not None
        tell(task, NoticeKind.ASSIGNED, [to_id], by)
        if before is not None and before != to_id:
            tell_taken(task, before, by, why)


TAKEN_WHY = Words("任务在他人手上，请说明改派的理由。", "Somebody has this task: say why it goes to another.")


def hand_over(task_id: int, to_id: int | None, *, by: Identity, reason: str, revision: int, key: str) -> None:
    """The holder gives the task to a colleague of its posts, for good, with the reason.

    Raises Incomplete, NotAColleague, SharedTask, WithThem, NotAuthorisedToRule, GivenOut.
    """
    with beside(task_id, by, who=holder, what="hand-over", key=key, revision=revision) as task:
        why = said(reason, "reason", Words("请说明转办的理由。", "Say why you hand it over."))
        ensure_not_given_out(task.id, task.waits)
        colleague(task, to_id)
        _give(task, to_id)
        assert to_id is not None
        hand_draft(task.id, by.user_id, to_id)
        task.case.record(Event.TASK_HANDED_OVER, by, task=task.id, to=to_id, reason=digest(why))
        tell(task, NoticeKind.HANDED_OVER, [to_id], by, why)


def tell_taken(task: OpenTask, before: int, by: Identity, reason: str) -> None:
    """Who had the task learns that somebody else has it now."""
    tell(task, NoticeKind.SENT_BACK, [before], by, reason)


def _give(task: OpenTask, to_id: int | None) -> None:
    sql().execute(
        "update user_task set assignee_id = %s, owner_id = null, acting_for = null, revision = revision + 1"
        " where id = %s",
        (to_id, task.id),
    )


COLLEAGUE = """
select u.name, u.authorisation_number is not null,
    exists(select from declared_conflict c where c.case_id = %(case)s and c.user_id = u.id and c.withdrawn_at is null
        and (c.item_case_id is null or %(item)s::bigint is null or c.item_case_id = %(item)s))
from app_user u join department d on d.id = u.department_id
where u.id = %(user)s and u.active and (%(department)s::text is null or d.key = %(department)s)
    and exists(select from membership m join candidate_group g on g.id = m.group_id
        where m.user_id = u.id and g.key = any(%(groups)s))
"""


def colleague(task: OpenTask, to_id: int | None, *, department: str | None = None, rules: bool = True) -> str:
    """The name of the colleague who may get the task; `rules`: as one who acts on it, and not only prepares it.

    Raises Incomplete, NotAColleague, SharedTask, WithThem, NotAuthorisedToRule, ColleagueBarred.
    """
    if task.participants > 1:
        raise SharedTask()
    if to_id is None:
        raise Incomplete("to", Words("请选择人员。", "Choose a person."))
    values = {"user": to_id, "item": task.item_case_id, "groups": sorted(task.groups), "department": department}
    values["case"] = task.case.id
    row = sql().execute(COLLEAGUE, values).fetchone()
    if row is None:
        raise NotAColleague()
    name, authorised, conflicted = row
    if conflicted:
        raise ColleagueBarred(name, IN_CONFLICT)
    if to_id == task.assignee_id:
        raise WithThem(name)
    if rules and task.step in ("decide", "immediate") and not authorised:
        raise NotAuthorisedToRule(name)
    if rules:
        ensure_open_to(task, to_id, str(name))
    return str(name)


def end_delegation(task: OpenTask) -> int | None:
    """Called back, where the task was given out; its id, else None."""
    row = sql().execute(OPEN_DELEGATION, (task.id,)).fetchone()
    if row is None:
        return None
    sql().execute("update delegation set outcome = 'called-back', ended_at = %s where id = %s", (task.case.now, row[0]))
    hold(task.id, -1)
    return int(row[0])
