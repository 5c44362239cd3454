"""Work for machines: the handlers of the diagrams' service tasks, with retries and incidents.

Handlers are registered by the task's type. One that only writes rows runs in the transaction that
gives its outcome to the engine, so it happens once or not at all.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from engine import Words
from engine.runtime import JobDone, resolve, retry
from webapp import clock, outbox
from webapp.answers import decode_all
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.advance import apply, open_incident
from webapp.services.clocks import start_clock
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.licences import issue_licence
from webapp.services.locked_case import LOCK_BY_ID, InstanceRow, LockedCase, lock, on_case
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job under the case's lock."""

    id: int
    engine_job: int
    item_case_id: int | None
    element: str
    type: str
    inputs: dict[str, Any]
    attempts: int
    attempts_allowed: int
    instance: InstanceRow
    case: LockedCase


Handler = Callable[[RunningJob], dict[str, Any]]
HANDLERS: dict[str, Handler] = {}


class HandlerUnknown(LookupError):
    """No handler is registered for the job's type."""


def handles(job_type: str) -> Callable[[Handler], Handler]:
    """Register the handler of a job type."""

    def register(handler: Handler) -> Handler:
        HANDLERS[job_type] = handler
        return handler

    return register


LOAD_JOB = """
select j.id, j.engine_job, j.item_case_id, j.element, j.type, j.inputs, j.attempts, j.attempts_allowed,
       i.id, i.state, i.scopes, i.release_id, i.process
from engine_job j join process_instance i on i.id = j.instance_id where j.id = %s and j.state = 'open'
"""


def run(engine_job_id: int) -> None:
    """Run one job. Raises what the handler raised while tries are left, so that the queue tries again later.

    This is the worker's broad `except`: whatever a handler raises is counted and kept, and after the last
    try shown as an incident on the case.
    """
    try:
        _run(engine_job_id)
    except Exception as error:
        log.warning("job-failed", job=engine_job_id, error=repr(error))
        if not _count_failure(engine_job_id, error):
            raise


def _run(engine_job_id: int) -> None:
    with unit_of_work():
        job = _load(engine_job_id)
        if job is None:
            return
        handler = HANDLERS.get(job.type)
        if handler is None:
            raise HandlerUnknown(job.type)
        outcome = handler(job)
        sql().execute("update engine_job set state = 'done', attempts = attempts + 1 where id = %s", (job.id,))
        step = resolve(job.case.release.program, job.instance.state, job.engine_job, JobDone(outcome), job.case.context)
        apply(job.case, job.instance, step, by=None)
        job.case.write_ledger()


def _load(engine_job_id: int) -> RunningJob | None:
    case_row = sql().execute("select case_id from engine_job where id = %s", (engine_job_id,)).fetchone()
    if case_row is None:
        return None
    case = lock(LOCK_BY_ID, case_row[0])
    row = sql().execute(LOAD_JOB, (engine_job_id,)).fetchone()
    if row is None:
        return None
    (
        id_,
        engine_job,
        item_case,
        element,
        type_,
        inputs,
        attempts,
        allowed,
        instance,
        state,
        scopes,
        release,
        process,
    ) = row
    return RunningJob(
        id_,
        engine_job,
        item_case,
        element,
        type_,
        decode_all(bytes(inputs)),
        attempts,
        allowed,
        InstanceRow(instance, bytes(state), scopes, release, process),
        case,
    )


def _count_failure(engine_job_id: int, error: Exception) -> bool:
    """Count the failed try; the last one becomes an incident. Returns whether the job is settled."""
    with unit_of_work():
        job = _load(engine_job_id)
        if job is None:
            return True
        last = job.attempts + 1 >= job.attempts_allowed
        sql().execute(
            "update engine_job set attempts = attempts + 1, last_error = %s, state = %s where id = %s",
            ("".join(traceback.format_exception_only(error)).strip(), "failed" if last else "open", job.id),
        )
        if last:
            open_incident(
                job.case,
                job.instance.id,
                job.item_case_id,
                job.element,
                f"job-{job.type}",
                Words(
                    f"后台作业“{job.type}”多次失败，已停下等待处理。",
                    f"Background job “{job.type}” failed repeatedly and waits.",
                ),
                detail="".join(traceback.format_exception(error))[-4000:],
                engine_job_id=job.id,
            )
            job.case.write_ledger()
    return last


def retry_incident(incident_id: int, *, by: Identity) -> None:
    """Run what stands in an incident once more: the job gets a fresh set of tries, or the step is repeated."""
    ensure(by, Permission.INCIDENT_RETRY)
    found = sql().execute("select case_id from incident where id = %s", (incident_id,)).fetchone()
    if found is None:
        raise NotFound()
    with on_case(found[0]) as case:
        row = sql().execute(RESOLVE, (case.now, by.user_id, incident_id)).fetchone()
        if row is None:
            raise AlreadyRetried()
        instance_id, engine_incident, engine_job_id, timer_id = row
        case.record(Event.INCIDENT_RETRIED, by, incident=incident_id)
        if engine_job_id is not None:
            _reopen_job(engine_job_id)
        elif timer_id is not None:
            sql().execute("update timer set due_at = %s where id = %s", (case.now, timer_id))
        elif engine_incident is not None:
            _repeat_step(case, instance_id, engine_incident)


RESOLVE = """
update incident set resolved_at = %s, resolved_by = %s where id = %s and resolved_at is null
returning instance_id, engine_incident, engine_job_id, timer_id
"""


class AlreadyRetried(ActRefused):
    """A colleague was faster, or the incident ended by itself."""

    def __init__(self) -> None:
        super().__init__(Words("该异常已处理。", "This incident was dealt with already."))


def _reopen_job(engine_job_id: int) -> None:
    """A failed job gets a fresh set of tries; one that was cancelled meanwhile stays so."""
    reopened = sql().execute(
        "update engine_job set state = 'open', attempts = 0 where id = %s and state = 'failed'", (engine_job_id,)
    )
    if reopened.rowcount == 1:
        outbox.defer(sql(), outbox.RUN_ENGINE_JOB, engine_job_id=engine_job_id)


def defer_forgotten() -> int:
    """Put open jobs that the queue has lost back into it (a job row can always be queued anew); returns how many."""
    with unit_of_work():
        rows = sql().execute(FORGOTTEN, (clock.now() - FORGOTTEN_AFTER,)).fetchall()
        for (engine_job_id,) in rows:
            outbox.defer(sql(), outbox.RUN_ENGINE_JOB, engine_job_id=engine_job_id)
    return len(rows)


FORGOTTEN_AFTER = timedelta(minutes=15)
FORGOTTEN_AT_ONCE = 100
FORGOTTEN = f"""
select j.id from engine_job j where j.state = 'open' and j.created_at < %s and not exists (
    select from procrastinate_jobs q where q.task_name = 'run_engine_job' and q.status in ('todo', 'doing')
    and (q.args ->> 'engine_job_id')::bigint = j.id)
limit {FORGOTTEN_AT_ONCE}
"""


def _repeat_step(case: LockedCase, instance_id: int, engine_incident: int) -> None:
    row = (
        sql()
        .execute(
            "select id, state, scopes, release_id, process from process_instance where id = %s",
            (instance_id,),
        )
        .fetchone()
    )
    assert row is not None
    instance = InstanceRow(row[0], bytes(row[1]), row[2], row[3], row[4])
    apply(case, instance, retry(case.release.program, instance.state, engine_incident, case.context), by=None)


@handles("issue-licence")
def _issue_licence(job: RunningJob) -> dict[str, Any]:
    assert job.item_case_id is not None
    issue_licence(job.case, job.item_case_id, str(job.inputs["item"]))
    _start_delivery(job)
    return {}


@handles("write-refusal")
def _write_refusal(job: RunningJob) -> dict[str, Any]:
    assert job.item_case_id is not None
    item = job.case.release.bundle.item(str(job.inputs["item"]))
    row = sql().execute("select reasons from ruling where item_case_id = %s", (job.item_case_id,)).fetchone()
    issue_for_item(job.case, job.item_case_id, item, "refusal", None, reasons=row[0] if row else "")
    _start_delivery(job)
    return {}


@handles("record-outside-result")
def _record_outside_result(job: RunningJob) -> dict[str, Any]:
    _start_delivery(job)
    return {}


@handles("remind")
def _remind(job: RunningJob) -> dict[str, Any]:
    """The 80 % mark: a word to every group that holds an open task of the item."""
    sql().execute(
        "insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)"
        " select distinct t.case_id, t.item_case_id, c.group_key, '已用去承诺时限的 80%%：' || t.name_zh,"
        " '80%% of the promised limit has passed: ' || t.name_en, %s"
        " from user_task t join task_candidate c on c.task_id = t.id where t.item_case_id = %s and t.state = 'open'",
        (job.case.now, job.item_case_id),
    )
    job.case.record(Event.REMINDED, None, item=job.item_case_id)
    return {}


def _start_delivery(job: RunningJob) -> None:
    """The delivery clock runs from the decision (art. 44: ten working days)."""
    assert job.item_case_id is not None
    row = (
        sql()
        .execute(
            "select ruled_at, way, outcome,"
            " exists(select from legal_clock where item_case_id = ic.id and name = 'delivery')"
            " from item_case ic where id = %s",
            (job.item_case_id,),
        )
        .fetchone()
    )
    assert row is not None
    ruled_at, way, outcome, running = row
    if running:
        return
    profile, bundle = job.case.rules.profile, job.case.release.bundle
    start_clock(job.case, job.item_case_id, profile.terms("delivery-limit", "delivery"), ruled_at)
    commitment = bundle.item(str(job.inputs["item"])).commitment
    if way == "commitment" and outcome == "granted" and commitment is not None:
        terms = profile.terms(commitment.verification_parameter, "verification")
        start_clock(job.case, job.item_case_id, terms, ruled_at)
