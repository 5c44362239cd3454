"""Writes what the engine returned: the only place where a Step becomes rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from engine import BudgetExceeded, Words
from engine.runtime import Incident, Step, Thrown
from webapp.catalogue import published
from webapp.identity import Identity
from webapp.services import messages
from webapp.services.clocks import ensure_clocks
from webapp.services.decisions import decisions_of_step
from webapp.services.engine_border import cancel, start
from webapp.services.events import Event
from webapp.services.failures import ItemUnknown
from webapp.services.incident_notices import tell_leads
from webapp.services.instances import waiting_instances
from webapp.services.item_opening import close_unopened_items, item_opened
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.services.moot_extensions import PROCESS as EXTENSION
from webapp.services.moot_extensions import lapse
from webapp.services.step_rows import (
    WHOLE_INSTANCE,
    change_tasks,
    clocks_wanted,
    close_tasks,
    close_waits,
    item_case_of,
    open_jobs,
    open_tasks,
    set_timers,
    write_state,
)
from webapp.services.suspended import ensure_active
from webapp.services.terminated import QUESTION
from webapp.services.tolerance_acceptance import BEGINNING as TOLERATED
from webapp.services.tolerance_acceptance import PROCESS as TOLERANCE
from webapp.unit_of_work import sql

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
    whose process it is. Raises Suspended, ItemUnknown, and BudgetExceeded for processes that
    start each other without end.
    """
    ensure_active(case)
    case.begun += 1
    if case.begun > MOST_BEGUN:
        raise BudgetExceeded(process, "processes begun", MOST_BEGUN)
    release = published(release_id or case.release_id)
    step = start(release.program, dict(variables), case.context, process=process, event=event)
    item = variables.get("item")
    scopes = {WHOLE_INSTANCE: _named(item, item_cases(case.id))} if isinstance(item, str) else {}
    row = (
        sql()
        .execute(
            "insert into process_instance (case_id, release_id, process, state, scopes, steps, started_at)"
            " values (%s, %s, %s, %s, %s::jsonb, 1, %s) returning id",
            (case.id, release.id, process, step.state, orjson.dumps(scopes).decode(), case.now),
        )
        .fetchone()
    )
    assert row is not None
    instance = InstanceRow(row[0], step.state, scopes, release.id, process, steps=0)
    apply(case, instance, step)
    return instance.id


def apply(
    case: LockedCase,
    instance: InstanceRow,
    step: Step,
    *,
    by: Identity | None = None,
    act: str = "",
    task_id: int | None = None,
) -> None:
    """Write `step`: state, tasks, timers, jobs, subscriptions, history; start what its messages start.

    `by` completed `task_id`, with `act`. Rows go out with whatever else the command writes. Raises Suspended,
    ItemUnknown.
    """
    ensure_active(case)
    # What must be asked comes first, so that all rows of the step wait for the command's last statement.
    scopes_changed = _follow_scopes(case, instance, step)
    ensure_clocks(case, clocks_wanted(instance, step))
    if step.subscriptions_opened:
        messages.offer_kept(case, step.subscriptions_opened)
    write_state(case, instance, step, scopes_changed=scopes_changed)
    close_tasks(case, instance, step, by, act, task_id)
    close_waits(case, instance, step)
    open_tasks(case, instance, step)
    set_timers(case, instance, step)
    open_jobs(case, instance, step.jobs)
    change_tasks(case, instance, step)
    if step.decisions:
        decisions_of_step(case, instance, step)
    for incident in step.incidents:
        _write_incident(case, instance, incident)
    for thrown in step.thrown:
        _carry_on(case, instance, thrown)
    if step.ended and _is_the_case_itself(case, instance):
        if unopened := close_unopened_items(case):
            end_with_items(case, unopened)
        _end_question(case)
        case.closed = True
        case.record(Event.CLOSED, None)


def _end_question(case: LockedCase) -> None:
    """No rest is left that the applicant could still be asked about after a refusal."""
    if case.release.bundle.refused_item_policy != "ask":
        return
    for instance in waiting_instances(case, QUESTION):
        apply(case, instance, cancel(instance.release.program, instance.state, case.context))


def end_with_items(case: LockedCase, ended: Sequence[int], *, taken_back: bool = False) -> None:
    """Items have, or get, their outcome: more time that was asked for them is moot, and for the joint limit with the
    last of them; the tasks of the request end.

    Comes before the outcome has rows, so that these go out together.
    """
    lapsed = lapse(case, ended, taken_back=taken_back)
    for instance in waiting_instances(case, EXTENSION) if lapsed else ():
        if instance.scopes.get(WHOLE_INSTANCE) in lapsed:
            apply(case, instance, cancel(instance.release.program, instance.state, case.context))


def _is_the_case_itself(case: LockedCase, instance: InstanceRow) -> bool:
    """Whether the case ends with this instance. A process of another bundle may have the same id."""
    if instance.release_id != case.release_id:
        return False
    if instance.process == case.release.bundle.entry_process:
        return True
    started = {process for process, _, _ in case.release.program.timer_starts()}
    return instance.process in started and _nobody_applied(case)


def _nobody_applied(case: LockedCase) -> bool:
    """Whether a time began the case."""
    row = sql().execute("select visit_id is null from cases where id = %s", (case.id,)).fetchone()
    return row is not None and bool(row[0])


def item_cases(case_id: int) -> dict[str, int]:
    """Item key -> id of the item case."""
    rows = sql().execute("select item_key, id from item_case where case_id = %s", (case_id,)).fetchall()
    return dict(rows)


def _named(item: str, known: Mapping[str, int]) -> int:
    """The id of the item case. Raises ItemUnknown for an item that the case does not have."""
    found = known.get(item)
    if found is None:
        raise ItemUnknown(item)
    return found


def _follow_scopes(case: LockedCase, instance: InstanceRow, step: Step) -> bool:
    """A called process with an `item` input belongs to that item's case; inner scopes inherit it.

    Returns whether `instance.scopes` changed.
    """
    before = dict(instance.scopes)
    known: dict[str, int] | None = None
    for opened in step.scopes_opened:
        item = opened.inputs.get("item")
        if isinstance(item, str):
            known = known if known is not None else item_cases(case.id)
            instance.scopes[str(opened.scope)] = _named(item, known)
            awaited = item_opened(case, known[item], item, opened.element)
            if awaited is not None:
                begin(case, TOLERANCE, awaited, event=TOLERATED)
            continue
        inherited = item_case_of(instance, opened.parent)
        if inherited is not None:
            instance.scopes[str(opened.scope)] = inherited
    for scope in step.scopes_closed:
        instance.scopes.pop(str(scope), None)
    return instance.scopes != before


def _write_incident(case: LockedCase, instance: InstanceRow, incident: Incident) -> None:
    open_incident(
        case,
        instance.id,
        item_case_of(instance, incident.scope),
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
    tell_leads(case, message)


def _carry_on(case: LockedCase, instance: InstanceRow, thrown: Thrown) -> None:
    """What this instance throws and does not take itself.

    What a message or signal starts in the same release begins here, at once; everything else goes out to other
    instances after the commit. A signal goes to all of them, a message to one.
    """
    starts = _starts(instance, thrown)
    # Who waits when a signal is thrown gets it: what it starts here begins afterwards.
    reached = messages.broadcast(case, instance.id, thrown) if thrown.kind == "signal" else 0
    for process, event in starts:
        begin(case, process, thrown.payload, event=event, release_id=instance.release_id)
    if thrown.kind == "message":
        if not starts:
            messages.send(case, instance.id, thrown)
    elif not reached and not starts:
        case.record(Event.MESSAGE_UNHEARD, None, element=thrown.element, name=thrown.name)


def _starts(instance: InstanceRow, thrown: Thrown) -> Sequence[tuple[str, str]]:
    """(process, start event) of everything in the instance's own release that this starts."""
    program = instance.release.program
    if thrown.kind == "signal":
        return program.signal_starts().get(thrown.name, ())
    found = program.message_beginnings().get(thrown.name)
    return (found,) if found else ()
