"""Background jobs: deferred with the transaction, run by the worker, tried again later and later."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from procrastinate.jobs import Job

from webapp.clock import frozen_at
from webapp.jobs import handlers
from webapp.jobs.heartbeat import take_back_heartbeat, write_heartbeat
from webapp.jobs.loops import Loop
from webapp.jobs.queue import retry_stalled, worker_queue
from webapp.jobs.retries import CappedBackoff
from webapp.jobs.worker import work_off
from webapp.outbox import PAYLOADS, RUN_ENGINE_JOB, JobUnknown, defer
from webapp.unit_of_work import sql, unit_of_work


class Interrupted(Exception):
    """What a command may raise."""


def jobs(status: str) -> list[dict[str, int]]:
    query = "select args from procrastinate_jobs where status = %s order by id"
    return [row[0] for row in sql().execute(query, (status,))]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of engine jobs that the worker ran; the service itself is not under test here."""
    seen: list[int] = []
    monkeypatch.setitem(handlers.HANDLERS, RUN_ENGINE_JOB, lambda engine_job_id: seen.append(engine_job_id))
    return seen


def test_a_job_is_there_when_the_command_commits(db: SQLAlchemy) -> None:
    with unit_of_work():
        defer(sql(), RUN_ENGINE_JOB, engine_job_id=7)
    assert jobs("todo") == [{"engine_job_id": 7}]


def defer_and_fail() -> None:
    with unit_of_work():
        defer(sql(), RUN_ENGINE_JOB, engine_job_id=7)
        raise Interrupted


def test_a_job_is_gone_when_the_command_fails(db: SQLAlchemy) -> None:
    with pytest.raises(Interrupted):
        defer_and_fail()
    assert jobs("todo") == []


@pytest.mark.parametrize(("name", "payload"), [("run_engine_jobs", {"engine_job_id": 1}), (RUN_ENGINE_JOB, {"id": 1})])
def test_an_unknown_job_or_payload_is_refused(db: SQLAlchemy, name: str, payload: dict[str, Any]) -> None:
    with pytest.raises(JobUnknown):
        defer(sql(), name, **payload)


def test_every_declared_job_has_a_handler() -> None:
    assert handlers.HANDLERS.keys() == PAYLOADS.keys()


def test_the_worker_runs_what_was_deferred(committed_app: Flask, ran: list[int]) -> None:
    with committed_app.app_context(), unit_of_work():
        for number in (1, 2, 3):
            defer(sql(), RUN_ENGINE_JOB, engine_job_id=number)
    work_off(committed_app)
    assert sorted(ran) == [1, 2, 3]
    with committed_app.app_context():
        assert jobs("todo") == []


def test_a_job_that_fails_waits_and_does_not_hold_up_others(
    committed_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []

    def run(engine_job_id: int) -> None:
        if engine_job_id == 1:
            raise Interrupted
        ran.append(engine_job_id)

    monkeypatch.setitem(handlers.HANDLERS, RUN_ENGINE_JOB, run)
    with committed_app.app_context(), unit_of_work():
        defer(sql(), RUN_ENGINE_JOB, engine_job_id=1)
        defer(sql(), RUN_ENGINE_JOB, engine_job_id=2)
    work_off(committed_app)
    assert ran == [2]
    with committed_app.app_context():
        assert jobs("todo") == [{"engine_job_id": 1}]


def test_a_job_of_a_dead_worker_is_given_to_another(committed_app: Flask, ran: list[int]) -> None:
    with committed_app.app_context(), unit_of_work():
        job = defer(sql(), RUN_ENGINE_JOB, engine_job_id=5)
        sql().execute("insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 minute')")
        sql().execute(
            "update procrastinate_jobs set status = 'doing', attempts = 1,"
            " worker_id = (select max(id) from procrastinate_workers) where id = %s",
            (job,),
        )

    async def give_back() -> int:
        queue = worker_queue(committed_app)
        async with queue.open_async():
            return await retry_stalled(queue)

    assert asyncio.run(give_back()) == 1
    work_off(committed_app)
    assert ran == [5]


def job_after(attempts: int) -> Job:
    return Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="x", attempts=attempts)


def test_each_try_waits_longer_up_to_ten_minutes() -> None:
    backoff = CappedBackoff()
    for attempts, planned in ((0, 5), (1, 10), (4, 80), (12, 600), (5000, 600)):
        assert planned * 0.75 <= backoff.wait_seconds(attempts) <= planned * 1.25


def test_the_retry_stands_in_the_future_and_ends_one_day() -> None:
    moment = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with frozen_at(moment):
        decision = CappedBackoff().get_retry_decision(exception=Interrupted(), job=job_after(0))
    assert decision is not None
    assert decision.retry_at is not None
    assert timedelta(seconds=3) < decision.retry_at - moment < timedelta(seconds=7)
    assert CappedBackoff().get_retry_decision(exception=Interrupted(), job=job_after(29)) is None


def test_the_heartbeat_is_one_row_per_worker(db: SQLAlchemy) -> None:
    with unit_of_work():
        sql().execute("insert into worker_heartbeat values ('long gone', clock_timestamp() - interval '2 days')")
    for _ in range(2):
        write_heartbeat("one")
    write_heartbeat("two")
    rows = sql().execute("select name from worker_heartbeat order by name").fetchall()
    assert rows == [("one",), ("two",)]


def test_a_worker_that_ends_takes_its_heartbeat_back(db: SQLAlchemy) -> None:
    write_heartbeat("one")
    write_heartbeat("two")
    take_back_heartbeat("one")
    assert sql().execute("select name from worker_heartbeat").fetchall() == [("two",)]


def test_a_loop_outlives_its_failures_and_rests_longer_after_each(app: Flask) -> None:
    answers: list[bool | None] = [None, None, True, False]

    def step() -> bool:
        answer = answers.pop(0)
        if answer is None:
            raise Interrupted
        return answer

    loop = Loop(app, "test", 1.0, step)
    assert [loop.once(), loop.rest_seconds()] == [False, 2.0]
    assert [loop.once(), loop.rest_seconds()] == [False, 4.0]
    assert [loop.once(), loop.rest_seconds()] == [True, 1.0]
    assert loop.once() is False


def test_a_loop_runs_until_it_is_stopped(app: Flask) -> None:
    import threading

    steps = threading.Semaphore(0)

    def step() -> bool:
        steps.release()
        return True

    loop = Loop(app, "test", 1.0, step)
    loop.start()
    for _ in range(3):
        assert steps.acquire(timeout=10)
    loop.stop(10)
    assert not loop._thread.is_alive()
