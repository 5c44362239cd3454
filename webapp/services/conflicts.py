"""回避: a person says that a case, or one item of it, touches a relative or an own interest, and does nothing in it.

From then on none of it is among their work, nor is any act of it theirs, as a substitute neither. Who leads the
department is told and gives the work to somebody else; they alone lift it, with reasons. All of it stays.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission, PersonFacts, ensure, may
from webapp.services.events import Event
from webapp.services.locked_case import on_case
from webapp.services.notices import NoticeKind, notify
from webapp.services.separation import InConflict
from webapp.services.took_part import VERIFYING
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

KINSHIP, INTEREST, OTHER = "kinship", "interest", "other"
KINDS: Mapping[str, Words] = {
    KINSHIP: Words("与当事人有亲属关系", "A relative of somebody concerned"),
    INTEREST: Words("与本案有利害关系", "An interest in the case"),
    OTHER: Words("其他可能影响公正办理的关系", "Another relation that may touch impartiality"),
}
LONGEST_REASON = 500


class DrawnOfficer(ActRefused):
    """Who may have been drawn says so in the verification: somebody else is drawn there at once."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "核查任务的回避请在核查页面的“回避或者更换”中提出，系统随即另行抽取人员。",
                "For a verification say so on its page (stepping aside): somebody else is drawn at once.",
            )
        )


class AlreadyLifted(ActRefused):
    """The conflict is in force no more."""

    def __init__(self) -> None:
        super().__init__(Words("该项回避已经撤回。", "This conflict has been lifted already."))


DECLARED = """
insert into declared_conflict (case_id, item_case_id, user_id, kind, reason, at)
values (%(case)s, %(item)s, %(by)s, %(kind)s, %(reason)s, %(now)s) returning id
"""
#: What they hold there goes back to its post, and what somebody holds for them is held for nobody any more.
LET_GO = """
update user_task set assignee_id = null, acting_for = null, revision = revision + 1
where case_id = %(case)s and state = 'open' and %(by)s in (assignee_id, acting_for)
    and (%(item)s::bigint is null or item_case_id is null or item_case_id = %(item)s)
returning id
"""


#: What they have out with a colleague, or from one, to be prepared is called back.
CALLED_BACK = """
update delegation d set outcome = 'called-back', ended_at = %(now)s from user_task t
where t.id = d.task_id and t.case_id = %(case)s and t.state = 'open' and d.ended_at is null
    and %(by)s in (d.owner_id, d.to_id)
    and (%(item)s::bigint is null or t.item_case_id is null or t.item_case_id = %(item)s)
returning d.id, d.task_id, d.owner_id
"""
BACK = """
update user_task set assignee_id = %s, owner_id = null, waits = waits - 1, revision = revision + 1 where id = %s
"""


def declare_conflict(task_id: int, *, by: Identity, kind: str, reason: str, whole_case: bool, key: str) -> None:
    """Say at a task that one has a conflict: in its item, or in the whole case.

    Raises Incomplete, InConflict where it was declared before, DrawnOfficer.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE, key=key) as task:
        if task.step in VERIFYING:
            raise DrawnOfficer()
        if by.user_id in task.conflicted:
            raise InConflict()
        if kind not in KINDS:
            raise Incomplete("kind", Words("请选择回避的情形。", "Choose what kind of conflict it is."))
        _write(
            task,
            by,
            kind,
            _reason(reason, Words("请写明理由。", "Say why.")),
            None if whole_case else task.item_case_id,
        )
        _tell_leads(task, by)


def _reason(typed: str, missing: Words) -> str:
    """Raises Incomplete where nothing was typed, or too much."""
    reason = typed.strip()
    if not reason:
        raise Incomplete("reason", missing)
    if len(reason) > LONGEST_REASON:
        said = Words(f"理由不超过 {LONGEST_REASON} 个字。", f"At most {LONGEST_REASON} characters.")
        raise Incomplete("reason", said)
    return reason


def _write(task: OpenTask, by: Identity, kind: str, reason: str, item_case_id: int | None) -> None:
    """It is declared for oneself, whoever's post one uses."""
    case = task.case
    case.acting_for = None
    values = {"case": case.id, "item": item_case_id, "by": by.user_id, "kind": kind, "reason": reason, "now": case.now}
    row = sql().execute(DECLARED, values).fetchone()
    assert row is not None
    case.record(Event.CONFLICT_DECLARED, by, item=item_case_id, officer=by.user_id, conflict=row[0])
    for delegation, task_id, owner in sql().execute(CALLED_BACK, values).fetchall():
        sql().execute(BACK, (owner, task_id))
        case.record(Event.TASK_CALLED_BACK, by, task=task_id, delegation=delegation)
    for (let_go,) in sql().execute(LET_GO, values).fetchall():
        case.record(Event.TASK_RELEASED, by, task=let_go)


#: Who leads the officer's department and its sections; never the officer.
LEADS = """
select distinct u.id from app_user u join department d on d.id = u.department_id
join membership m on m.user_id = u.id join candidate_group g on g.id = m.group_id
where d.key = %s and u.id <> %s and u.active and g.role in ('head', 'lead', 'decider')
"""


def _tell_leads(task: OpenTask, by: Identity) -> None:
    leads = [row[0] for row in sql().execute(LEADS, (by.department_key, by.user_id))]
    facts = {"by": by.name, "task": task.name.zh, "task_en": task.name.en, "number": task.case.number or ""}
    notify(leads, NoticeKind.CONFLICT_DECLARED, case_id=task.case.id, task_id=None, facts=facts, now=task.case.now)


ONE = """
select c.case_id, c.user_id, d.key from declared_conflict c join app_user u on u.id = c.user_id
join department d on d.id = u.department_id where c.id = %s
"""
LIFTED = """
update declared_conflict set withdrawn_at = %s, withdrawn_by = %s, withdrawal = %s
where id = %s and withdrawn_at is null returning item_case_id
"""


def may_lift_for(by: Identity, officer_id: int, unit: str) -> bool:
    """Whether `by` may lift a conflict of this officer: as one who leads, and not with a post of the officer's."""
    officer = PersonFacts(officer_id, unit)
    if not may(by, Permission.CONFLICT_LIFT, officer):
        return False
    absent = ensure(by, Permission.CONFLICT_LIFT, officer)
    return absent is None or absent.absent_id != officer_id


def lift_conflict(conflict_id: int, *, by: Identity, reason: str) -> None:
    """The conflict holds no more, for reasons: by who leads the department, and never by the officer, nor by who stands
    in for the officer.

    Raises NotFound, NotYours, Incomplete, AlreadyLifted.
    """
    row = sql().execute(ONE, (conflict_id,)).fetchone()
    if row is None:
        raise NotFound()
    case_id, user_id, unit = row
    absent = ensure(by, Permission.CONFLICT_LIFT, PersonFacts(user_id, unit))
    if not may_lift_for(by, user_id, unit):
        raise NotYours(Permission.CONFLICT_LIFT)
    why = _reason(reason, Words("请写明撤回回避的理由。", "Say why the conflict is lifted."))
    with on_case(case_id) as case:
        case.acting_for = absent.absent_id if absent else None
        values = (case.now, by.user_id, why, conflict_id)
        lifted = sql().execute(LIFTED, values).fetchone()
        if lifted is None:
            raise AlreadyLifted()
        case.record(Event.CONFLICT_LIFTED, by, item=lifted[0], officer=user_id, conflict=conflict_id)
