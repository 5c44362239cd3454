"""A migration of many cases with several workers, and at the worst moment: each case has moved whole, or not at all."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from tests.journeys.test_messages_together import at_once
from tests.journeys.test_migration_runs import (
    DESIGNER,
    NEW,
    OLD,
    PUBLISHER,
    RENAMED,
    begun,
    cases,
    outcomes,
    person,
    reasons,
    release_of,
    state,
)
from tests.support import machines, office
from tests.support.dying import die_before
from webapp import clock
from webapp.clock import frozen_at
from webapp.extensions import db
from webapp.queries.audit import verify_all
from webapp.services import migration_checking, migration_work
from webapp.services import migration_runs as runs
from webapp.services.migration_runs import Chosen
from webapp.services.turns import CLAIMED_FOR
from webapp.unit_of_work import sql

#: After so long, what a dead worker had claimed is free again.
LAPSED = CLAIMED_FOR + timedelta(seconds=1)


@pytest.fixture
def office_at_work(committed_app: Flask) -> Iterator[Flask]:
    with committed_app.app_context():
        yield committed_app
        db.session.remove()


def ready(*, of: int) -> tuple[int, list[int], int, int]:
    """A migration whose cases are all in its first batch: (its id, the cases, the old release, the new one)."""
    old = machines.publish(OLD)
    moved = cases(old, of=of)
    new = machines.publish(NEW)
    run = begun(old)
    runs.propose(run, by=person(DESIGNER))
    runs.confirm(run, by=person(PUBLISHER), first_cases=of)
    machines.taken()
    return run, moved, old, new


def whole(case: int, old: int, new: int) -> bool:
    """The case stands on one release with everything; whether it has moved."""
    [(instance, _)] = machines.instances(case)
    moved = release_of(case) == new
    assert moved or release_of(case) == old
    assert machines.tasks(case) == (["z"] if moved else ["a"])
    assert [one.element for one in machines.seen(instance).active] == machines.tasks(case)
    assert machines.ledger(case).count("release-changed") == moved
    return moved


def test_several_workers_share_the_cases_and_move_each_once(office_at_work: Flask) -> None:
    run, moved, old, new = ready(of=8)
    db.session.remove()
    work = lambda: migration_work.work(run)  # noqa: E731
    assert at_once(office_at_work, work, work, work) == []
    assert outcomes(run) == ["moved"] * 8
    assert all(whole(case, old, new) for case in moved)
    assert state(run) == "looked"
    assert list(verify_all()) == []


@pytest.mark.slow
@pytest.mark.parametrize("fatal", [1, 4, 6, 8])
def test_a_worker_that_dies_leaves_whole_cases_and_another_goes_on(office_at_work: Flask, fatal: int) -> None:
    run, moved, old, new = ready(of=2)
    db.session.remove()
    assert die_before(office_at_work, fatal, f"migration_work.work({run})") == -signal.SIGKILL
    told = [one == "moved" for one in outcomes(run)]
    assert [whole(case, old, new) for case in moved] == told
    db.session.remove()
    with frozen_at(clock.now() + LAPSED):
        migration_work.work(run)
    assert all(whole(case, old, new) for case in moved)
    assert state(run) == "looked"
    assert list(verify_all()) == []


@pytest.mark.slow
@pytest.mark.parametrize("where", ["at its begin", "at its end"])
def test_a_case_that_kills_its_worker_is_blamed_alone_and_given_up(office_at_work: Flask, where: str) -> None:
    run, moved, old, new = ready(of=3)
    fatal, moment = moved[1], clock.now()
    begins = [(f"for no key update (({fatal},)", 1)] * 3
    ends = [("insert into repair ", 2), ("insert into repair ", 2), ("insert into repair ", 1)]  # the others go first
    for kill, (word, number) in enumerate(begins if where == "at its begin" else ends, start=1):
        db.session.remove()
        act = f"migration_work.work({run})"
        assert die_before(office_at_work, number, act, word=word, at=moment) == -signal.SIGKILL
        row = sql().execute("select tries, state from migration_case where case_id = %s", (fatal,)).fetchone()
        assert row == (kill, "fits")
        assert [whole(case, old, new) for case in moved] == [True, False, kill > 1]
        moment += LAPSED
    db.session.remove()
    with frozen_at(moment):
        migration_work.work(run)
    assert outcomes(run) == ["moved", "refused", "moved"]
    assert reasons(run, fatal) == "处理这一件时后台进程中断 3 次，没有处理"
    assert [whole(case, old, new) for case in moved] == [True, False, True]
    assert state(run) == "looked"
    assert list(verify_all()) == []


#: Python for a process that does not survive trying the case of this instance.
DEADLY = """tried = migration_checking.plan_migration
    def deadly(instances, *more):
        if any(one.id == {instance} for one in instances):
            os.kill(os.getpid(), signal.SIGKILL)
        return tried(instances, *more)
    migration_checking.plan_migration = deadly
    for _ in range(10):
        migration_checking.check({run})"""


@pytest.mark.slow
def test_a_case_that_kills_whoever_tries_it_is_found_among_the_others(office_at_work: Flask) -> None:
    old = machines.publish(OLD)
    chosen = cases(old, of=4)
    machines.publish(NEW)
    run = runs.begin(office.BUNDLE, Chosen((old,)), {old: RENAMED}, by=person(DESIGNER), reason="审查环节改名")
    [(instance, _)] = machines.instances(chosen[2])
    act, moment = DEADLY.format(instance=instance, run=run), clock.now()
    for _ in range(3):
        db.session.remove()
        assert die_before(office_at_work, 0, act, at=moment) == -signal.SIGKILL
        moment += LAPSED
    db.session.remove()
    with frozen_at(moment):
        migration_checking.check(run)
    assert outcomes(run) == ["fits", "fits", "unfit", "fits"]
    assert reasons(run, chosen[2]) == "处理这一件时后台进程中断 3 次，没有处理"
    assert state(run) == "checked"
