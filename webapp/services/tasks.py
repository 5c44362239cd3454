"""The life cycle of a user task: claim, release, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Words
from webapp import moments
from webapp.errors import ActRefused, NotFound, SamePerson
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.advance import apply
from webapp.services.engine_border import complete
from webapp.services.events import Event
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

RULING_STEPS = ("decide",)


class HeldByAnother(ActRefused):
    """The task is with a colleague."""

    def __init__(self, name: str, since: str) -> None:
        super().__init__(Words(f"此任务由{name}认领（{since}）。", f"{name} has claimed this task (since {since})."))


def claim(task_id: int, *, by: Identity) -> None:
    """Take the task. Taking what is yours already changes nothing.

    Raises AlreadyDone, HeldByAnother, SamePerson (the reviewer of an item never decides it), NotFound.
    """
    with on_task(task_id, by, permission=Permission.TASK_CLAIM) as task:
        if task.assignee_id == by.user_id:
            return
        if task.assignee_id is not None:
            raise _held(task)
        if task.step in RULING_STEPS:
            ensure_not_proposer(task)
        sql().execute(
            "update user_task set assignee_id = %s, revision = revision + 1 where id = %s",
            (by.user_id, task_id),
        )
        task.case.record(Event.TASK_CLAIMED, by, task=task_id)


def release(task_id: int, *, by: Identity) -> None:
    """Give the task back to its group."""
    with on_task(task_id, by, permission=Permission.TASK_DO) as task:
        sql().execute("update user_task set assignee_id = null, revision = revision + 1 where id = %s", (task_id,))
        task.case.record(Event.TASK_RELEASED, by, task=task_id)


def complete_task(task_id: int, variables: Mapping[str, Any], *, by: Identity, revision: int, key: str) -> None:
    """Complete a task whose step keeps nothing but the diagram's variables.

    Raises what `on_task` does, and NotFound for a step of the office: that has an act of its own.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "")
        task.case.record(Event.TASK_COMPLETED, by, task=task_id)
        finish(task, variables, by=by, act="done")


def ensure_step(task: OpenTask, *steps: str) -> None:
    """Raises NotFound when the task is of another step: its page has no such act."""
    if task.step not in steps:
        raise NotFound()


def finish(task: OpenTask, variables: Mapping[str, Any], *, by: Identity, act: str) -> None:
    """Complete the task in the engine; what follows is written at the end of the running command."""
    step = complete(task.instance.release.program, task.instance.state, task.engine_task, variables, task.case.context)
    apply(task.case, task.instance, step, by=by, act=act, task_id=task.id)


def ensure_not_proposer(task: OpenTask) -> None:
    """Raises SamePerson when this person reviewed the item (LAW 2.9: two people, two acts)."""
    if task.proposed:
        raise SamePerson()


def _held(task: OpenTask) -> HeldByAnother:
    row = (
        sql()
        .execute(
            "select u.name, (select max(at) from case_event where case_id = %s and kind = %s and actor_id = u.id)"
            " from app_user u where u.id = %s",
            (task.case.id, Event.TASK_CLAIMED, task.assignee_id),
        )
        .fetchone()
    )
    assert row is not None
    return HeldByAnother(row[0], moments.shown(row[1]))
