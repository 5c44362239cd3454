"""The rows of one step, as parts of the command's last statement. Only what a step touches is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import orjson

from engine.law import PROMISED_WITHIN
from engine.runtime import Closing, Job, LogLine, Step, TimerSet, UserTask
from engine.values import ClockMark
from webapp import outbox
from webapp.answers import encode_all
from webapp.identity import Identity
from webapp.services.activity import encode_lines
from webapp.services.clocks import mark_moment
from webapp.services.locked_case import ClockFacts, InstanceRow, LockedCase
from webapp.services.writing import array

FAR_FUTURE = date(9999, 12, 31)
IMMEDIATE_PRIORITY = 90
WHOLE_INSTANCE = "*"


def item_case_of(instance: InstanceRow, scope: int) -> int | None:
    """The item case that a scope of the instance belongs to."""
    return instance.scopes.get(str(scope), instance.scopes.get(WHOLE_INSTANCE))


def _values(case: LockedCase, instance: InstanceRow) -> dict[str, Any]:
    """What most parts name."""
    return {"case": case.id, "instance": instance.id, "now": case.now}


ACTIVITY = "insert into activity (instance_id, step, at, lines) values (%(instance)s, %(step)s, %(now)s, %(lines)s)"


def write_state(case: LockedCase, instance: InstanceRow, step: Step, *, scopes_changed: bool) -> None:
    """The new state, and a row of history. An instance that begins was inserted with its first state."""
    begins = instance.steps == 0
    instance.state, instance.steps = step.state, instance.steps + 1
    changed = [] if begins else ["state = %(state)s", "steps = %(step)s"]
    if scopes_changed:
        changed.append("scopes = %(scopes)s::jsonb")
    if step.ended:
        changed.append("ended_at = %(now)s")
    values = {**_values(case, instance), "step": instance.steps}
    if changed:
        scopes = orjson.dumps(instance.scopes).decode() if scopes_changed else None
        part = f"update process_instance set {', '.join(changed)} where id = %(instance)s"
        case.writing.add("state", part, **values, state=step.state, scopes=scopes)
    if step.log:
        case.writing.add("activity", ACTIVITY, **values, lines=encode_lines(step.log, instance.process))


def tell(case: LockedCase, instance: InstanceRow, lines: Sequence[LogLine]) -> None:
    """History that no step of the engine tells: a row of its own."""
    if lines:
        instance.steps += 1
        values = {**_values(case, instance), "step": instance.steps}
        case.writing.add("activity", ACTIVITY, **values, lines=encode_lines(lines, instance.process))


COMPLETED = """
update user_task set revision = revision + 1, state = 'completed', closed_at = %(now)s, closed_by = %(by)s,
    act = %(act)s
where {which} and state = 'open' returning id
"""
CANCELLED = """
update user_task set revision = revision + 1, state = 'cancelled', closed_at = %(now)s
where instance_id = %(instance)s and engine_task = any(%(cancelled)s::bigint[]) and state = 'open' returning id
"""
COMPLETED_KNOWN = COMPLETED.format(which="id = %(task)s")
COMPLETED_NAMED = COMPLETED.format(which="instance_id = %(instance)s and engine_task = any(%(completed)s::bigint[])")
LEFT_KNOWN = "delete from task_candidate where task_id = %(task)s"
LEFT = "delete from task_candidate where task_id in (select id from {ended})"


def close_tasks(
    case: LockedCase, instance: InstanceRow, step: Step, by: Identity | None, act: str, task_id: int | None
) -> None:
    """Tasks that the step ended, gone from the inbox. `by` completed `task_id`, with `act`."""
    values = _values(case, instance)
    completed = [closed.id for closed in step.closed if closed.how is Closing.COMPLETED]
    cancelled = [closed.id for closed in step.closed if closed.how is Closing.CANCELLED]
    if completed:
        who = by.user_id if by else None
        if task_id is not None and len(completed) == 1:
            case.writing.add("completed", COMPLETED_KNOWN, **values, task=task_id, by=who, act=act)
            case.writing.add("completed_left", LEFT_KNOWN)
        else:
            case.writing.add("completed", COMPLETED_NAMED, **values, completed=array(completed), by=who, act=act)
            case.writing.add("completed_left", LEFT.format(ended="completed"))
    if cancelled:
        case.writing.add("cancelled", CANCELLED, **values, cancelled=array(cancelled))
        case.writing.add("cancelled_left", LEFT.format(ended="cancelled"))


TIMERS_GONE = "delete from timer where instance_id = %(instance)s and engine_timer = any(%(timers)s::bigint[])"
JOBS_GONE = """
update engine_job set state = 'cancelled'
where instance_id = %(instance)s and engine_job = any(%(jobs)s::bigint[]) and state in ('open', 'failed')
"""
HEARD = "delete from message_wait where instance_id = %(instance)s and subscription = any(%(heard)s::bigint[])"
WAITS = """
insert into message_wait (instance_id, subscription, kind, name, key)
select %(instance)s, w.* from unnest(%(wait_ids)s::bigint[], %(wait_kinds)s::text[], %(wait_names)s::text[],
    %(wait_keys)s::text[]) w
"""
RESOLVED = """
update incident set resolved_at = %(now)s where instance_id = %(instance)s and resolved_at is null
    and engine_incident = any(%(resolved)s::bigint[])
"""
RESOLVED_WITH_JOB = """
update incident set resolved_at = %(now)s where instance_id = %(instance)s and resolved_at is null
    and engine_job_id in (select id from engine_job
                          where instance_id = %(instance)s and engine_job = any(%(jobs)s::bigint[]))
"""


def close_waits(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    """Timers, jobs, subscriptions and incidents that the step ended, and subscriptions that it opened."""
    writing, values = case.writing, _values(case, instance)
    if step.timers_cancelled:
        writing.add("timers_gone", TIMERS_GONE, **values, timers=array(step.timers_cancelled))
    if step.jobs_cancelled:
        writing.add("jobs_gone", JOBS_GONE, **values, jobs=array(step.jobs_cancelled))
        writing.add("resolved_with_job", RESOLVED_WITH_JOB, **values)
    if step.incidents_resolved:
        writing.add("resolved", RESOLVED, **values, resolved=array(step.incidents_resolved))
    if step.subscriptions_closed:
        writing.add("heard", HEARD, **values, heard=array(step.subscriptions_closed))
    if step.subscriptions_opened:
        opened = step.subscriptions_opened
        writing.add(
            "waits",
            WAITS,
            **values,
            wait_ids=array([wait.id for wait in opened]),
            wait_kinds=array([wait.kind for wait in opened]),
            wait_names=array([wait.name for wait in opened]),
            wait_keys=array([wait.key for wait in opened]),
        )


#: A joint visit is due when the first clock of the items that it is for is: those with points to be visited, whose
#: examination has not said that none is needed (`clocks.MAY_BE_VISITED`).
FIRST_DUE = """
(select min(l.due_on) from public.legal_clock l join public.item_case ic on ic.id = l.item_case_id
 where ic.case_id = %(case)s and ic.way = 'ordinary' and l.name = r.clock and l.stopped_on is null
    and ic.item_key = any(r.due_with) and not exists(select from public.review v where v.item_case_id = ic.id
        and v.step = 'examine' and v.conclusion = 'no-visit' and v.withdrawn_at is null))
"""
#: What FIRST_DUE reads: rows of these that wait are written before it. Of an examination that waits the case tells.
READ_OF_DUE = ("legal_clock", "update item_case", "update review")
OPENED = f"""
insert into user_task (instance_id, engine_task, case_id, item_case_id, process, element, step, name_zh, name_en,
    state, revision, groups, participants, assignee_id, clock, due_on, priority, opened_at, act)
select %(instance)s, engine_task, %(case)s, item_case_id, process, element, step, name_zh, name_en, 'open', 0, groups,
    participants, (select id from app_user where login = assignee and active), clock, coalesce(due_on, {FIRST_DUE}),
    priority, %(now)s, ''
from json_to_recordset(%(opened)s::json) as r(engine_task bigint, item_case_id bigint, process text, element text,
    step text, name_zh text, name_en text, groups jsonb, participants bigint, assignee text, clock text, due_on date,
    due_with text[], priority bigint)
returning id, groups, due_on, priority
"""
OFFERED = """
insert into task_candidate (task_id, group_key, urgency, due_on)
select o.id, g.value, case when o.priority >= %(immediate)s then 0 else 1 end, coalesce(o.due_on, %(never)s)
from tasks_opened o cross join jsonb_array_elements_text(o.groups) g
"""


def open_tasks(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    """Tasks that the step opened, offered to each of their groups.

    One that the diagram assigns is with that person at once; a login that nobody has leaves it to its groups.
    """
    if not step.opened:
        return
    rows = [_task_row(case, instance, task) for task in step.opened]
    if any(row["due_with"] for row in rows) and case.writing.concerns(*READ_OF_DUE):
        case.writing.send()
    case.writing.add("tasks_opened", OPENED, **_values(case, instance), opened=orjson.dumps(rows).decode())
    case.writing.add("tasks_offered", OFFERED, immediate=IMMEDIATE_PRIORITY, never=FAR_FUTURE)


def _task_row(case: LockedCase, instance: InstanceRow, task: UserTask) -> dict[str, Any]:
    item_case = item_case_of(instance, task.scope)
    clock_name, clock = _clock_of(case, item_case, task.properties.get("clock", ""))
    due = _due(case, item_case, clock) if clock else None
    with_items = item_case is None and clock is None and clock_name
    name = instance.release.element_name(task.process, task.element)
    return {
        "engine_task": task.id,
        "item_case_id": item_case,
        "process": task.process,
        "element": task.element,
        "step": task.properties.get("step", ""),
        "name_zh": name.zh,
        "name_en": name.en,
        "groups": list(task.candidate_groups),
        "participants": int(task.properties.get("participants", "1")),
        "assignee": task.assignee,
        "clock": clock_name,
        "due_on": due,
        "due_with": _visited(case) if with_items else None,
        "priority": task.priority,
    }


def _visited(case: LockedCase) -> list[str]:
    """The items that a joint visit may be for, but for those of which this command says that none is needed."""
    items = case.release.bundle.items
    return [item.key for item in items if item.visit_checklist and item.key not in case.not_visited]


def _clock_of(case: LockedCase, item_case: int | None, names: str) -> tuple[str | None, ClockFacts | None]:
    """The first of the clocks that the diagram names which the item has; the last name where it has none of them."""
    wanted = names.split()
    running = ((name, _running(case, item_case, name)) for name in wanted)
    return next((found for found in running if found[1]), (wanted[-1] if wanted else None, None))


def _due(case: LockedCase, item_case: int | None, clock: ClockFacts) -> date:
    """The day of the task's clock; the earlier one, where a promise runs within a limit of the law."""
    promised = _running(case, item_case, PROMISED_WITHIN.get(clock.name))
    return min(clock.due_on, promised.due_on) if promised else clock.due_on


TIMERS_SET = """
insert into timer (instance_id, engine_timer, case_id, item_case_id, element, clock, mark, due_at)
select %(instance)s, engine_timer, %(case)s, item_case_id, element, clock, mark, due_at
from json_to_recordset(%(timers_set)s::json) as r(engine_timer bigint, item_case_id bigint, element text, clock text,
    mark text, due_at timestamptz)
"""


def set_timers(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    """Timers that the step set."""
    if not step.timers_set:
        return
    rows = [_timer_row(case, instance, timer) for timer in step.timers_set]
    case.writing.add("timers_set", TIMERS_SET, **_values(case, instance), timers_set=orjson.dumps(rows).decode())


def _timer_row(case: LockedCase, instance: InstanceRow, timer: TimerSet) -> dict[str, Any]:
    item_case = item_case_of(instance, timer.scope)
    row: dict[str, Any] = {"engine_timer": timer.id, "item_case_id": item_case, "element": timer.element}
    if not isinstance(timer.due, ClockMark):
        return {**row, "clock": None, "mark": None, "due_at": timer.due}
    running = _running(case, item_case, timer.due.clock)
    due = mark_moment(running, timer.due.mark, case.rules) if running else None
    return {**row, "clock": timer.due.clock, "mark": timer.due.mark, "due_at": due}


def _running(case: LockedCase, item_case: int | None, name: str | None) -> ClockFacts | None:
    return next((clock for clock in case.clocks.get(item_case or 0, ()) if clock.name == name), None)


JOBS = """
insert into engine_job (instance_id, engine_job, case_id, item_case_id, element, type, inputs, attempts,
    attempts_allowed, state, last_error, created_at)
select %(instance)s, job, %(case)s, item_case, element, type, convert_to(inputs, 'UTF8'), 0, allowed, 'open', '',
    %(now)s
from json_to_recordset(%(opened_jobs)s::json) as r(job bigint, item_case bigint, element text, type text, inputs text,
    allowed bigint)
returning id
"""


def open_jobs(case: LockedCase, instance: InstanceRow, jobs: tuple[Job, ...]) -> None:
    """Work for machines, and a job of the queue for each that carries its id."""
    if not jobs:
        return
    rows = [
        {
            "job": job.id,
            "item_case": item_case_of(instance, job.scope),
            "element": job.element,
            "type": job.type,
            "inputs": encode_all(job.inputs).decode(),
            "allowed": max(1, job.retries),
        }
        for job in jobs
    ]
    case.writing.add("jobs_opened", JOBS, **_values(case, instance), opened_jobs=orjson.dumps(rows).decode())
    case.writing.ask(outbox.deferring(outbox.RUN_ENGINE_JOB, "engine_job_id", "select id from jobs_opened"))


CHANGED = f"""
update user_task t set process = r.process, element = r.element, step = r.step, name_zh = r.name_zh,
    name_en = r.name_en, groups = r.groups, participants = r.participants, clock = r.clock,
    due_on = coalesce(r.due_on, {FIRST_DUE}), priority = r.priority, revision = t.revision + 1
from jsonb_to_recordset(%(changed)s::jsonb) as r(engine_task bigint, process text, element text, step text,
    name_zh text, name_en text, groups jsonb, participants bigint, clock text, due_on date, due_with text[],
    priority bigint)
where t.instance_id = %(instance)s and t.engine_task = r.engine_task and t.state = 'open'
returning t.id, t.groups, t.due_on, t.priority
"""
CHANGED_LEFT = """
delete from task_candidate c using tasks_changed t where c.task_id = t.id
    and not exists (select from jsonb_array_elements_text(t.groups) g where g.value = c.group_key)
"""
CHANGED_OFFERED = """
insert into task_candidate (task_id, group_key, urgency, due_on)
select t.id, g.value, case when t.priority >= %(immediate)s then 0 else 1 end, coalesce(t.due_on, %(never)s)
from tasks_changed t cross join jsonb_array_elements_text(t.groups) g
on conflict (task_id, group_key) do update set due_on = excluded.due_on,
    urgency = case when task_candidate.urgency < 0 then task_candidate.urgency else excluded.urgency end
"""


def change_tasks(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    """Open tasks that a migration has given other names, groups or clocks."""
    if not step.changed:
        return
    rows = [_task_row(case, instance, task) for task in step.changed]
    if any(row["due_with"] for row in rows) and case.writing.concerns(*READ_OF_DUE):
        case.writing.send()
    case.writing.add("tasks_changed", CHANGED, **_values(case, instance), changed=orjson.dumps(rows).decode())
    case.writing.add("tasks_changed_left", CHANGED_LEFT)
    case.writing.add("tasks_changed_offered", CHANGED_OFFERED, immediate=IMMEDIATE_PRIORITY, never=FAR_FUTURE)


def clocks_wanted(instance: InstanceRow, step: Step) -> Iterator[tuple[int, str]]:
    """(item case, clock) of every task and timer that opens on a legal clock."""
    named = [(task.scope, task.properties.get("clock")) for task in (*step.opened, *step.changed)]
    named += [(timer.scope, timer.due.clock) for timer in step.timers_set if isinstance(timer.due, ClockMark)]
    for scope, name in named:
        item = item_case_of(instance, scope)
        if item is not None and name:
            yield item, name.split()[-1]  # an item that has another of those named has this one too
