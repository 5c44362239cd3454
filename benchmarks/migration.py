"""Ten thousand running cases that go on with the next release, on two workers: statements and CPU of each.

A first batch is broken off by killing a worker in the middle; another one goes on. Then the rest goes, and every case
must stand on one release with everything, moved once.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure
from benchmarks.measure import count_statements
from benchmarks.seed import copy_case
from benchmarks.server import Bench, bench
from tests.engine.runtime.diagrams import ext
from tests.support import machines, office
from webapp import create_app
from webapp.extensions import db
from webapp.queries.audit import verify_all
from webapp.services import migration_checking, migration_runs, migration_work
from webapp.services.migration_runs import CHECKING, FIRST, LOOKED, MOVING, Chosen
from webapp.settings import Settings
from webapp.unit_of_work import sql

WORKERS = 2
PATIENCE_SECONDS = 1200
FIRST_CASES = 100
#: Three departments at once and a time on one of them; the next release calls one task by another id.
OLD = """start s
and x
user examine
user visit
user review
and y
user decide
end e
timer late on examine PT720H
user remind
s -> x -> examine -> y -> decide -> e
x -> visit -> y
x -> review -> y
late -> remind"""
NEW = OLD.replace("examine", "look")
RENAMED = {"examine": "look"}
GROUPS = {"examine": "drug.review", "look": "drug.review", "visit": "visit", "review": "device.review"}


def run(*, full: bool) -> Iterator[Figure]:
    """Chosen, tried, a first batch that is broken off, then the rest."""
    cases = 10_000 if full else 300
    with bench("migration") as place:
        counted = count_statements()
        old = machines.publish(OLD, _inside())
        completed, _ = machines.run(old)
        pattern, _ = machines.run(old)
        counted.reset()
        machines.done(completed, "examine")
        completion = counted.executed
        numbers = {"cases": {"number": "'YD-' || g", "search_tokens": "'{}'"}}
        copy_case(place.watching, pattern, cases - 2, **numbers)
        machines.publish(NEW, _inside())
        place.vacuum()
        run_id, checked = _proposed(place, old)
        migration_runs.confirm(run_id, by=office.person("jiangwen"), first_cases=min(FIRST_CASES, cases // 3))
        _broken_off(place, run_id)
        migration_runs.go_on(run_id, by=office.person("jiangwen"))
        sql().commit()
        left = _left(run_id)
        before = place.server.cpu()
        statements, application = _moved(place.settings, run_id)
        server = place.server.cpu() - before
        wrong = _judge(place, old, cases)
    more = statements / left - completion
    yield Figure(
        "migration.statements",
        f"SQL statements of a case that moves ({cases} cases, two workers), beyond the {completion} of a completion",
        "statements",
        statements / left,
        completion,
        "a completion",
        more,
        3.0,
    )
    yield Figure(
        "migration.whole",
        f"of {cases} cases, those that have not moved whole and once, after a worker was killed in the middle",
        "cases",
        wrong,
        None,
        "",
        wrong,
        0,
    )
    each = (application + server) / left * 1000
    yield Figure(
        "migration.cpu",
        f"CPU of a case that moves, workers {application / left * 1000:.2f} and PostgreSQL {server / left * 1000:.2f};"
        f" trying one {checked:.2f}",
        "ms CPU per case",
        each,
        None,
        "",
        each,
        15.0,
    )


def _inside() -> dict[str, str]:
    return {
        element: ext(f'<zeebe:assignmentDefinition candidateGroups="{group}" />') for element, group in GROUPS.items()
    }


def _proposed(place: Bench, old: int) -> tuple[int, float]:
    """The migration, tried on every case and proposed; CPU milliseconds of trying one."""
    designer = office.person("taoran")
    run_id = migration_runs.begin(office.BUNDLE, Chosen((old,)), {old: RENAMED}, by=designer, reason="环节改名")
    began, before = time.process_time(), place.server.cpu()
    while _state(run_id) == CHECKING:
        migration_checking.check(run_id)
        machines.taken()
    spent = time.process_time() - began + place.server.cpu() - before
    row = (
        sql().execute("select count(*) from migration_case where run_id = %s and state = 'fits'", (run_id,)).fetchone()
    )
    assert row is not None
    migration_runs.propose(run_id, by=designer)
    sql().commit()
    return run_id, spent / row[0] * 1000


def _state(run_id: int) -> str:
    row = sql().execute("select state from migration_run where id = %s", (run_id,)).fetchone()
    db.session.commit()
    assert row is not None
    return str(row[0])


LEFT = "select count(*) from migration_case where run_id = %s and state = 'fits'"


def _left(run_id: int) -> int:
    """Cases that have not had their turn."""
    row = (
        sql().execute("select count(*) from migration_case where run_id = %s and state = 'fits'", (run_id,)).fetchone()
    )
    db.session.commit()
    assert row is not None
    return int(row[0])


def _broken_off(place: Bench, run_id: int) -> None:
    """The first batch: the worker on it is killed in the middle of something, and the next one does the others."""
    sql().commit()
    context = mp.get_context("spawn")
    for fatal in (True, False):
        done = context.Queue()
        worker = context.Process(target=_worker, args=(place.settings, run_id, done))
        left = _left(run_id)
        worker.start()
        if fatal:
            while _left(run_id) > left - FIRST_CASES // 10 and worker.is_alive():
                worker.join(0.01)
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGKILL)
        worker.join(PATIENCE_SECONDS)
        assert worker.exitcode == (-signal.SIGKILL if fatal else 0), worker.exitcode
        assert _state(run_id) == (FIRST if fatal else LOOKED)


def _moved(settings: Settings, run_id: int) -> tuple[int, float]:
    """(statements of the workers, their CPU seconds)."""
    context = mp.get_context("spawn")
    done = context.Queue()
    workers = [context.Process(target=_worker, args=(settings, run_id, done)) for _ in range(WORKERS)]
    for one in workers:
        one.start()
    told = [done.get(timeout=PATIENCE_SECONDS) for _ in workers]
    for one in workers:
        one.join(PATIENCE_SECONDS)
    return sum(statements for statements, _ in told), sum(seconds for _, seconds in told)


def _worker(settings: Settings, run_id: int, done: Any) -> None:
    """The job, again and again as long as the migration is under way: as the queue would give it."""
    app, counted = create_app(settings), count_statements()
    with app.app_context():
        migration_work.published(_target(run_id))
        counted.reset()
        began = time.process_time()
        while _goes_on(run_id):
            migration_work.work(run_id)
    done.put((counted.executed, time.process_time() - began))


def _target(run_id: int) -> int:
    row = sql().execute("select to_release_id from migration_run where id = %s", (run_id,)).fetchone()
    assert row is not None
    return int(row[0])


def _goes_on(run_id: int) -> bool:
    return _state(run_id) in MOVING


WRONG = """
select count(*) from cases k join process_instance i on i.case_id = k.id
where k.bundle_key = 'open-pharmacy' and (k.release_id = %(old)s or i.release_id = %(old)s
    or (select count(*) from case_event e where e.case_id = k.id and e.kind = 'release-changed') <> 1
    or exists (select from user_task t where t.case_id = k.id and t.state = 'open' and t.element = 'examine')
    or exists (select from timer t where t.case_id = k.id and t.element <> 'late'))
"""


def _judge(place: Bench, old: int, cases: int) -> int:
    row = place.watching.execute(WRONG, {"old": old}).fetchone()
    assert row is not None
    moved = place.watching.execute("select count(*) from migration_case where state = 'moved'").fetchone()
    assert moved is not None
    return int(row[0]) + abs(cases - moved[0]) + sum(1 for _ in verify_all())
