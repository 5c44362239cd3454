"""Several at once, and the worst moment: two people on one button, a process that dies in the middle."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta

import pytest
from flask import Flask

from tests.support import office
from tests.support.dying import die_before
from tests.webapp.screen import Screen
from webapp import clock
from webapp.errors import ActRefused, AlreadyDone, NotFound
from webapp.extensions import db
from webapp.models import EngineJob, Incident, Licence, ProcessInstance, UserTask
from webapp.permissions import PERMISSIONS, Permission, in_candidate_group
from webapp.queries.audit import verify_all
from webapp.services import engine_jobs, incidents, rulings, signal_watch, tasks
from webapp.services.locked_case import on_case
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.unit_of_work import sql

NOT_HELD = "select id from cases where id = %s for no key update skip locked"


def outcome_of(act, app: Flask, outcomes: list[object], barrier: threading.Barrier) -> threading.Thread:
    """A thread that waits for the others and then acts in an application context of its own."""

    def run() -> None:
        with app.app_context():
            try:
                barrier.wait()
                outcomes.append(act() or "won")
            except ActRefused as refusal:
                outcomes.append(refusal)
            finally:
                db.session.remove()

    return threading.Thread(target=run)


def test_two_press_the_same_button_one_wins_and_the_other_reads_who_did_what_when(
    committed_app: Flask,
) -> None:
    with committed_app.app_context():
        case = office.received("commitment")
        task, decider = office.claimed(case.id, "immediate", "P2")
        task_id, revision = task.id, task.revision
        db.session.remove()
    outcomes: list[object] = []
    barrier = threading.Barrier(2)
    acts = [
        outcome_of(
            lambda key=key: rulings.rule(task_id, by=decider, ruling="grant", reasons="", revision=revision, key=key),
            committed_app,
            outcomes,
            barrier,
        )
        for key in ("first", "second")
    ]
    for act in acts:
        act.start()
    for act in acts:
        act.join()
    assert outcomes.count("won") == 1
    loser = next(outcome for outcome in outcomes if outcome != "won")
    assert isinstance(loser, AlreadyDone)
    assert decider.name in loser.words.zh
    assert "准予" in loser.words.zh
    with committed_app.app_context():
        assert sql().execute("select count(*) from ruling").fetchone() == (1,)
        assert sql().execute("select count(*) from case_event where kind = 'refused-act'").fetchone() == (1,)
        assert list(verify_all()) == []


def test_the_same_page_sent_twice_counts_once(committed_app: Flask) -> None:
    with committed_app.app_context():
        case = office.received("commitment")
        task, decider = office.claimed(case.id, "immediate", "P2")
        act = {"by": decider, "ruling": "grant", "reasons": "", "revision": task.revision, "key": "same"}
        rulings.rule(task.id, **act)
        with pytest.raises(AlreadyCarriedOut):
            rulings.rule(task.id, **act)
        assert sql().execute("select count(*) from ruling").fetchone() == (1,)


def test_branches_of_one_case_are_completed_at_once_without_loss(committed_app: Flask) -> None:
    with committed_app.app_context():
        case = office.received("commitment")
        claimed = [office.claimed(case.id, "immediate", item) for item in ("P2", "P3", "P4")]
        jobs = [(task.id, task.revision, by) for task, by in claimed]
        db.session.remove()
    outcomes: list[object] = []
    barrier = threading.Barrier(len(jobs))
    acts = [
        outcome_of(
            lambda job=job: rulings.rule(
                job[0], by=job[2], ruling="grant", reasons="", revision=job[1], key=f"k{job[0]}"
            ),
            committed_app,
            outcomes,
            barrier,
        )
        for job in jobs
    ]
    for act in acts:
        act.start()
    for act in acts:
        act.join()
    assert outcomes == ["won"] * 3
    with committed_app.app_context():
        office.run_jobs(case.id)
        assert db.session.query(Licence).count() == 3
        assert list(verify_all()) == []


@pytest.mark.slow
@pytest.mark.parametrize("fatal", [1, 3, 5, 7, 9, 11])
def test_a_worker_that_dies_between_two_statements_leaves_all_or_nothing(committed_app: Flask, fatal: int) -> None:
    with committed_app.app_context():
        case = office.received("commitment")
        task, decider = office.claimed(case.id, "immediate", "P2")
        rulings.rule(task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key="k")
        job = db.session.query(EngineJob).filter_by(case_id=case.id, state="open").one().id
        before = bytes(db.session.query(ProcessInstance).filter_by(case_id=case.id).one().state)
        db.session.remove()
    assert die_before(committed_app, fatal, f"engine_jobs.run({job})") == -signal.SIGKILL
    with committed_app.app_context():
        assert db.session.query(Licence).count() == 0
        assert bytes(db.session.query(ProcessInstance).filter_by(case_id=case.id).one().state) == before
        assert list(verify_all()) == []
        engine_jobs.run(job)  # the queue gives the dead worker's job to another
        assert db.session.query(Licence).count() == 1
        engine_jobs.run(job)  # and once more changes nothing
        assert db.session.query(Licence).count() == 1
        assert list(verify_all()) == []


def test_a_handler_that_fails_shows_as_an_incident_and_the_retry_works(
    committed_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with committed_app.app_context():
        case = office.received("commitment")
        task, decider = office.claimed(case.id, "immediate", "P2")
        rulings.rule(task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key="k")
        job = db.session.query(EngineJob).filter_by(case_id=case.id, state="open").one()
        with monkeypatch.context() as patch:
            patch.setitem(engine_jobs.HANDLERS, "issue-licence", lambda job: 1 / 0)
            for _ in range(job.attempts_allowed - 1):
                with pytest.raises(ZeroDivisionError):
                    engine_jobs.run(job.id)
            engine_jobs.run(job.id)
        incident = db.session.query(Incident).filter_by(case_id=case.id).one()
        assert incident.element == "issue-licence"
        assert "ZeroDivisionError" in incident.detail
        incidents.retry_incident(incident.id, by=office.member_of("centre.lead"))
        office.run_jobs(case.id)
        assert db.session.query(Licence).count() == 1
        db.session.expire_all()
        assert db.session.query(Incident).filter_by(case_id=case.id).one().resolved_at is not None


def test_a_task_with_a_colleague_says_so(committed_app: Flask) -> None:
    with committed_app.app_context():
        case = office.received("ordinary", ways={})
        task, first = office.claimed(case.id, "backfill", "P1")
        second = office.member_of("registration.review", but=[first.user_id])
        with pytest.raises(tasks.HeldByAnother) as held:
            tasks.claim(task.id, by=second)
        assert first.name in held.value.words.zh
        assert db.session.query(UserTask).filter_by(id=task.id).one().assignee_id == first.user_id


def test_a_job_that_the_queue_has_lost_is_queued_anew(committed_app: Flask) -> None:
    with committed_app.app_context():
        case = office.received("commitment")
        task, decider = office.claimed(case.id, "immediate", "P2")
        rulings.rule(task.id, by=decider, ruling="grant", reasons="", revision=task.revision, key="k")
        sql().execute("delete from procrastinate_jobs")
        sql().execute("update engine_job set created_at = created_at - interval '1 hour'")
        db.session.commit()
        assert engine_jobs.defer_forgotten() == 1
        assert engine_jobs.defer_forgotten() == 0


def test_two_workers_that_sweep_at_the_same_time_raise_each_signal_once(committed_app: Flask) -> None:
    with committed_app.app_context():
        with clock.frozen_at(clock.now() - timedelta(days=30)):
            cases = [office.received("ordinary", ways={}) for _ in range(3)]
        db.session.remove()
    outcomes: list[object] = []
    barrier = threading.Barrier(3)
    sweeps = [outcome_of(signal_watch.sweep, committed_app, outcomes, barrier) for _ in range(3)]
    for one in sweeps:
        one.start()
    for one in sweeps:
        one.join()
    assert len(outcomes) == 3
    with committed_app.app_context():
        rows = sql().execute("select case_id, kind, ref_key from supervision_signal").fetchall()
        assert len(rows) == len(set(rows)) >= len(cases)
        assert sql().execute("select count(*) from case_event where kind = 'signal-raised'").fetchone() == (len(rows),)
        assert list(verify_all()) == []


def test_who_may_not_see_a_task_neither_locks_its_case_nor_waits_for_it(committed_app: Flask) -> None:
    """Somebody works on the case; an outsider who posts to its task is told at once that there is none."""
    held, over = threading.Event(), threading.Event()
    with committed_app.app_context():
        case_id = office.received("ordinary", ways={}).id
        task_id = office.open_task(case_id, "backfill", "P1").id
        outsider = office.member_of("sign.review")
        db.session.remove()

    def work() -> None:
        with committed_app.app_context():
            with on_case(case_id):
                held.set()
                over.wait()
            db.session.remove()

    colleague = threading.Thread(target=work)
    colleague.start()
    assert held.wait(30)
    try:
        client = committed_app.test_client()
        with committed_app.app_context():
            assert sql().execute(NOT_HELD, (case_id,)).fetchone() is None
            db.session.rollback()
            with pytest.raises(NotFound):
                tasks.claim(task_id, by=outsider)
            office.sign_in(client, outsider.login)
            assert Screen(client).post(f"/tasks/{task_id}/act", {"key": "outside", "revision": 1}).status_code == 404
    finally:
        over.set()
        colleague.join()
    assert PERMISSIONS[Permission.TASK_SEE] == [[in_candidate_group]]  # what TASK_SEEN asks of the row
