"""委派: the holder gives a task to a colleague to be prepared, and gets it back; the act stays the holder's.

The colleague fills in what the act needs (the points, the opinion) and gives it back with a remark. While it is out
the task waits for it, so nobody acts.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine import Words
from webapp.errors import ActRefused, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.assigning import colleague
from webapp.services.beside import beside, digest, hold, holder, member, said, tell
from webapp.services.events import Event
from webapp.services.held_back import OPEN_DELEGATION, ensure_not_given_out
from webapp.services.notices import NoticeKind
from webapp.services.prepared_acts import Field, keep_prepared
from webapp.services.task_drafts import hand_draft
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql


class NotGivenOut(ActRefused):
    """The task is not with a colleague (any more), or not with this one."""

    def __init__(self) -> None:
        super().__init__(
            Words("此任务没有委派出去，或者已经收回。", "The task is not given out, or was called back already.")
        )


DELEGATE = """
insert into delegation (case_id, task_id, owner_id, to_id, asked, at) values (%s, %s, %s, %s, %s, %s) returning id
"""


def delegate(task_id: int, to_id: int | None, *, by: Identity, asked: str, revision: int, key: str) -> None:
    """Give the task to a colleague of its posts to be prepared. Who may not rule may prepare a ruling all the same.

    Raises Incomplete, NotAColleague, SharedTask, WithThem, GivenOut, and what `beside` does.
    """
    with beside(task_id, by, who=holder, what="delegate", key=key, revision=revision) as task:
        what = said(asked, "asked", Words("请写明请同事准备什么。", "Say what is to be prepared."))
        ensure_not_given_out(task.id, task.waits)
        colleague(task, to_id, rules=False)
        assert to_id is not None
        row = sql().execute(DELEGATE, (task.case.id, task.id, by.user_id, to_id, what, task.case.now)).fetchone()
        assert row is not None
        sql().execute(
            "update user_task set assignee_id = %s, owner_id = %s, revision = revision + 1 where id = %s",
            (to_id, by.user_id, task.id),
        )
        hold(task.id, 1)
        hand_draft(task.id, by.user_id, to_id)
        task.case.record(Event.TASK_DELEGATED, by, task=task.id, to=to_id, delegation=row[0], asked=digest(what))
        tell(task, NoticeKind.DELEGATED, [to_id], by)


def give_back(task_id: int, *, by: Identity, remark: str, fields: Sequence[Field], revision: int, key: str) -> None:
    """The colleague gives the task back with what was prepared and a remark. Raises Incomplete, NotGivenOut."""
    with beside(task_id, by, who=holder, what="give-back", key=key, revision=revision) as task:
        words = said(remark, "remark", Words("请写明准备的情况。", "Say what was prepared."))
        delegation, owner, _ = _open(task)
        if fields:
            keep_prepared(task, fields, by)
            sql().execute(
                "delete from task_draft where task_id = %s and user_id in (%s, %s)", (task.id, owner, by.user_id)
            )
        _end(task, delegation, owner, "given-back", words)
        task.case.record(Event.TASK_GIVEN_BACK, by, task=task.id, delegation=delegation, remark=digest(words))
        tell(task, NoticeKind.DELEGATION_RETURNED, [owner], by)


def call_back(task_id: int, *, by: Identity, revision: int, key: str) -> None:
    """The owner takes the task back before it is given back. Raises NotGivenOut, NotYours."""
    with beside(task_id, by, who=member, what="call-back", key=key, revision=revision) as task:
        delegation, owner, to_id = _open(task)
        if owner != by.user_id:
            raise NotYours(Permission.TASK_DO)
        _end(task, delegation, owner, "called-back", "")
        task.case.record(Event.TASK_CALLED_BACK, by, task=task.id, delegation=delegation)
        tell(task, NoticeKind.ACT_WITHDRAWN, [to_id], by)


def _open(task: OpenTask) -> tuple[int, int, int]:
    row = sql().execute(OPEN_DELEGATION, (task.id,)).fetchone()
    if row is None:
        raise NotGivenOut()
    return row[0], row[1], row[2]


def _end(task: OpenTask, delegation: int, owner: int, outcome: str, remark: str) -> None:
    sql().execute(
        "update delegation set outcome = %s, remark = %s, ended_at = %s where id = %s",
        (outcome, remark, task.case.now, delegation),
    )
    sql().execute(
        "update user_task set assignee_id = %s, owner_id = null, revision = revision + 1 where id = %s",
        (owner, task.id),
    )
    hold(task.id, -1)
