"""A backlog of due timers, two workers: each fires once, and what a firing costs."""

from __future__ import annotations

import multiprocessing as mp
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import pharmacy4
from benchmarks.figures import Figure
from benchmarks.seed import Copies, copy_case
from benchmarks.server import Bench, bench
from webapp import create_app
from webapp.services import timers
from webapp.settings import Settings
from webapp.unit_of_work import sql

WORKERS = 2
PATIENCE_SECONDS = 1200


def run(*, full: bool) -> Iterator[Figure]:
    """Timers that fell due while no worker ran; behind each a user task opens."""
    count = 100_000 if full else 2_000
    with bench("backlog") as place:
        pharmacy4.install()
        visit, clerk = pharmacy4.visit()
        pattern = pharmacy4.receive(visit, clerk, {}, key=pharmacy4.WAITING)
        due = {"timer": {"due_at": "now() - interval '1 day' + g * interval '1 millisecond'"}}
        copies = copy_case(place.watching, pattern, count, **due)
        place.vacuum()
        sql().commit()
        before = place.server.cpu()
        fired, application = _work(place.settings)
        server = place.server.cpu() - before
        wrong = _judge(place, copies, count) + abs(fired - count)
    yield Figure(
        "timers.once",
        f"timers of {count} that did not fire exactly once",
        "timers",
        wrong,
        None,
        "",
        wrong,
        0,
    )
    each = (application + server) / count * 1000
    yield Figure(
        "timers.cpu",
        f"CPU of a firing timer, worker {application / count * 1000:.2f} and PostgreSQL {server / count * 1000:.2f}",
        "ms CPU per timer",
        each,
        None,
        "",
        each,
        2.0,
    )


def _work(settings: Settings) -> tuple[int, float]:
    """(timers that the workers took, their CPU seconds)."""
    context = mp.get_context("spawn")
    done = context.Queue()
    workers = [context.Process(target=_worker, args=(settings, done)) for _ in range(WORKERS)]
    for one in workers:
        one.start()
    told = [done.get(timeout=PATIENCE_SECONDS) for _ in workers]
    for one in workers:
        one.join(PATIENCE_SECONDS)
    return sum(fired for fired, _ in told), sum(seconds for _, seconds in told)


def _worker(settings: Settings, done: Any) -> None:
    """The worker's own step, again and again until nothing is due."""
    app = create_app(settings)
    began, fired = time.process_time(), 0
    while True:
        with app.app_context():
            taken = timers.fire_due(100)
        fired += taken
        if not taken:
            break
    done.put((fired, time.process_time() - began))


WRONG = """
select (select count(*) from timer where case_id between %(first)s and %(last)s)
    + (select count(*) from process_instance i where i.case_id between %(first)s and %(last)s and i.steps <> 2)
    + abs(%(count)s - (select count(*) from user_task where case_id between %(first)s and %(last)s))
    + (select count(*) from incident)
"""


def _judge(place: Bench, copies: Copies, count: int) -> int:
    row = place.watching.execute(WRONG, {"first": copies.first, "last": copies.last, "count": count}).fetchone()
    assert row is not None
    return int(row[0])
