"""A repair of many cases with several workers, and at the worst moment: each row is done once, or not at all."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from tests.journeys.test_bulk_repairs import failed, results
from tests.journeys.test_messages_together import at_once
from tests.journeys.test_repair import lead, only_incident
from tests.support import machines
from tests.support.dying import die_before
from webapp import clock
from webapp.clock import frozen_at
from webapp.extensions import db
from webapp.queries.audit import verify_all
from webapp.queries.bulk_repairs import bulk_repair
from webapp.services import bulk_repair_work, bulk_repairs
from webapp.services.bulk_repairs import Repairs
from webapp.services.turns import CLAIMED_FOR
from webapp.unit_of_work import sql


@pytest.fixture
def office_at_work(committed_app: Flask) -> Iterator[Flask]:
    with committed_app.app_context():
        yield committed_app
        db.session.remove()


def ready(*, of: int) -> tuple[int, list[int]]:
    """(id of a bulk repair, cases) whose failed jobs are to be tried again."""
    cases = failed(of)
    rows: list[tuple[int, int | None]] = [(case, only_incident(case)) for case in cases]
    bulk = bulk_repairs.begin(Repairs.RETRY, rows, by=lead(), key="k")
    machines.taken()
    return bulk, cases


def test_several_workers_share_the_rows_and_do_each_once(office_at_work: Flask) -> None:
    bulk, cases = ready(of=6)
    db.session.remove()
    work = lambda: bulk_repair_work.work(bulk)  # noqa: E731
    assert at_once(office_at_work, work, work, work) == []
    assert results(bulk) == [("done", "已重新提交")] * 6
    assert bulk_repair(bulk).state == "done"
    assert [machines.ledger(case).count("incident-retried") for case in cases] == [1] * 6
    assert len([name for _, name, _ in machines.taken() if name == "run_engine_job"]) == 6
    assert list(verify_all()) == []


def test_one_incident_in_two_pages_at_the_same_moment_is_tried_again_once(office_at_work: Flask) -> None:
    [case] = failed(1)
    rows: list[tuple[int, int | None]] = [(case, only_incident(case))]
    machines.taken()
    by = lead()
    db.session.remove()

    def page(key: str) -> None:
        bulk_repair_work.work(bulk_repairs.begin(Repairs.RETRY, rows, by=by, key=key))

    assert at_once(office_at_work, lambda: page("one"), lambda: page("two"), lambda: page("one")) == []
    assert machines.ledger(case).count("incident-retried") == 1
    assert machines.incidents(case) == []


@pytest.mark.slow
@pytest.mark.parametrize("fatal", [2, 4, 7, 10])
def test_a_worker_that_dies_leaves_whole_rows_and_another_goes_on(office_at_work: Flask, fatal: int) -> None:
    bulk, cases = ready(of=2)
    db.session.remove()
    assert die_before(office_at_work, fatal, f"bulk_repair_work.work({bulk})") == -signal.SIGKILL
    told = [state == "done" for state, _ in results(bulk)]
    assert [machines.ledger(case).count("incident-retried") == 1 for case in cases] == told
    db.session.remove()
    with frozen_at(clock.now() + CLAIMED_FOR + timedelta(seconds=1)):
        bulk_repair_work.work(bulk)
    assert [machines.ledger(case).count("incident-retried") for case in cases] == [1, 1]
    assert results(bulk) == [("done", "已重新提交")] * 2
    assert list(verify_all()) == []


@pytest.mark.slow
def test_a_row_that_kills_its_worker_is_blamed_alone_and_given_up(office_at_work: Flask) -> None:
    bulk, cases = ready(of=4)
    fatal, others = cases[1], [cases[0], *cases[2:]]
    now = clock.now()
    for kill in range(3):
        db.session.remove()
        moment = now + kill * (CLAIMED_FOR + timedelta(seconds=1))
        act = f"bulk_repair_work.work({bulk})"
        assert die_before(office_at_work, 1, act, word=f"for no key update (({fatal},)", at=moment) == -signal.SIGKILL
        assert sql().execute("select tries from bulk_repair_row where place = 2").fetchone() == (kill + 1,)
        assert machines.ledger(fatal).count("incident-retried") == 0
        db.session.commit()
    db.session.remove()
    with frozen_at(moment + CLAIMED_FOR + timedelta(seconds=1)):
        bulk_repair_work.work(bulk)
    assert results(bulk)[1] == ("refused", "处理这一件时后台进程中断 3 次，没有处理")
    assert [machines.ledger(case).count("incident-retried") for case in others] == [1, 1, 1]
    assert [state for state, _ in results(bulk)] == ["done", "refused", "done", "done"]
    assert sql().execute("select tries from bulk_repair_row order by place").fetchall() == [(1,), (3,), (1,), (1,)]
    assert bulk_repair(bulk).state == "done"
    assert list(verify_all()) == []
