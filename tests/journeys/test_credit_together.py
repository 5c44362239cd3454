"""A bar recorded while somebody rules by commitment: one of the two comes first, and the other one sees it."""

from __future__ import annotations

import threading

import psycopg
from flask import Flask

from tests.journeys.test_messages_together import somebody_waits_for_a_lock
from tests.support import credit, office
from webapp.errors import NotEligible
from webapp.extensions import db
from webapp.models import CreditRecord
from webapp.services import rulings
from webapp.services.commitments import ensure_not_barred
from webapp.services.credit_confirmation import confirm
from webapp.services.locked_case import on_case
from webapp.settings import plain_url
from webapp.unit_of_work import sql


def in_the_background(app: Flask, act: object, outcomes: list[object]) -> threading.Thread:
    def run() -> None:
        with app.app_context():
            try:
                outcomes.append(act() or "done")  # type: ignore[operator]
            except NotEligible as barred:
                outcomes.append(barred)
            finally:
                db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_ruling_waits_for_the_record_that_is_being_made_and_sees_it(committed_app: Flask) -> None:
    """The worst moment: the record is written and not yet committed while the decider looks whether there is one."""
    address = plain_url(committed_app.extensions["onewindow_settings"].database_url)
    with committed_app.app_context(), psycopg.connect(address) as beside:
        case = office.received("commitment")
        task, decider = office.claimed(case.id, "immediate", "P3")
        task_id, revision = task.id, task.revision
        record, second = credit.enter(), office.person(credit.SECOND)
        db.session.remove()
        beside.execute("lock table credit_event in share mode")  # the confirmation gets as far as the chain
        recorded: list[object] = []
        recorder = in_the_background(committed_app, lambda: confirm(record, by=second, key="c"), recorded)
        while recorder.is_alive() and not waits_for_the_chain(beside):
            pass
        ruled: list[object] = []
        ruler = in_the_background(
            committed_app,
            lambda: rulings.rule(task_id, by=decider, ruling="grant", reasons="", revision=revision, key="k"),
            ruled,
        )
        while ruler.is_alive() and not somebody_waits_for_a_lock():
            db.session.rollback()
        beside.rollback()
        recorder.join()
        ruler.join()
        assert [type(one) for one in (*recorded, *ruled)] == [str, NotEligible]
        assert sql().execute("select count(*) from ruling").fetchone() == (0,)


def test_a_record_waits_for_the_ruling_that_is_being_made(committed_app: Flask) -> None:
    with committed_app.app_context():
        case = office.received("commitment")
        recorded: list[object] = []
        with on_case(case.id) as held:
            ensure_not_barred(held, "P3")
            recorder = in_the_background(committed_app, credit.bar, recorded)
            while recorder.is_alive() and not somebody_waits_for_a_lock():
                pass
            assert recorder.is_alive()
            assert CreditRecord.query.filter(CreditRecord.confirmed_at.is_not(None)).count() == 0
        recorder.join()
        db.session.rollback()
        assert CreditRecord.query.filter(CreditRecord.confirmed_at.is_not(None)).count() == 1


def waits_for_the_chain(beside: psycopg.Connection) -> bool:
    row = beside.execute(
        "select exists(select from pg_locks where relation = 'credit_event'::regclass and not granted)"
    ).fetchone()
    assert row is not None
    return bool(row[0])
