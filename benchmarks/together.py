"""Four branches of one case completed at the same moment, case after case: nothing lost, doubled or refused."""

from __future__ import annotations

import multiprocessing as mp
from collections import Counter
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from typing import Any

from benchmarks import pharmacy4
from benchmarks.figures import Figure
from benchmarks.seed import Copies, copy_case
from benchmarks.server import Bench, bench
from webapp import create_app
from webapp.queries.audit import verify_all
from webapp.settings import Settings
from webapp.unit_of_work import sql

PATIENCE_SECONDS = 120


def run(*, full: bool) -> Iterator[Figure]:
    """Four processes, each the officer of one branch; at each case they wait for one another, then all act."""
    cases = 10_000 if full else 200
    with bench("together") as place:
        pharmacy4.install()
        visit, clerk = pharmacy4.visit()
        pattern = pharmacy4.receive(visit, clerk)
        copies = copy_case(place.watching, pattern, cases)
        place.vacuum()
        sql().commit()
        errors = _act(place.settings, copies)
        lost, doubled = _judge(place, copies)
    for name, what, found in (
        ("together.lost", "completions that left no trace, or a case that did not end", lost),
        ("together.doubled", "completions that count twice, or chains of the ledger that do not hold", doubled),
        ("together.errors", "errors shown to a person: " + (", ".join(errors) or "none"), sum(errors.values())),
    ):
        yield Figure(
            name, f"{what}; {cases} cases of four branches at once", "of 4 acts a case", found, None, "", found, 0
        )


def _act(settings: Settings, copies: Copies) -> Counter[str]:
    """Have the four officers act; returns the errors that they saw, by type."""
    context = mp.get_context("spawn")
    barrier, seen = context.Barrier(len(pharmacy4.OFFICERS)), context.Queue()
    people = [
        context.Process(target=_officer, args=(settings, element, copies, barrier, seen))
        for element in pharmacy4.OFFICERS
    ]
    for one in people:
        one.start()
    errors: Counter[str] = Counter()
    for _ in people:
        errors.update(seen.get())
    for one in people:
        one.join(PATIENCE_SECONDS)
    return errors


def _officer(settings: Settings, element: str, copies: Copies, barrier: Barrier, seen: Any) -> None:
    """One officer in a process of its own: one act per case, at the same moment as the others."""
    app = create_app(settings)
    errors: Counter[str] = Counter()
    with app.app_context():
        who = pharmacy4.officers()[element]
        rows = sql().execute(
            "select case_id, id, revision from user_task where element = %s and case_id between %s and %s"
            " order by case_id",
            (element, copies.first, copies.last),
        )
        tasks = rows.fetchall()
    for case_id, task, revision in tasks:
        barrier.wait(PATIENCE_SECONDS)
        try:
            with app.app_context():
                pharmacy4.complete(task, revision, who, f"page-{case_id}")
        except Exception as error:  # noqa: BLE001  # whatever a person would see is counted
            errors[type(error).__name__] += 1
    seen.put(errors)


COUNTED = """
select
    (select count(*) from cases k where k.id between %(first)s and %(last)s and k.closed_at is null)
    + (select count(*) from user_task t where t.case_id between %(first)s and %(last)s and t.state <> 'completed')
    + (select count(*) from process_instance i where i.case_id between %(first)s and %(last)s and i.ended_at is null),
    (select coalesce(sum(lines - 1), 0) from (
        select count(*) lines from case_event e where e.case_id between %(first)s and %(last)s
            and e.kind = 'task-completed' group by e.case_id, e.body) doubled)
    + (select count(*) from process_instance i where i.case_id between %(first)s and %(last)s and i.steps <> 5)
"""


def _judge(place: Bench, copies: Copies) -> tuple[int, int]:
    """(lost, doubled) over all copies."""
    row = place.watching.execute(COUNTED, {"first": copies.first, "last": copies.last}).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]) + sum(1 for _ in verify_all())
