"""The frame of what colleagues do around a task: the case locked, the task open, the person one who may.

None of these acts is the task's own: they wait for nothing (`held_back`), and no engine is asked. A refusal is put in
the ledger. The ledger keeps ids and the digest of what was said, never the words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity, StandIn
from webapp.permissions import Permission, TaskFacts, ensure, is_window, may
from webapp.services.locked_case import on_case
from webapp.services.notice_kinds import NoticeKind, kind_words
from webapp.services.notices import notify
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.separation import InConflict
from webapp.services.work import OpenTask, act_for, open_task, record_refusal
from webapp.unit_of_work import sql

LONGEST_TEXT = 1000

#: Whether somebody may do it, from what the rules ask about the task and whether a post of their department has it;
#: returns for whom, where a borrowed post lets them. Raises NotFound or NotYours.
Who = Callable[[Identity, TaskFacts, bool], StandIn | None]

TASK = """
select t.case_id, t.groups, t.assignee_id, t.state, exists (
    select from candidate_group g join department d on d.id = g.department_id
    where t.groups ? g.key and d.key = %s), k.bundle_key
from user_task t join cases k on k.id = t.case_id where t.id = %s
"""


def holder(by: Identity, task: TaskFacts, of_department: bool) -> StandIn | None:
    """Who has claimed it."""
    seen(by, task)
    return ensure(by, Permission.TASK_DO, task)


def worker(by: Identity, task: TaskFacts, of_department: bool) -> StandIn | None:
    """Who has claimed it; of one that several sign and nobody claims, each member of its posts."""
    absent = seen(by, task)
    if task.assignee_id not in (None, by.user_id):
        raise NotYours(Permission.TASK_DO)
    return absent


def member(by: Identity, task: TaskFacts, of_department: bool) -> StandIn | None:
    """Everyone whose post has it."""
    return seen(by, task)


def lead(by: Identity, task: TaskFacts, of_department: bool) -> StandIn | None:
    """Who leads the department of one of its posts."""
    if of_department and may(by, Permission.TASK_ASSIGN):
        return ensure(by, Permission.TASK_ASSIGN)
    seen(by, task)
    raise NotYours(Permission.TASK_ASSIGN)


def urger(by: Identity, task: TaskFacts, of_department: bool) -> StandIn | None:
    """Who leads the department, supervises, or stands at the window that the applicant asks."""
    if of_department and may(by, Permission.TASK_ASSIGN):
        return ensure(by, Permission.TASK_ASSIGN)
    if urges_anywhere(by):
        return ensure(by, Permission.TASK_URGE)
    seen(by, task)
    raise NotYours(Permission.TASK_URGE)


def urges_anywhere(by: Identity) -> bool:
    """Whether this person may urge whatever department has the task."""
    return "supervisor" in by.roles or is_window(by, None)


def seen(by: Identity, task: TaskFacts) -> StandIn | None:
    """For whom the task is seen, where a borrowed post shows it. Raises NotFound."""
    return ensure(by, Permission.TASK_SEE, task)


@contextmanager
def beside(
    task_id: int, by: Identity, *, who: Who, what: str, key: str, revision: int | None = None
) -> Iterator[OpenTask]:
    """An act around an open task, for who may (`who`); `what` names it, `key` is the page's.

    Whoever may not see the task has nothing locked. Raises NotFound, NotYours, InConflict, AlreadyDone, Stale,
    Suspended, AlreadyCarriedOut.
    """
    case_id = _allowed(task_id, by, who)
    try:
        with on_case(case_id) as case:
            remember(by, key, case.now, f"{what}:{task_id}")
            task = open_task(task_id, case, by, revision)
            act_for(task, by, who(by, task.facts, _of_department(task_id, by)))
            if by.user_id in task.conflicted:
                raise InConflict()
            yield task
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, task_id, refusal)
        raise


def _allowed(task_id: int, by: Identity, who: Who) -> int:
    """The case of the task. What may change until it is locked is asked again then; here only whether it is seen."""
    row = sql().execute(TASK, (by.department_key, task_id)).fetchone()
    if row is None:
        raise NotFound()
    case_id, groups, assignee, state, of_department, bundle = row
    with suppress(NotYours):  # told, and written down, under the lock
        who(by, TaskFacts(frozenset(groups), assignee, state, bundle), of_department)
    return int(case_id)


def _of_department(task_id: int, by: Identity) -> bool:
    row = sql().execute(TASK, (by.department_key, task_id)).fetchone()
    return row is not None and bool(row[4])


def said(text: str, field: str, missing: Words | None = None, *, longest: int = LONGEST_TEXT) -> str:
    """What was written, without spaces around it. Raises Incomplete where it is needed and missing, or too long."""
    text = text.strip()
    if not text and missing is not None:
        raise Incomplete(field, missing)
    if len(text) > longest:
        raise Incomplete(field, Words(f"请控制在 {longest} 字以内。", f"Keep it within {longest} characters."))
    return text


def digest(text: str) -> str:
    """What the ledger keeps of words: their SHA-256; "" of none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def tell(
    task: OpenTask, kind: NoticeKind, users: Iterable[int], by: Identity, reason: str | Words = "", **more: str
) -> None:
    """A notice about the task to these people; never to who acts. A reason that nobody typed is in both languages.

    `more`: further facts that the kind declares.
    """
    facts = {"by": by.name, "task": task.name.zh, "task_en": task.name.en, "number": task.case.number or ""}
    if "reason" in kind_words(kind).facts:
        facts["reason"] = reason.zh if isinstance(reason, Words) else reason
        if isinstance(reason, Words):
            facts["reason_en"] = reason.en
    told = [one for one in users if one != by.user_id]
    notify(told, kind, case_id=task.case.id, task_id=task.id, facts=facts | more, now=task.case.now)


MEMBERS = """
select distinct m.user_id from membership m join candidate_group g on g.id = m.group_id
join app_user u on u.id = m.user_id and u.active where g.key = any(%s)
"""


def members(groups: Iterable[str]) -> list[int]:
    """The people of these posts."""
    return [row[0] for row in sql().execute(MEMBERS, (sorted(groups),))]


def hold(task_id: int, by_how_many: int) -> None:
    """The act waits for so many things more, or less."""
    sql().execute("update user_task set waits = waits + %s where id = %s", (by_how_many, task_id))
