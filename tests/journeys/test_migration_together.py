"""A migration of many cases with several workers, and at the worst moment: each case has moved whole, or not at all."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.journeys.test_messages_together import at_once
from tests.journeys.test_migration_runs import (
    DESIGNER,
    NEW,
    OLD,
    PUBLISHER,
    begun,
    cases,
    outcomes,
    person,
    release_of,
    state,
)
from tests.support import machines
from tests.support.dying import die_before
from webapp.extensions import db
from webapp.queries.audit import verify_all
from webapp.services import migration_runs as runs
from webapp.services import migration_work


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
    migration_work.work(run)
    assert all(whole(case, old, new) for case in moved)
    assert state(run) == "looked"
    assert list(verify_all()) == []
