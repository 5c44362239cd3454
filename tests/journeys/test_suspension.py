"""A suspended case: every act on it refused in plain words, nothing of it lost, all of it done afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.runtime import JobDone
from tests.engine.runtime.diagrams import ext, job
from tests.support import machines, office
from webapp import clock
from webapp.errors import Incomplete, NotYours
from webapp.queries.audit import verify_all
from webapp.services import engine_jobs, incidents, rulings, suspension, tasks, timers
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.suspended import Suspended
from webapp.services.suspension import NotSuspended
from webapp.unit_of_work import sql

DRAWN = "start s\nuser wait\nalso timer late on wait PT1H\nservice ask\nuser reminded\nuser asked\nand x\n" + (
    "s -> x\nx -> wait\nx -> ask -> asked\nlate -> reminded"
)
WORK = {"ask": ext(job("ask-register"))}


def test_every_act_is_refused_with_who_when_and_why(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    task, decider = office.claimed(case.id, "immediate", "P2")
    other = office.open_task(case.id, "immediate", "P3")
    lead = office.member_of("centre.lead")
    suspension.suspend(case.id, by=lead, reason="名称核查", key="s")
    with pytest.raises(Suspended) as refused:
        rulings.rule(task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key="k")
    assert lead.name in refused.value.words.zh
    assert "名称核查" in refused.value.words.zh
    assert "名称核查" in refused.value.words.en
    with pytest.raises(Suspended):
        tasks.claim(other.id, by=office.member_of(other.groups[0]))
    with pytest.raises(Suspended):
        tasks.release(task.id, by=decider)
    with pytest.raises(Suspended):
        suspension.suspend(case.id, by=lead, reason="又一次", key="s2")
    assert machines.ledger(case.id).count("refused-act") == 4
    suspension.resume(case.id, by=lead, reason="核查完毕", key="r")
    rulings.rule(task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key="k2")
    assert {"suspended", "resumed", "ruled"} <= set(machines.ledger(case.id))
    assert list(verify_all()) == []


def test_timers_and_jobs_wait_and_are_done_after_the_resumption(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_jobs.HANDLERS, "ask-register", lambda running: {})
    lead = office.member_of("centre.lead")
    case, _ = machines.run(machines.publish(DRAWN, WORK))
    suspension.suspend(case, by=lead, reason="核查", key="s")
    machines.work()
    row = sql().execute("select id from engine_job where case_id = %s", (case,)).fetchone()
    assert row is not None
    with pytest.raises(Suspended):
        engine_jobs.settle(row[0], JobDone())
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert timers.fire_due() == 0
        assert engine_jobs.defer_forgotten() == 0
        assert machines.tasks(case) == ["wait"]
        assert machines.incidents(case) == []
        suspension.resume(case, by=lead, reason="完毕", key="r")
        machines.work()
        assert timers.fire_due() == 1
        assert timers.fire_due() == 0
    assert sorted(machines.tasks(case)) == ["asked", "reminded", "wait"]


def test_a_timer_that_a_worker_has_claimed_already_does_not_fire(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish(DRAWN, WORK))
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        sql().execute("update timer set claimed_by = %s, claimed_until = %s", ("me", clock.now()))
        row = sql().execute("select id from timer").fetchone()
        assert row is not None
        suspension.suspend(case, by=office.member_of("centre.lead"), reason="核查", key="s")
        timers._fire_one(row[0], case, "me")
    assert machines.tasks(case) == ["wait"]
    assert sql().execute("select due_at, held_due_at is not null from timer").fetchall() == [(None, True)]


def test_an_incident_of_a_suspended_case_waits_too(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = office.member_of("centre.lead")
    case, _ = machines.run(machines.publish(DRAWN, WORK))
    row = sql().execute("select id from engine_job where case_id = %s", (case,)).fetchone()
    assert row is not None
    for _ in range(2):
        with pytest.raises(LookupError):
            engine_jobs.run(row[0])
    engine_jobs.run(row[0])
    [(incident, _, _)] = machines.incidents(case)
    suspension.suspend(case, by=lead, reason="核查", key="s")
    with pytest.raises(Suspended):
        incidents.retry_incident(incident, by=lead)
    assert len(machines.incidents(case)) == 1


def test_a_reason_is_needed_and_the_same_page_counts_once(db: SQLAlchemy) -> None:
    lead = office.member_of("centre.lead")
    case, _ = machines.run(machines.publish(DRAWN, WORK))
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(Incomplete):
            suspension.suspend(case, by=lead, reason=reason, key=f"k{len(reason)}")
    suspension.suspend(case, by=lead, reason="核查", key="s")
    with pytest.raises(AlreadyCarriedOut):
        suspension.suspend(case, by=lead, reason="核查", key="s")
    suspension.resume(case, by=lead, reason="完毕", key="r")
    with pytest.raises(NotSuspended):
        suspension.resume(case, by=lead, reason="完毕", key="r2")
    assert sql().execute("select body from case_event where body like '%%核查%%'").fetchall() == []


@pytest.mark.parametrize("login", ["lixiaoyun", "wujianhua", "xieguang", "taoran", "jiangwen", "zousanbao"])
def test_only_a_lead_suspends(db: SQLAlchemy, login: str) -> None:
    case, _ = machines.run(machines.publish(DRAWN, WORK))
    for act in (suspension.suspend, suspension.resume):
        with pytest.raises(NotYours):
            act(case, by=office.person(login), reason="核查", key="s")
