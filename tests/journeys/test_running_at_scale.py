"""The pages of running processes over 100,000 instances: what they ask is answered by indexes and by what was counted.

No time is measured: PostgreSQL says how many rows each part of a plan gave, and over which index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
from flask import Flask

from tests.engine.runtime.diagrams import ext
from tests.support import machines
from tests.support.database import superuser
from webapp import clock
from webapp.catalogue import published
from webapp.queries import open_incidents, running, running_instances
from webapp.queries.open_incidents import WantedIncidents
from webapp.queries.running_instances import SHOWN, Wanted
from webapp.services import waiting_counts
from webapp.unit_of_work import sql, unit_of_work

MANY, FAILED, ENDED = 100_000, 40, 20_000
DRAWN = "start s\nuser a\nuser b\ns -> a -> b"
#: A user task that says which step of the office it is.
STEP = '<zeebe:properties><zeebe:property name="step" value="{0}"/></zeebe:properties>'
CASES = """
insert into cases (bundle_key, release_id, visit_id, created_at, created_by, received_at, number, applicant_name,
    subject_name)
select bundle_key, release_id, visit_id, created_at, created_by, received_at, 'YD-S-' || n, '', ''
from cases, generate_series(1, %(many)s + %(ended)s) n where id = %(case)s
"""
INSTANCES = """
insert into process_instance (case_id, release_id, process, state, steps, started_at, ended_at)
select id, release_id, %(process)s, '', 1, %(now)s, case when id %% 6 = 0 then %(now)s end from cases
where release_id = %(release)s and number like 'YD-S-%%'
"""
TASKS = """
insert into user_task (instance_id, engine_task, case_id, process, element, step, name_zh, name_en, state, priority,
    opened_at)
select i.id, 1, i.case_id, i.process, e.element, e.element, '', '', 'open', 50, i.started_at
from process_instance i cross join lateral (select case when i.id %% 1000 = 1 then 'b' else 'a' end as element) e
where i.release_id = %(release)s and i.ended_at is null
"""
INCIDENTS = """
insert into incident (instance_id, case_id, element, code, message_zh, message_en, detail, opened_at)
select id, case_id, 'a', 'job-failed', '失败', 'failed', 'Traceback' || chr(10) || 'TimeoutError: ' || (case_id %% 2),
    started_at
from process_instance where release_id = %(release)s and ended_at is null order by id limit %(failed)s
"""
#: Incidents that were dealt with long ago.
OVER = """
insert into incident (instance_id, case_id, element, code, message_zh, message_en, opened_at, resolved_at)
select id, case_id, 'a', 'job-failed', '失败', 'failed', started_at, started_at
from process_instance where release_id = %(release)s and ended_at is not null
"""


@pytest.fixture
def release(committed_app: Flask, database_server: str) -> Iterator[int]:
    """A release on which 100,000 instances run, and others have ended. The planner knows the tables as they are: it is
    told by who owns them, once all is committed."""
    with committed_app.app_context():
        release = machines.publish(DRAWN, {one: ext(STEP.format(one)) for one in ("a", "b")})
        case = machines.case_on(release)
        values = {"case": case, "release": release, "process": machines.PROCESS, "now": clock.now()}
        with unit_of_work():
            for statement in (CASES, INSTANCES, TASKS, INCIDENTS, OVER):
                sql().execute(statement, {**values, "many": MANY, "ended": ENDED, "failed": FAILED})
            row = sql().execute("select current_database()").fetchone()
        assert row is not None
        with superuser(database_server, row[0]) as connection:
            connection.execute("vacuum (analyze) process_instance, user_task, incident, cases")
        yield release


def scans(statement: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """(kind, table or index, rows that it gave and threw away over all its loops) of each scan of the plan."""
    row = sql().execute(f"explain (analyze, format json, timing off) {statement}", values).fetchone()
    assert row is not None
    told = row[0] if isinstance(row[0], list) else orjson.loads(row[0])
    pending = [told[0]["Plan"]]
    while pending:
        node = pending.pop()
        pending += node.get("Plans", [])
        if "Scan" in node["Node Type"] and "Relation Name" in node:
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            yield node["Node Type"], node.get("Index Name", node["Relation Name"]), rows * node["Actual Loops"]


def read(statement: str, values: Mapping[str, Any]) -> float:
    """Rows that the statement looks at altogether."""
    return sum(rows for _, _, rows in scans(statement, values))


def running_of(release: int) -> int:
    row = (
        sql()
        .execute("select count(*) from process_instance where release_id = %s and ended_at is null", (release,))
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def a_page_of_instances_reads_as_many_as_it_shows(release: int) -> None:
    program = published(release)
    first, after = running_instances.instances(program, Wanted(release))
    assert len(first) == SHOWN
    for place in (0, after, first[-1].id + MANY // 2):  # far on costs what the first page costs
        found = running_instances.FOUND.format(further="")
        values = {"release": release, "processes": [machines.PROCESS], "after": place, "most": SHOWN + 1}
        plan = list(scans(running_instances.LINES.format(found=found), values))
        assert sum(rows for _, _, rows in plan) <= 6 * (SHOWN + 1), plan


def processes_that_run_are_found_by_one_look_each(release: int) -> None:
    assert running_instances._processes(release) == [machines.PROCESS]
    assert read(running_instances.PROCESSES, {"release": release}) <= 4


def failed_instances_are_found_from_the_incidents(release: int) -> None:
    further = f" and ({running_instances.IN_STATE[running_instances.FAILED]})"
    values = {"release": release, "processes": [machines.PROCESS], "after": 0, "most": SHOWN + 1}
    assert read(running_instances.FOUND.format(further=further), values) <= 10 * FAILED
    rows, after = running_instances.instances(published(release), Wanted(release, state="incident"))
    assert (len(rows), after) == (FAILED, 0)


def counts_are_those_that_the_worker_kept(release: int) -> None:
    assert waiting_counts.refresh()
    values = {"releases": [release], "kind": ""}
    assert read(waiting_counts.MANY, values) <= 2 * waiting_counts.COUNTED_AT_ONCE
    assert read(running.KEPT, values) <= 10
    shown = running.of_release(release)
    waiting = {one.id: one.waiting for one in shown.places}
    assert sum(waiting.values()) == running_of(release)
    assert 50 < waiting["b"] < MANY // 500
    assert shown.counted_at is not None


def open_incidents_are_read_without_those_that_are_over(release: int) -> None:
    values = {**open_incidents._values(WantedIncidents()), "most": 50, "after": 0}
    for statement in (open_incidents.CAUSES, open_incidents.LINES, running.FAILED):
        plan = list(scans(statement, {**values, "releases": [release]}))
        assert sum(rows for _, name, rows in plan if "incident" in name) <= 2 * FAILED, plan
    assert sum(one.count for one in open_incidents.causes(WantedIncidents())) == FAILED


def a_rare_element_is_found_from_its_tasks_and_a_common_one_from_what_runs(release: int) -> None:
    program = published(release)
    for element in ("a", "b"):
        wanted = Wanted(release, at=f"{machines.PROCESS}:{element}")
        further, values = running_instances._filters(program, wanted)
        found = running_instances.FOUND.format(further="".join(f" and ({one})" for one in further))
        values |= {"release": release, "processes": [machines.PROCESS], "after": 0, "most": SHOWN + 1}
        assert read(found, values) <= 20 * (SHOWN + 1), (element, list(scans(found, values)))
        assert len(running_instances.instances(program, wanted)[0]) == SHOWN


def test_pages_over_a_hundred_thousand_instances_read_what_they_show(release: int) -> None:
    """One office for all of it: making it takes longer than asking."""
    a_page_of_instances_reads_as_many_as_it_shows(release)
    processes_that_run_are_found_by_one_look_each(release)
    failed_instances_are_found_from_the_incidents(release)
    counts_are_those_that_the_worker_kept(release)
    open_incidents_are_read_without_those_that_are_over(release)
    a_rare_element_is_found_from_its_tasks_and_a_common_one_from_what_runs(release)
