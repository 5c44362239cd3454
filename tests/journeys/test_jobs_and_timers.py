"""Work for machines and moments of time: outcomes that the diagram catches, failures that stay, once and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine import NothingWaits
from engine.runtime import JobDone, JobError, fire
from tests.engine.runtime.diagrams import ext, io, job
from tests.support import machines, office
from webapp import clock
from webapp.catalogue import engine_context, published, rules_in_force
from webapp.queries.audit import verify_all
from webapp.services import engine_jobs, incidents, job_handlers, timers
from webapp.services.job_handlers import BpmnError, RunningJob
from webapp.unit_of_work import sql

ASKS_REGISTER = """
start s
service ask
error unknown on ask not-registered
user after
user by-hand
s -> ask -> after
unknown -> by-hand
"""
WORK = {"ask": ext(job("ask-register"), io({"number": "number"}))}


class Down(Exception):
    """The register does not answer."""


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The registered handlers; what the test adds goes afterwards."""
    with monkeypatch.context() as patch:
        patch.setattr(job_handlers, "HANDLERS", dict(job_handlers.HANDLERS))
        patch.setattr(engine_jobs, "HANDLERS", job_handlers.HANDLERS)
        yield job_handlers.HANDLERS


def jobs(case_id: int) -> list[tuple[int, str]]:
    rows = sql().execute("select id, state from engine_job where case_id = %s order by id", (case_id,))
    return list(rows.fetchall())


def test_a_handler_gets_its_inputs_and_its_result_goes_on(db: SQLAlchemy, handlers: dict[str, Any]) -> None:
    handlers["ask-register"] = lambda running: {"found": running.inputs["number"] == 7}
    case, instance = machines.run(machines.publish(ASKS_REGISTER, WORK), number=7)
    machines.work()
    assert machines.tasks(case) == ["after"]
    assert machines.seen(instance).variables["found"] is True


def test_a_bpmn_error_of_a_handler_goes_to_its_boundary_and_what_it_wrote_is_taken_back(
    db: SQLAlchemy, handlers: dict[str, Any]
) -> None:
    def ask(running: RunningJob) -> dict[str, Any]:
        sql().execute("update cases set subject_name = '改了' where id = %s", (running.case.id,))
        raise BpmnError("not-registered", {"reason": "none of that number"})

    handlers["ask-register"] = ask
    case, instance = machines.run(machines.publish(ASKS_REGISTER, WORK), number=7)
    machines.work()
    assert machines.tasks(case) == ["by-hand"]
    assert machines.seen(instance).variables["reason"] == "none of that number"
    assert jobs(case)[0][1] == "done"
    assert sql().execute("select subject_name from cases where id = %s", (case,)).fetchone() == ("济民药房",)
    assert machines.incidents(case) == []


def test_a_bpmn_error_that_nothing_catches_is_an_incident_and_the_retry_asks_again(
    db: SQLAlchemy, handlers: dict[str, Any]
) -> None:
    def ask(running: RunningJob) -> dict[str, Any]:
        raise BpmnError("something-else")

    handlers["ask-register"] = ask
    case, _ = machines.run(machines.publish(ASKS_REGISTER, WORK), number=7)
    machines.work()
    [(incident, element, code)] = machines.incidents(case)
    assert (element, code) == ("ask", "uncaught-error")
    handlers["ask-register"] = lambda running: {}
    incidents.retry_incident(incident, by=office.member_of("centre.lead"))
    machines.work()
    assert machines.tasks(case) == ["after"]
    assert machines.incidents(case) == []
    assert [state for _, state in jobs(case)] == ["done", "done"]


def test_a_failure_that_stays_is_an_incident_after_its_tries(db: SQLAlchemy, handlers: dict[str, Any]) -> None:
    def ask(running: RunningJob) -> dict[str, Any]:
        raise Down

    handlers["ask-register"] = ask
    case, _ = machines.run(machines.publish(ASKS_REGISTER, WORK), number=7)
    [(job_id, _)] = jobs(case)
    for _ in range(2):
        with pytest.raises(Down):  # the queue tries again later
            engine_jobs.run(job_id)
        assert machines.incidents(case) == []
    engine_jobs.run(job_id)
    assert [(element, code) for _, element, code in machines.incidents(case)] == [("ask", "job-ask-register")]
    assert jobs(case) == [(job_id, "failed")]


def test_what_the_engine_refuses_is_an_incident_at_once(db: SQLAlchemy, handlers: dict[str, Any]) -> None:
    handlers["ask-register"] = lambda running: {"all": "x" * 300_000}
    case, _ = machines.run(machines.publish(ASKS_REGISTER, WORK), number=7)
    machines.work()
    assert [(element, code) for _, element, code in machines.incidents(case)] == [("ask", "budget-exceeded")]


def test_a_job_without_handler_is_an_incident_that_says_so(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish(ASKS_REGISTER, WORK), number=7)
    [(job_id, _)] = jobs(case)
    for _ in range(2):
        with pytest.raises(LookupError):
            engine_jobs.run(job_id)
    engine_jobs.run(job_id)
    assert [code for _, _, code in machines.incidents(case)] == ["job-ask-register"]
    row = sql().execute("select message_zh, message_en, detail from incident").fetchone()
    assert row is not None
    assert "没有办理“ask-register”这种作业的程序" in row[0]
    assert "Nothing in this system handles jobs of the type “ask-register”" in row[1]
    assert row[2] == "ask-register"  # no trace of the program


def test_a_job_has_one_outcome(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish(ASKS_REGISTER, WORK), number=7)
    [(job_id, _)] = jobs(case)
    assert engine_jobs.settle(job_id, JobDone({"found": True}))
    after = machines.seen(instance)
    assert not engine_jobs.settle(job_id, JobDone({"found": False}))
    assert not engine_jobs.settle(job_id, JobError("not-registered"))
    engine_jobs.run(job_id)
    assert machines.seen(instance) == after
    assert machines.tasks(case) == ["after"]
    assert not engine_jobs.settle(999_999, JobDone())


def test_a_job_whose_scope_is_cancelled_is_closed_with_its_incident(db: SQLAlchemy, handlers: dict[str, Any]) -> None:
    drawn = "start s\nservice ask\ntimer late on ask PT1H\nuser by-hand\nuser after\ns -> ask -> after\nlate -> by-hand"

    def ask(running: RunningJob) -> dict[str, Any]:
        raise Down

    handlers["ask-register"] = ask
    case, _ = machines.run(machines.publish(drawn, WORK), number=7)
    [(job_id, _)] = jobs(case)
    for _ in range(2):
        with pytest.raises(Down):
            engine_jobs.run(job_id)
    engine_jobs.run(job_id)
    assert len(machines.incidents(case)) == 1
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert timers.fire_due() == 1
    assert machines.tasks(case) == ["by-hand"]
    assert jobs(case) == [(job_id, "cancelled")]
    assert machines.incidents(case) == []
    assert not engine_jobs.settle(job_id, JobDone())


LATE = "start s\nuser wait\ntimer late on wait PT1H\nuser after\nuser reminded\ns -> wait -> after\nlate -> reminded"


def test_a_timer_fires_once_however_often_it_is_looked_for(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish(LATE))
    timer = machines.seen(instance).open("timer")[0].id
    assert timers.fire_due() == 0
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert timers.fire_due() == 1
        assert timers.fire_due() == 0
    assert machines.tasks(case) == ["reminded"]
    row = sql().execute("select state, release_id from process_instance where id = %s", (instance,)).fetchone()
    assert row is not None
    context = engine_context(clock.now(), rules_in_force())
    with pytest.raises(NothingWaits):
        fire(published(row[1]).program, bytes(row[0]), timer, context)


def test_a_timer_past_a_budget_is_an_incident_and_holds_up_no_other(db: SQLAlchemy) -> None:
    endless = "start s\nuser wait\ntimer late on wait PT1H\ntask a\ntask b\nxor x\ns -> wait\nlate -> x -> a -> b -> x"
    bad, _ = machines.run(machines.publish(endless))
    good, _ = machines.run(machines.publish(LATE, instead=False))
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert timers.fire_due() == 2
        assert timers.fire_due() == 0
    assert machines.tasks(good) == ["reminded"]
    assert [(element, code) for _, element, code in machines.incidents(bad)] == [("late", "budget-exceeded")]
    assert machines.tasks(bad) == ["wait"]
    assert incidents.close_idle() == 0
    machines.done(bad, "wait")  # the timer goes with its task, and so does what was wrong with it
    assert incidents.close_idle() == 1
    assert machines.incidents(bad) == []
    assert list(verify_all()) == []
