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
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.meter import Cost, Meter
from benchmarks.server import Bench, bench
from engine import reference
from engine.bundles import bundle_files, read_bundle
from engine.runtime import Context
from tests.support import office
from webapp.extensions import db
from webapp.services import issuing, rulings
from webapp.services.bundle_folders import read_tree
from webapp.settings import current_settings

ITEMS = ("P2", "P3", "P4")
#: Cases on each side before measuring begins.
WARMING = 2
RESULTS = Path(__file__).parent / "pharmacy.json"


def main(cases: int) -> dict[str, Any]:
    """Measure `cases` cases on both sides and return the figures."""
    # Writing log lines is no part of either side's work.
    logging.getLogger("spiff").setLevel(logging.ERROR)
    with bench("pharmacy") as place:
        meter = Meter(place)
        office.received("commitment")  # compiles the release
        db.session.commit()
        sizes = [meter.size()]
        ours = _ours(meter, cases + WARMING)
        db.session.commit()  # VACUUM waits for whoever reads
        sizes.append(meter.size())
        naive = _naive(meter, place, cases + WARMING)
        sizes.append(meter.size())
    our_bytes, their_bytes = ((after - before) / (cases + WARMING) for before, after in pairwise(sizes))
    return _figures(ours, naive, our_bytes, their_bytes, cases)


def _ours(meter: Meter, cases: int) -> Cost:
    """Rule, prepare and hand over three items per case; receiving and background jobs are not completions."""
    cost = Cost()
    for number in range(cases):
        if number == WARMING:
            cost = Cost()
        case = office.received("commitment")
        for item in ITEMS:
            task, who = office.claimed(case.id, "immediate", item)
            task_id, revision, key = task.id, task.revision, f"rule-{task.id}"
            with _one(meter, cost):
                rulings.rule(task_id, ruling="grant", reasons="", by=who, revision=revision, key=key)
            office.run_jobs(case.id)
        for item in ITEMS:
            task, who = office.claimed(case.id, "issue", item)
            task_id, revision, key = task.id, task.revision, f"issue-{task.id}"
            with _one(meter, cost):
                issuing.prepare_result(
                    task_id, means="electronic", preprinted_number="", by=who, revision=revision, key=key
                )
            task, who = office.claimed(case.id, "deliver", item)
            task_id, revision, key = task.id, task.revision, f"send-{task.id}"
            with _one(meter, cost):
                issuing.send(task_id, tracking_number="", by=who, revision=revision, key=key)
    return cost


@contextmanager
def _one(meter: Meter, cost: Cost) -> Iterator[None]:
    db.session.rollback()
    with meter.act(cost):
        yield
    db.session.expire_all()


def _naive(meter: Meter, place: Bench, cases: int) -> Cost:
    """The same diagrams and acts on SpiffWorkflow: restore, complete, serialise, insert the whole JSON, commit."""
    files = bundle_files(read_tree(current_settings()), office.BUNDLE)
    diagrams = {path: content for path, content in files.items() if path.endswith((".bpmn", ".dmn"))}
    bundle = read_bundle(files)
    program = reference.compile_program(diagrams, bundle.entry_process)
    variables = _variables(bundle)
    cost = Cost()
    with psycopg.connect(host=place.sockets, dbname=place.database, user="postgres") as connection:
        connection.execute(
            "create table naive_step (instance bigint, seq bigint, state jsonb, primary key (instance, seq))"
        )
        connection.commit()
        for number in range(cases):
            if number == WARMING:
                cost = Cost()
            _naive_case(meter, cost, connection, program, variables, number)
    return cost


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


def _figures(ours: Cost, naive: Cost, our_bytes: float, their_bytes: float, cases: int) -> dict[str, Any]:
    def side(cost: Cost, left: float) -> dict[str, float]:
        return {
            "application_cpu_ms": round(cost.each(cost.application) * 1000, 3),
            "postgres_cpu_ms": round(cost.each(cost.server) * 1000, 3),
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
