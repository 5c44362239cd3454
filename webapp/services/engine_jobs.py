"""Work for machines: jobs run after the commit that made them, with retries and, in the end, an incident.

The handlers stand in `job_handlers`. One job has one outcome: a second one changes nothing.
"""

from __future__ import annotations

import traceback
from datetime import timedelta

import structlog

from engine import EngineError, StateFromNewerVersion, Words
from engine.runtime import JobDone, JobError, JobFailed
from webapp import clock, outbox
from webapp.answers import decode_all
from webapp.errors import ActRefused, Busy
from webapp.services import hearings, intake_by_law, refused_items, tolerance_by_law, verification  # noqa: F401  # they register their handlers
from webapp.services.advance import apply, open_incident
from webapp.services.engine_border import resolve
from webapp.services.failures import Failure, failure_of, traced
from webapp.services.job_handlers import HANDLERS, BpmnError, HandlerUnknown, RunningJob
from webapp.services.locked_case import LOCK_BY_ID, InstanceRow, lock
from webapp.services.suspended import Suspended, ensure_active
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

LOAD_JOB = """
select j.id, j.engine_job, j.item_case_id, j.element, j.type, j.inputs, j.attempts, j.attempts_allowed,
       i.id, i.state, i.scopes, i.release_id, i.process, i.steps
from engine_job j join process_instance i on i.id = j.instance_id where j.id = %s and j.state = 'open'
"""


def run(engine_job_id: int) -> None:
    """Run one job. Raises what the handler raised while tries are left, so that the queue tries again later.

    This is the worker's broad `except`: whatever a handler raises is counted and kept, and after the last
    try shown as an incident on the case.
    """
    try:
        _run(engine_job_id)
    except (Busy, StateFromNewerVersion):
        raise  # the queue tries again, perhaps with a worker of the newer version; the job itself did not fail
    except Suspended:
        return  # the resumption queues it anew
    except Exception as error:
        log.warning("job-failed", job=engine_job_id, error=repr(error))
        if not _count_failure(engine_job_id, error):
            raise


def settle(engine_job_id: int, outcome: JobDone | JobFailed | JobError) -> bool:
    """Give the outcome of a job to the diagram, which goes on from it.

    False, with nothing changed, where the job has its outcome already or was cancelled. Raises Suspended, and
    what the engine raises.
    """
    with unit_of_work():
        job = _load(engine_job_id)
        if job is None:
            return False
        ensure_active(job.case)
        _resolve(job, outcome)
    return True


def _run(engine_job_id: int) -> None:
    try:
        with unit_of_work():
            job = _load(engine_job_id)
            if job is None:
                return
            ensure_active(job.case)
            handler = HANDLERS.get(job.type)
            if handler is None:
                raise HandlerUnknown(job.type)
            _resolve(job, JobDone(handler(job)))
    except BpmnError as thrown:  # after the rollback: what the handler wrote is gone
        settle(engine_job_id, JobError(thrown.code, thrown.variables))


def _resolve(job: RunningJob, outcome: JobDone | JobFailed | JobError) -> None:
    sql().execute("update engine_job set state = 'done', attempts = attempts + 1 where id = %s", (job.id,))
    step = resolve(job.instance.release.program, job.instance.state, job.engine_job, outcome, job.case.context)
    apply(job.case, job.instance, step)
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
        steps,
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
        InstanceRow(instance, bytes(state), scopes, release, process, steps),
        case,
    )


def _count_failure(engine_job_id: int, error: Exception) -> bool:
    """Count the failed try; the last one becomes an incident. Returns whether the job is settled.

    What the engine refuses it refuses again: that is an incident at once.
    """
    with unit_of_work():
        job = _load(engine_job_id)
        if job is None:
            return True
        last = _is_final(error) or job.attempts + 1 >= job.attempts_allowed
        sql().execute(
            "update engine_job set attempts = attempts + 1, last_error = %s, state = %s where id = %s",
            ("".join(traceback.format_exception_only(error)).strip(), "failed" if last else "open", job.id),
        )
        if last:
            failure = _failure(job, error)
            open_incident(
                job.case,
                job.instance.id,
                job.item_case_id,
                job.element,
                failure.code,
                failure.words,
                detail=failure.detail,
                engine_job_id=job.id,
            )
            job.case.write_ledger()
    return last


def _is_final(error: Exception) -> bool:
    return isinstance(error, EngineError) and not isinstance(error, ActRefused)


def _failure(job: RunningJob, error: Exception) -> Failure:
    code, name = f"job-{job.type}", job.instance.release.element_name(job.instance.process, job.element)
    if isinstance(error, EngineError) and not isinstance(error, ActRefused):
        words = Words(
            f"后台作业“{name.zh}”已完成，但流程无法继续，已停下等待处理。",
            f"Background job “{name.en}” is done, but the process could not go on from it and waits.",
        )
        return failure_of(error, code, words)
    if isinstance(error, HandlerUnknown):
        words = Words(
            f"本系统没有办理“{job.type}”这种作业的程序，“{name.zh}”无法自动完成，已停下等待处理："
            "可以跳过这一步，或者把办件转到改好的发布版。",
            f"Nothing in this system handles jobs of the type “{job.type}”, so “{name.en}” cannot be done and waits:"
            " pass the step over, or take the case to a release in which it is put right.",
        )
        return Failure(code, words, job.type)
    if isinstance(error, ActRefused):
        words = Words(
            f"后台作业“{name.zh}”没有办成：{error.words.zh}",
            f"Background job “{name.en}” was not done: {error.words.en}",
        )
    else:
        words = Words(
            f"后台作业“{name.zh}”多次失败，已停下等待处理。", f"Background job “{name.en}” failed repeatedly and waits."
        )
    return Failure(code, words, traced(error))


def reopen(engine_job_id: int) -> None:
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
        outbox.defer_each(sql(), outbox.RUN_ENGINE_JOB, "engine_job_id", [id_ for (id_,) in rows])
    return len(rows)


FORGOTTEN_AFTER = timedelta(minutes=15)
FORGOTTEN_AT_ONCE = 100
FORGOTTEN = f"""
select j.id from engine_job j join cases c on c.id = j.case_id
where j.state = 'open' and j.created_at < %s and c.suspended_at is null and not exists (
    select from procrastinate_jobs q where q.task_name = 'run_engine_job' and q.status in ('todo', 'doing')
    and (q.args ->> 'engine_job_id')::bigint = j.id)
limit {FORGOTTEN_AT_ONCE}
"""
