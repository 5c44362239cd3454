"""The life cycle of a user task: claim, release, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Words
from webapp import moments
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity, StandIn
from webapp.permissions import Permission
from webapp.services.advance import apply
from webapp.services.engine_border import complete
from webapp.services.events import Event
from webapp.services.held_back import ensure_not_given_out
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

RULING_STEPS = ("decide",)


class HeldByAnother(ActRefused):
    """The task is with a colleague."""

    def __init__(self, name: str, since: str) -> None:
        super().__init__(Words(f"此任务由{name}认领（{since}）。", f"{name} has claimed this task (since {since})."))


def claim(task_id: int, *, by: Identity, revision: int | None = None) -> None:
    """Take the task. Taking what is yours already changes nothing. `revision`: as a page of many rows saw it.

    What an absent colleague holds goes to who stands in for them, and what was held for one back to whoever is there
    again. Raises AlreadyDone, HeldByAnother, NotFound, Stale; SamePerson, HostReviewed, NotSeparate, InConflict.
    """
    claims = Permission.TASK_CLAIM
    with on_task(task_id, by, permission=claims, revision=revision, while_waiting=True) as task:
        if task.assignee_id == by.user_id:
            return
        if task.assignee_id is not None:
            _take_over(task, by)
        sql().execute(
            "update user_task set assignee_id = %s, acting_for = %s, revision = revision + 1 where id = %s",
            (by.user_id, task.case.acting_for, task_id),
        )
        from_whom = {} if task.assignee_id is None else {"from": task.assignee_id}
        task.case.record(Event.TASK_CLAIMED, by, task=task_id, **from_whom)


def _take_over(task: OpenTask, by: Identity) -> None:
    """From an absent colleague, for them; or back from who held it for `by`. Raises HeldByAnother."""
    absent = gives_way(by, task.assignee_id, task.groups, task.case.bundle_key)
    if absent is not None:
        task.case.acting_for = absent.absent_id
    elif task.held_for == by.user_id:
        task.case.acting_for = None
    else:
        raise _held(task)


def gives_way(by: Identity, holder_id: int | None, groups: frozenset[str], bundle: str) -> StandIn | None:
    """The absent colleague who holds such a task, where `by` stands in for them at one of its posts."""
    return next(
        (
            absent
            for absent in by.standing_in
            if absent.absent_id == holder_id and absent.covers(bundle) and not absent.groups.isdisjoint(groups)
        ),
        None,
    )


def release(task_id: int, *, by: Identity, revision: int | None = None) -> None:
    """Give the task back to its group. Raises GivenOut for one that is with a colleague to be prepared."""
    does = Permission.TASK_DO
    with on_task(task_id, by, permission=does, revision=revision, while_waiting=True) as task:
        ensure_not_given_out(task.id, task.waits)
        sql().execute(
            "update user_task set assignee_id = null, acting_for = null, revision = revision + 1 where id = %s",
            (task_id,),
        )
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
