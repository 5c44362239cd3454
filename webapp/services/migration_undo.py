"""Taking a case back to where it was before its migration, while nobody has acted on it since.

What the move changed is kept as it was, row by row. Its state, its open tasks, timers, jobs and subscriptions get
their former values; timers that were there all along keep the moment that they have now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from engine import Words
from engine.runtime import LogLine
from webapp.errors import ActRefused
from webapp.services.engine_border import snapshot
from webapp.services.instances import running_instances
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.services.migration import of_release
from webapp.services.repair import state_mark
from webapp.services.step_rows import tell
from webapp.services.suspended import hold_timers
from webapp.unit_of_work import sql


def _rows(table: str, condition: str) -> str:
    return f"""(select coalesce(jsonb_agg(to_jsonb(t)), '[]') from {table} t
        where t.instance_id = any(%(instances)s::bigint[]){condition})"""


#: The rows of these instances, kept with the case of the migration.
BEFORE = f"""
update migration_case set before = jsonb_build_object(
    'instances', (select jsonb_agg(jsonb_build_object('id', i.id, 'process', i.process, 'state', i.state,
        'scopes', i.scopes)) from process_instance i where i.id = any(%(instances)s::bigint[])),
    'tasks', {_rows("user_task", " and t.state = 'open'")},
    'candidates', (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from task_candidate c join user_task t
        on t.id = c.task_id where t.instance_id = any(%(instances)s::bigint[]) and t.state = 'open'),
    'timers', {_rows("timer", "")},
    'jobs', {_rows("engine_job", " and t.state in ('open', 'failed')")},
    'waits', {_rows("message_wait", "")},
    'incidents', {_rows("incident", " and t.resolved_at is null")})
where run_id = %(run)s and case_id = %(case)s
"""


class TakenBack(ActRefused):
    """The case stays with the other release; the words say why."""


class _Acted(TakenBack):
    def __init__(self) -> None:
        super().__init__(
            Words("迁移后已有人办理或流程已前进", "somebody has acted on it since, or its process has gone on")
        )


class _Loud(TakenBack):
    def __init__(self) -> None:
        super().__init__(
            Words(
                "迁移时按新版开始了新的工作，不能撤销",
                "the new release had it begin something at once, which cannot be taken back",
            )
        )


class _Forgotten(TakenBack):
    def __init__(self) -> None:
        super().__init__(Words("撤销所需的资料已过留存期", "what taking it back needs is kept no more"))


KEPT = "select before from migration_case where run_id = %s and case_id = %s"
RESTORED_CASE = """
with back as (update cases set release_id = %(release)s where id = %(case)s)
update process_instance i set release_id = %(release)s, process = r.process, state = r.state, scopes = r.scopes,
    steps = r.steps
from jsonb_populate_recordset(null::process_instance, %(rows)s) r where i.id = r.id
"""
RESTORED_TASKS = """
with back as (
    update user_task t set process = r.process, element = r.element, step = r.step, name_zh = r.name_zh,
        name_en = r.name_en, groups = r.groups, participants = r.participants, clock = r.clock, due_on = r.due_on,
        priority = r.priority, revision = t.revision + 1
    from jsonb_populate_recordset(null::user_task, %(rows)s) r where t.id = r.id
        and (t.process, t.element, t.step, t.name_zh, t.name_en, t.groups, t.participants, t.priority)
            is distinct from (r.process, r.element, r.step, r.name_zh, r.name_en, r.groups, r.participants, r.priority)
), gone as (
    delete from task_candidate c using jsonb_populate_recordset(null::user_task, %(rows)s) r
    where c.task_id = r.id and not exists (select from jsonb_populate_recordset(null::task_candidate, %(candidates)s) b
        where b.task_id = c.task_id and b.group_key = c.group_key)
)
insert into task_candidate select * from jsonb_populate_recordset(null::task_candidate, %(candidates)s)
on conflict (task_id, group_key) do update set urgency = excluded.urgency, due_on = excluded.due_on
"""
GONE = """
delete from {table} t where t.instance_id = any(%(instances)s::bigint[])
    and not exists (select from jsonb_populate_recordset(null::{table}, %(rows)s) r where r.id = t.id)
"""
RESTORED = """
insert into {table} select * from jsonb_populate_recordset(null::{table}, %(rows)s)
on conflict (id) do update set {columns}
"""
#: Table -> the name under which its rows are kept, in the order in which they are put back.
KEPT_AS = {"timer": "timers", "message_wait": "waits", "engine_job": "jobs", "incident": "incidents"}
#: What may have changed of rows that are still there.
COLUMNS = {
    "timer": "element = excluded.element, clock = excluded.clock, mark = excluded.mark",
    "engine_job": "element = excluded.element, state = excluded.state",
    "message_wait": "kind = excluded.kind, name = excluded.name, key = excluded.key",
    "incident": "element = excluded.element, resolved_at = excluded.resolved_at",
}


def take_back(
    case: LockedCase, run_id: int, moved_to: int, release_id: int, seq: int | None, mapping: Mapping[str, str]
) -> None:
    """Put the case back on `release_id`. `seq`: its ledger's last line when it had moved, None where the move cannot
    be undone. Raises TakenBack; then nothing has changed."""
    if seq is None:
        raise _Loud()
    row = sql().execute(KEPT, (run_id, case.id)).fetchone()
    before: dict[str, Any] | None = row[0] if row else None
    if case.release_id != moved_to or case.ledger_seq != seq:
        raise _Acted()
    if before is None:  # cleaned away just when somebody began to take it back
        raise _Forgotten()
    instances = of_release(running_instances(case), moved_to)
    former = {one["id"]: one for one in before["instances"]}
    if {str(one.id): state_mark(one.state) for one in instances} != before["after"]:
        raise _Acted()
    case.release_id = release_id
    for instance in instances:
        _tell_history(case, instance, former[instance.id], mapping)
    _restore(case, before, instances)
    if case.suspended_at is not None:
        hold_timers(case)


def _restore(case: LockedCase, before: Mapping[str, Any], instances: Sequence[InstanceRow]) -> None:
    steps = {one.id: one.steps for one in instances}
    former = [{**one, "steps": steps[one["id"]]} for one in before["instances"]]
    values = {"release": case.release_id, "case": case.id, "instances": sorted(steps)}
    sql().execute(RESTORED_CASE, {**values, "rows": Jsonb(former)})
    tasks = {"rows": Jsonb(before["tasks"]), "candidates": Jsonb(before["candidates"])}
    sql().execute(RESTORED_TASKS, tasks)
    for table, name in KEPT_AS.items():
        rows = {**values, "rows": Jsonb(before[name])}
        if table in ("timer", "message_wait"):
            sql().execute(GONE.format(table=table), rows)
        sql().execute(RESTORED.format(table=table, columns=COLUMNS[table]), rows)


def _tell_history(
    case: LockedCase, instance: InstanceRow, former: Mapping[str, Any], mapping: Mapping[str, str]
) -> None:
    """In the history a token leaves the new element and enters the old one, so that the diagram shows where it is."""
    if not mapping:
        return
    now = {one.token: one for one in snapshot(instance.state).active}
    then = snapshot(bytes.fromhex(former["state"].removeprefix("\\x"))).active
    told: list[LogLine] = []
    for one in then:
        moved = now.get(one.token)
        if moved is not None and (moved.process, moved.element) != (one.process, one.element):
            told.append(LogLine("cancelled", one.scope, moved.element, "", moved.process))
            told.append(LogLine("entered", one.scope, one.element, "", one.process))
    tell(case, instance, told)
