"""A pharmacy by commitment: what each act costs here, beside SpiffWorkflow stored the naive way.

Run: `python -m benchmarks.pharmacy [cases]`. Both sides run the shipped diagrams on one PostgreSQL in one
run. Ours is the whole office command: rights, inbox, clocks, rulings, ledger, jobs. The naive side only
restores a SpiffWorkflow workflow from its JSON, completes the task and stores the whole JSON again, a row
per step, which is what its own examples do. Ratios count; seconds are this machine's.
"""

from __future__ import annotations

import json
import logging
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.meter import Cost, Meter
from engine import reference
from engine.bundles import bundle_files, read_bundle
from engine.runtime import Context
from tests.support import office
from tests.support.database import OFFICE, database_copy, settings_for, superuser, throwaway_server
from webapp import create_app
from webapp.extensions import db
from webapp.services import issuing, rulings
from webapp.services.bundle_folders import read_tree
from webapp.settings import current_settings

ITEMS = ("P2", "P3", "P4")
RESULTS = Path(__file__).parent / "pharmacy.json"


def main(cases: int) -> dict[str, Any]:
    """Measure `cases` cases on both sides and return the figures."""
    # Writing log lines is no part of either side's work.
    logging.getLogger("spiff").setLevel(logging.ERROR)
    with throwaway_server() as sockets, database_copy(sockets, "bench", OFFICE) as name:
        app = create_app(settings_for(sockets, name, Path(sockets).parent / "bench-home"))
        with app.app_context(), superuser(sockets, name) as watching:
            meter = Meter(watching, _postmaster(watching))
            ours = _ours(meter, cases + 2, warm=2)
            our_bytes = _bytes(watching, ours.pop("_before"), cases + 2)
            naive = _naive(meter, sockets, name, cases + 2, warm=2)
            their_bytes = _bytes(watching, naive.pop("_before"), cases + 2)
            db.session.remove()
            db.engine.dispose()
    return _figures(ours["completion"], naive["completion"], our_bytes, their_bytes, cases)


def _ours(meter: Meter, cases: int, *, warm: int) -> dict[str, Any]:
    """Rule, prepare and hand over three items per case; receiving and background jobs are not completions."""
    before = None
    cost = Cost()
    for number in range(cases):
        if number == warm:
            cost = Cost()
        case = office.received("commitment")
        before = before or _size(meter)
        for item in ITEMS:
            task, who = office.claimed(case.id, "immediate", item)
            common = {"by": who, "revision": task.revision, "key": f"rule-{task.id}"}
            task_id = task.id
            with _one(meter, cost):
                rulings.rule(task_id, ruling="grant", reasons="", **common)
            office.run_jobs(case.id)
        for item in ITEMS:
            task, who = office.claimed(case.id, "issue", item)
            common = {"by": who, "revision": task.revision, "key": f"issue-{task.id}"}
            task_id = task.id
            with _one(meter, cost):
                issuing.prepare_result(task_id, means="electronic", preprinted_number="", **common)
            task, who = office.claimed(case.id, "deliver", item)
            common = {"by": who, "revision": task.revision, "key": f"send-{task.id}"}
            task_id = task.id
            with _one(meter, cost):
                issuing.send(task_id, tracking_number="", **common)
    return {"completion": cost, "_before": before}


@contextmanager
def _one(meter: Meter, cost: Cost) -> Iterator[None]:
    db.session.rollback()
    with meter.act(cost):
        yield
    db.session.expire_all()


def _naive(meter: Meter, sockets: str, name: str, cases: int, *, warm: int) -> dict[str, Any]:
    """The same diagrams and acts on SpiffWorkflow: restore, complete, serialise, insert the whole JSON, commit."""
    files = bundle_files(read_tree(current_settings()), office.BUNDLE)
    diagrams = {path: content for path, content in files.items() if path.endswith((".bpmn", ".dmn"))}
    bundle = read_bundle(files)
    program = reference.compile_program(diagrams, bundle.entry_process)
    variables = _variables(bundle)
    cost = Cost()
    with psycopg.connect(host=sockets, dbname=name, user="postgres") as connection:
        connection.execute(
            "create table naive_step (instance bigint, seq bigint, state jsonb, primary key (instance, seq))"
        )
        connection.commit()
        before = _size(meter)
        for number in range(cases):
            if number == warm:
                cost = Cost()
            _naive_case(meter, cost, connection, program, variables, number)
    return {"completion": cost, "_before": before}


def _naive_case(
    meter: Meter,
    cost: Cost,
    connection: psycopg.Connection,
    program: Any,
    variables: dict[str, Any],
    number: int,
) -> None:
    context = Context(now=datetime.now(UTC))
    step = reference.start(program, variables, context)
    opened = {task.id: task for task in step.opened}
    _store(connection, number, 0, step.state)
    seq = 0
    while opened:
        task_id = next(iter(opened))
        opened.pop(task_id)
        seq += 1
        with meter.act(cost):
            row = connection.execute(
                "select state from naive_step where instance = %s order by seq desc limit 1", (number,)
            ).fetchone()
            assert row is not None
            step = reference.complete(program, json.dumps(row[0]).encode(), task_id, {"ruling": "grant"}, context)
            _store(connection, number, seq, step.state)
        opened.update({task.id: task for task in step.opened})


def _store(connection: psycopg.Connection, instance: int, seq: int, state: bytes) -> None:
    connection.execute("insert into naive_step values (%s, %s, %s::jsonb)", (instance, seq, state.decode()))
    connection.commit()


def _variables(bundle: Any) -> dict[str, Any]:
    guided = office.example("commitment")["guided"]
    variables: dict[str, Any] = {key: guided.get(key) for key in bundle.case_variables}
    variables["items"] = {
        item.key: {
            "applies": item.key in ITEMS,
            "way": "commitment" if item.key in ITEMS else "none",
            "accepts": item.accepts,
            "immediate": item.immediate,
            "groups": dict(item.groups),
        }
        for item in bundle.items
    }
    return variables


def _postmaster(watching: psycopg.Connection) -> int:
    row = watching.execute("select pg_backend_pid()").fetchone()
    assert row is not None
    return int(Path(f"/proc/{row[0]}/stat").read_text().rpartition(")")[2].split()[1])


def _size(meter: Meter) -> int:
    return _database_size(meter.watching)


def _database_size(watching: psycopg.Connection) -> int:
    row = watching.execute("select pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def _bytes(watching: psycopg.Connection, before: int, cases: int) -> float:
    """Bytes that one case left in the database, after VACUUM FULL."""
    watching.execute("vacuum full")
    return max(0, _database_size(watching) - before) / cases


def _figures(ours: Cost, naive: Cost, our_bytes: float, their_bytes: float, cases: int) -> dict[str, Any]:
    def side(cost: Cost, left: float) -> dict[str, float]:
        return {
            "application_cpu_ms": round(cost.each(cost.application_seconds) * 1000, 3),
            "postgres_cpu_ms": round(cost.each(cost.postgres_seconds) * 1000, 3),
            "statements": round(cost.each(cost.statements), 2),
            "commits": round(cost.each(cost.commits), 2),
            "log_bytes": round(cost.each(cost.log_bytes)),
            "bytes_per_finished_case": round(left),
        }

    left, right = side(ours, our_bytes), side(naive, their_bytes)
    return {
        "cases": cases,
        "completions": ours.acts,
        "machine": f"{platform.machine()}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}",
        "one_window": left,
        "spiffworkflow_naive": right,
        "ratio": {key: round(right[key] / left[key], 1) for key in left if left[key]},
    }


def show(figures: dict[str, Any], write: Callable[[str], object] = print) -> None:
    """The figures side by side."""
    write(f"{figures['cases']} cases, {figures['completions']} completions; {figures['machine']}")
    write(f"{'per completion':28}{'One Window':>14}{'SpiffWorkflow':>16}{'ratio':>9}")
    for key, ours in figures["one_window"].items():
        theirs = figures["spiffworkflow_naive"][key]
        write(f"{key:28}{ours:>14}{theirs:>16}{figures['ratio'].get(key, ''):>9}")


if __name__ == "__main__":
    measured = main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
    show(measured)
    RESULTS.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")
