"""The user tasks of a case, open and closed, as every page about it lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp.queries.acting import acting_name
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A user task of the case, open or closed. `posts` are the groups that may take it."""

    id: int
    item_case_id: int | None
    element: str
    step: str
    name: Words
    state: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    act: str
    holder: str
    shared: bool  # several persons sign it
    posts: Words


TASKS = """
select t.id, t.item_case_id, t.element, t.step, t.name_zh, t.name_en, t.state, t.opened_at, t.closed_at,
    coalesce(closer.name, ''), t.act, coalesce(holder.name, ''), t.participants > 1,
    (select string_agg(g.name_zh, '、' order by g.key) from candidate_group g where t.groups ? g.key),
    (select string_agg(g.name_en, ', ' order by g.key) from candidate_group g where t.groups ? g.key), away.name
from user_task t
left join app_user away on away.id = t.acting_for
left join app_user closer on closer.id = t.closed_by
left join app_user holder on holder.id = t.assignee_id
where t.case_id = %(case)s order by t.id
"""


def tasks_of(case_id: int) -> tuple[TaskLine, ...]:
    """Every user task of the case in the order in which they opened."""
    return tasks_from(sql().execute(TASKS, {"case": case_id}))


def tasks_from(rows: Iterable[Sequence[Any]]) -> tuple[TaskLine, ...]:
    """The tasks of rows of `TASKS`."""
    return tuple(_task(row) for row in rows)


def _task(row: Sequence[Any]) -> TaskLine:
    posts = Words(row[13] or "", row[14] or "")
    closer, act, holder, shared, absent = *row[9:13], row[15]
    who = acting_name(closer, absent if closer else None), act, acting_name(holder, absent if holder else None), shared
    values: list[Any] = [*row[:4], Words(row[4], row[5]), *row[6:9], *who, posts]
    return TaskLine(*values)
