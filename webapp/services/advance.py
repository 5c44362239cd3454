"""Writes what the engine returned: the only place where a Step becomes rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from engine import BudgetExceeded, Words
from engine.runtime import Closing, Incident, Job, Step, Thrown, TimerSet, UserTask, start
from engine.values import ClockMark
from webapp import outbox
from webapp.answers import encode_all
from webapp.catalogue import published
from webapp.identity import Identity
from webapp.services import messages
from webapp.services.clocks import ensure_clocks, mark_moment
from webapp.services.events import Event
from webapp.services.item_opening import close_unopened_items, item_opened
from webapp.services.locked_case import ClockFacts, InstanceRow, LockedCase
from webapp.services.suspended import ensure_active
from webapp.unit_of_work import sql

FAR_FUTURE = date(9999, 12, 31)
IMMEDIATE_PRIORITY = 90
WHOLE_INSTANCE = "*"
#: Processes that one act may begin: a message that starts the process that throws it must come to an end.
MOST_BEGUN = 50


def begin(
    case: LockedCase,
    process: str,
    variables: Mapping[str, Any],
    *,
    event: str | None = None,
    release_id: int | None = None,
) -> int:
    """Start an instance of `process` for the case, in this transaction; returns its id.

    `event`: the start event at which it begins, where not at the plain one. `release_id`: of another bundle
    whose process it is. Raises Suspended, and BudgetExceeded for processes that start each other without end.
    """
    ensure_active(case)
    case.begun += 1
    if case.begun > MOST_BEGUN:
        raise BudgetExceeded(process, "processes begun", MOST_BEGUN)
    release = published(release_id or case.release_id)
    step = start(release.program, dict(variables), case.context, process=process, event=event)
    row = (
        sql()
        .execute(
            "insert into process_instance (case_id, release_id, process, state, scopes, started_at)"
            " values (%s, %s, %s, '', '{}', %s) returning id",
            (case.id, release.id, process, case.now),
        )
        .fetchone()
    )
    assert row is not None
    instance = InstanceRow(row[0], step.state, {}, release.id, process)
    item = variables.get("item")
    if isinstance(item, str):
        instance.scopes[WHOLE_INSTANCE] = item_cases(case.id)[item]
    apply(case, instance, step, by=None)
    return instance.id


def apply(case: LockedCase, instance: InstanceRow, step: Step, *, by: Identity | None, act: str = "") -> None:
    """Write `step`: state, tasks, timers, jobs, subscriptions, history; start what its messages start.

    `by` completed the tasks that the step closes as completed, with `act`. Raises Suspended.
    """
    ensure_active(case)
    _follow_scopes(case, instance, step)
    _write_core(case, instance, step, by, act)
    if step.opened or step.changed or step.timers_set:
        ensure_clocks(case, _clocks_wanted(instance, step))
    _open_tasks(case, instance, step)
    if step.changed:
        _change_tasks(case, instance, step)
    for timer in step.timers_set:
        _write_timer(case, instance, timer)
    for job in step.jobs:
        _write_job(case, instance, job)
    for incident in step.incidents:
        _write_incident(case, instance, incident)
    if step.subscriptions_opened:
        messages.offer_kept(step.subscriptions_opened)
    for thrown in step.thrown:
        _carry_on(case, instance, thrown)
    if step.ended and instance.process == case.release.bundle.entry_process:
        close_unopened_items(case)
        case.closed = True
        case.record(Event.CLOSED, None)


def item_cases(case_id: int) -> dict[str, int]:
    """Item key -> id of the item case."""
    rows = sql().execute("select item_key, id from item_case where case_id = %s", (case_id,)).fetchall()
    return dict(rows)


def _item_case(instance: InstanceRow, scope: int) -> int | None:
    return instance.scopes.get(str(scope), instance.scopes.get(WHOLE_INSTANCE))


def _follow_scopes(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    """A called process with an `item` input belongs to that item's case; inner scopes inherit it."""
    known: dict[str, int] | None = None
    for opened in step.scopes_opened:
        item = opened.inputs.get("item")
        if isinstance(item, str):
            known = known if known is not None else item_cases(case.id)
            instance.scopes[str(opened.scope)] = known[item]
            item_opened(case, known[item], item, opened.element)
            continue
        inherited = _item_case(instance, opened.parent)
        if inherited is not None:
            instance.scopes[str(opened.scope)] = inherited
    for scope in step.scopes_closed:
        instance.scopes.pop(str(scope), None)


# One statement for all that most steps touch: state, closed tasks and their inbox rows, cancelled
# timers and jobs, subscriptions, history. Empty arrays do nothing.
WRITE_CORE = """
with instance as (
    update process_instance set state = %(state)s, scopes = %(scopes)s::jsonb, ended_at = %(ended)s
    where id = %(instance)s
), closed as (
    update user_task set revision = revision + 1, closed_at = %(now)s,
        state = case when engine_task = any(%(completed)s::bigint[]) then 'completed' else 'cancelled' end,
        closed_by = case when engine_task = any(%(completed)s::bigint[]) then %(by)s::bigint end,
        act = case when engine_task = any(%(completed)s::bigint[]) then %(act)s else '' end
    where instance_id = %(instance)s and engine_task = any(%(closed)s::bigint[]) and state = 'open' returning id
), left_inbox as (
    delete from task_candidate where task_id in (select id from closed)
), timers as (
    delete from timer where instance_id = %(instance)s and engine_timer = any(%(timers)s::bigint[])
), jobs as (
    update engine_job set state = 'cancelled'
    where instance_id = %(instance)s and engine_job = any(%(jobs)s::bigint[]) and state in ('open', 'failed')
), heard as (
    delete from message_wait where instance_id = %(instance)s and subscription = any(%(heard)s::bigint[])
), waits as (
    insert into message_wait (instance_id, subscription, kind, name, key)
    select %(instance)s, w.* from unnest(%(wait_ids)s::bigint[], %(wait_kinds)s::text[], %(wait_names)s::text[],
        %(wait_keys)s::text[]) w
), resolved as (
    update incident set resolved_at = %(now)s
    where instance_id = %(instance)s and resolved_at is null and (engine_incident = any(%(resolved)s::bigint[])
        or engine_job_id in (select id from engine_job
                             where instance_id = %(instance)s and engine_job = any(%(jobs)s::bigint[])))
)
insert into activity_line (instance_id, scope, process, element, what, at)
select %(instance)s, l.*, %(now)s from unnest(%(log_scopes)s::bigint[], %(log_processes)s::text[],
    %(log_elements)s::text[], %(log_whats)s::text[]) l
"""


def _write_core(case: LockedCase, instance: InstanceRow, step: Step, by: Identity | None, act: str) -> None:
    sql().execute(
        WRITE_CORE,
        {
            "instance": instance.id,
            "state": step.state,
            "scopes": orjson.dumps(instance.scopes).decode(),
            "ended": case.now if step.ended else None,
            "now": case.now,
            "by": by.user_id if by else None,
            "act": act,
            "completed": [closed.id for closed in step.closed if closed.how is Closing.COMPLETED],
            "closed": [closed.id for closed in step.closed],
            "timers": list(step.timers_cancelled),
            "jobs": list(step.jobs_cancelled),
            "heard": list(step.subscriptions_closed),
            "wait_ids": [wait.id for wait in step.subscriptions_opened],
            "wait_kinds": [wait.kind for wait in step.subscriptions_opened],
            "wait_names": [wait.name for wait in step.subscriptions_opened],
            "wait_keys": [wait.key for wait in step.subscriptions_opened],
            "resolved": list(step.incidents_resolved),
            "log_scopes": [line.scope for line in step.log],
            "log_processes": [line.process for line in step.log],
            "log_elements": [line.element for line in step.log],
            "log_whats": [line.what for line in step.log],
        },
    )
    instance.state = step.state


def _clocks_wanted(instance: InstanceRow, step: Step) -> Iterator[tuple[int, str]]:
    """(item case, clock) of every task and timer that opens on a legal clock."""
    named = [(task.scope, task.properties.get("clock")) for task in (*step.opened, *step.changed)]
    named += [(timer.scope, timer.due.clock) for timer in step.timers_set if isinstance(timer.due, ClockMark)]
    for scope, name in named:
        item = _item_case(instance, scope)
        if item is not None and name:
            yield item, name


def _running(case: LockedCase, item_case: int | None, name: str | None) -> ClockFacts | None:
    return next((clock for clock in case.clocks.get(item_case or 0, ()) if clock.name == name), None)


OPEN_TASKS = """
with opened as (
    insert into user_task (instance_id, engine_task, case_id, item_case_id, process, element, step, name_zh, name_en,
        state, revision, groups, participants, clock, due_on, priority, opened_at, act)
    select %s, engine_task, %s, item_case_id, process, element, step, name_zh, name_en, 'open', 0, groups,
        participants, clock, due_on, priority, %s, ''
    from jsonb_to_recordset(%s::jsonb) as r(engine_task bigint, item_case_id bigint, process text, element text,
        step text, name_zh text, name_en text, groups jsonb, participants bigint, clock text, due_on date,
        priority bigint)
    returning id, groups, due_on, priority
)
insert into task_candidate (task_id, group_key, urgency, due_on)
select o.id, g.value, case when o.priority >= %s then 0 else 1 end, coalesce(o.due_on, %s)
from opened o cross join jsonb_array_elements_text(o.groups) g
"""


def _open_tasks(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    if not step.opened:
        return
    rows = [_task_row(case, instance, task) for task in step.opened]
    sql().execute(
        OPEN_TASKS,
        (instance.id, case.id, case.now, orjson.dumps(rows).decode(), IMMEDIATE_PRIORITY, FAR_FUTURE),
    )


def _task_row(case: LockedCase, instance: InstanceRow, task: UserTask) -> dict[str, Any]:
    item_case = _item_case(instance, task.scope)
    clock_name = task.properties.get("clock")
    clock = _running(case, item_case, clock_name)
    due = clock.due_on if clock else _nearest_due(case, clock_name) if item_case is None and clock_name else None
    name = instance.release.element_words(task.process, task.element, task.name)
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
        "clock": clock_name,
        "due_on": due.isoformat() if due else None,
        "priority": task.priority,
    }


def _nearest_due(case: LockedCase, clock_name: str) -> date | None:
    """A joint visit is due when the first clock of the items that it is for is: those with points to be visited."""
    rows = sql().execute(
        "select ic.item_key, c.due_on from legal_clock c join item_case ic on ic.id = c.item_case_id"
        " where ic.case_id = %s and ic.way = 'ordinary' and c.name = %s and c.stopped_on is null",
        (case.id, clock_name),
    )
    bundle = case.release.bundle
    return min((due for item_key, due in rows if bundle.item(item_key).visit_checklist), default=None)


def _write_timer(case: LockedCase, instance: InstanceRow, timer: TimerSet) -> None:
    item_case = _item_case(instance, timer.scope)
    due: datetime | None
    clock_name: str | None
    mark: str | None
    if isinstance(timer.due, ClockMark):
        clock_name, mark = timer.due.clock, timer.due.mark
        running = _running(case, item_case, clock_name)
        due = mark_moment(running, mark, case.rules) if running else None
    else:
        clock_name = mark = None
        due = timer.due
    sql().execute(
        "insert into timer (instance_id, engine_timer, case_id, item_case_id, element, clock, mark, due_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (instance.id, timer.id, case.id, item_case, timer.element, clock_name, mark, due),
    )


def _write_job(case: LockedCase, instance: InstanceRow, job: Job) -> None:
    row = (
        sql()
        .execute(
            "insert into engine_job (instance_id, engine_job, case_id, item_case_id, element, type, inputs, attempts,"
            " attempts_allowed, state, last_error, created_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, 0, %s, 'open', '', %s) returning id",
            (
                instance.id,
                job.id,
                case.id,
                _item_case(instance, job.scope),
                job.element,
                job.type,
                encode_all(job.inputs),
                max(1, job.retries),
                case.now,
            ),
        )
        .fetchone()
    )
    assert row is not None
    outbox.defer(sql(), outbox.RUN_ENGINE_JOB, engine_job_id=row[0])


def _write_incident(case: LockedCase, instance: InstanceRow, incident: Incident) -> None:
    open_incident(
        case,
        instance.id,
        _item_case(instance, incident.scope),
        incident.element,
        incident.code,
        incident.message,
        engine_incident=incident.id,
    )


def open_incident(
    case: LockedCase,
    instance_id: int,
    item_case_id: int | None,
    element: str,
    code: str,
    message: Words,
    *,
    detail: str = "",
    engine_incident: int | None = None,
    engine_job_id: int | None = None,
    timer_id: int | None = None,
    message_id: int | None = None,
) -> None:
    """Keep a failure where people see it, and in the ledger."""
    sql().execute(
        "insert into incident (instance_id, case_id, item_case_id, engine_incident, engine_job_id, timer_id,"
        " message_id, element, code, message_zh, message_en, detail, opened_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            instance_id,
            case.id,
            item_case_id,
            engine_incident,
            engine_job_id,
            timer_id,
            message_id,
            element,
            code,
            message.zh,
            message.en,
            detail,
            case.now,
        ),
    )
    case.record(Event.INCIDENT_OPENED, None, element=element, code=code)


def _carry_on(case: LockedCase, instance: InstanceRow, thrown: Thrown) -> None:
    """What this instance throws and does not take itself.

    What a message or signal starts in the same release begins here, at once; everything else goes out to other
    instances after the commit. A signal goes to all of them, a message to one.
    """
    starts = _starts(instance, thrown)
    for process, event in starts:
        begin(case, process, thrown.payload, event=event, release_id=instance.release_id)
    if thrown.kind == "message":
        if not starts:
            messages.send(case, instance.id, thrown)
    elif not messages.broadcast(case, instance.id, thrown) and not starts:
        case.record(Event.MESSAGE_UNHEARD, None, element=thrown.element, name=thrown.name)


def _starts(instance: InstanceRow, thrown: Thrown) -> Sequence[tuple[str, str]]:
    """(process, start event) of everything in the instance's own release that this starts."""
    program = instance.release.program
    if thrown.kind == "signal":
        return program.signal_starts().get(thrown.name, ())
    found = program.message_beginnings().get(thrown.name)
    return (found,) if found else ()


CHANGE_TASK = """
with changed as (
    update user_task t set process = r.process, element = r.element, step = r.step, name_zh = r.name_zh,
        name_en = r.name_en, groups = r.groups, participants = r.participants, clock = r.clock, due_on = r.due_on,
        priority = r.priority, revision = t.revision + 1
    from jsonb_to_recordset(%s::jsonb) as r(engine_task bigint, process text, element text, step text, name_zh text,
        name_en text, groups jsonb, participants bigint, clock text, due_on date, priority bigint)
    where t.instance_id = %s and t.engine_task = r.engine_task and t.state = 'open'
    returning t.id, t.groups, t.due_on, t.priority
), left_inbox as (
    delete from task_candidate c using changed t where c.task_id = t.id
        and not exists (select from jsonb_array_elements_text(t.groups) g where g.value = c.group_key)
)
insert into task_candidate (task_id, group_key, urgency, due_on)
select t.id, g.value, case when t.priority >= %s then 0 else 1 end, coalesce(t.due_on, %s)
from changed t cross join jsonb_array_elements_text(t.groups) g
on conflict (task_id, group_key) do update set urgency = excluded.urgency, due_on = excluded.due_on
"""


def _change_tasks(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    """Open tasks that a migration has given other names, groups or clocks."""
    rows = [_task_row(case, instance, task) for task in step.changed]
    sql().execute(
        CHANGE_TASK,
        (orjson.dumps(rows).decode(), instance.id, IMMEDIATE_PRIORITY, FAR_FUTURE),
    )
