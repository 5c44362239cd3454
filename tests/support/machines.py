"""Small diagrams in the real office: a release whose diagram the test draws, cases that run it, a worker.

The rest of the release (form, items, texts) is the pharmacy's; only its parent diagram is another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import count
from typing import Any

from engine import runtime
from engine.runtime import Snapshot, complete
from tests.engine.runtime.diagrams import diagram
from tests.support import office
from webapp import clock
from webapp.catalogue import current_releases, release_files
from webapp.jobs.handlers import HANDLERS
from webapp.services.advance import apply, begin
from webapp.services.instances import load_instance
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql, unit_of_work

PROCESS = "open-pharmacy"
#: Compiled releases are kept by id for the life of a process, and every test has a database of its own.
RELEASE_IDS = count(1_000_001)


def publish(
    drawn: str,
    inside: Mapping[str, str] | None = None,
    *,
    more: Mapping[str, bytes] | None = None,
    key: str = office.BUNDLE,
    instead: bool = True,
) -> int:
    """A release of the bundle `key` with this diagram, and `more` diagrams by file name.

    `instead`: it takes the place of the published one; else it is one that was published once (retired).
    """
    files = release_files(current_releases()[office.BUNDLE])
    files["bundle.toml"] = files["bundle.toml"].replace(b'key = "open-pharmacy"', f'key = "{key}"'.encode(), 1)
    files["open-pharmacy.bpmn"] = diagram(drawn, inside, process=PROCESS)
    files.update(more or {})
    return publish_files(files, key=key, instead=instead)


def publish_files(files: Mapping[str, bytes], *, key: str = office.BUNDLE, instead: bool = True) -> int:
    """A release of the bundle `key` with exactly these files, without the checks of publishing."""
    with unit_of_work():
        if instead:
            sql().execute("update release set state = 'retired' where bundle_key = %s and state = 'published'", (key,))
        digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
        row = (
            sql()
            .execute(
                "insert into release (id, bundle_key, number, state, digest, created_by, created_at, published_at)"
                " values (%(id)s, %(key)s, (select coalesce(max(number), 0) + 1 from release"
                " where bundle_key = %(key)s), %(state)s, %(digest)s, %(by)s, %(now)s, %(now)s) returning id",
                {
                    "id": next(RELEASE_IDS),
                    "key": key,
                    "state": "published" if instead else "retired",
                    "digest": digest,
                    "by": office.person("taoran").user_id,
                    "now": clock.now(),
                },
            )
            .fetchone()
        )
        assert row is not None
        for path, content in files.items():
            of_file = hashlib.sha256(content).hexdigest()
            sql().execute("insert into blob values (%s, %s) on conflict do nothing", (of_file, content))
            sql().execute("insert into release_file values (%s, %s, %s)", (row[0], path, of_file))
    return int(row[0])


def case_on(release_id: int) -> int:
    """A received case that is pinned to the release; nothing of it runs yet."""
    visit = office.visit()
    with unit_of_work():
        row = (
            sql()
            .execute(
                "insert into cases (bundle_key, release_id, visit_id, created_at, created_by, received_at, number,"
                " applicant_name, subject_name) select bundle_key, id, %(visit)s, %(now)s, %(by)s, %(now)s,"
                " 'YD-T-' || %(visit)s, '济民药房有限公司', '济民药房' from release where id = %(release)s"
                " returning id",
                {
                    "visit": visit,
                    "now": clock.now(),
                    "by": office.person(office.CLERK).user_id,
                    "release": release_id,
                },
            )
            .fetchone()
        )
    assert row is not None
    return int(row[0])


def run(release_id: int, **variables: Any) -> tuple[int, int]:
    """A case on the release whose diagram has started; (case id, instance id)."""
    case_id = case_on(release_id)
    with on_case(case_id) as case:
        return case_id, begin(case, PROCESS, variables)


def done(case_id: int, element: str, **variables: Any) -> None:
    """The user task on this element is completed."""
    with on_case(case_id) as case:
        row = (
            sql()
            .execute(
                "select instance_id, engine_task from user_task where case_id = %s and element = %s and state = 'open'"
                " order by id limit 1",
                (case_id, element),
            )
            .fetchone()
        )
        assert row is not None, (element, tasks(case_id))
        instance = load_instance(case, row[0])
        step = complete(instance.release.program, instance.state, row[1], variables, case.context)
        apply(case, instance, step)


def work(most: int = 200) -> int:
    """Do what waits in the queue, and what that puts into it; returns how many jobs. A job that fails raises."""
    count = 0
    while (
        rows := sql()
        .execute("delete from procrastinate_jobs where status = 'todo' returning id, task_name, args")
        .fetchall()
    ):
        with unit_of_work():
            pass
        for _, name, given in sorted(rows):
            count += 1
            assert count <= most, "the queue never runs empty"
            HANDLERS[name](**given)
    return count


def taken() -> list[tuple[int, str, dict[str, Any]]]:
    """The jobs that wait, out of the queue: (id, name, payload)."""
    with unit_of_work():
        rows = sql().execute("delete from procrastinate_jobs where status = 'todo' returning id, task_name, args")
        return list(rows.fetchall())


def tasks(case_id: int) -> list[str]:
    """Elements of the case's open user tasks, in order of opening."""
    rows = sql().execute("select element from user_task where case_id = %s and state = 'open' order by id", (case_id,))
    return [element for (element,) in rows]


def instances(case_id: int) -> list[tuple[int, str]]:
    """(id, process) of the case's instances."""
    rows = sql().execute("select id, process from process_instance where case_id = %s order by id", (case_id,))
    return list(rows.fetchall())


def seen(instance_id: int) -> Snapshot:
    """What stands in the instance's state."""
    row = sql().execute("select state from process_instance where id = %s", (instance_id,)).fetchone()
    assert row is not None
    return runtime.snapshot(bytes(row[0]))


def messages() -> list[tuple[str, str]]:
    """(name, state) of every message and signal, in order."""
    return list(sql().execute("select name, state from message order by id").fetchall())


def ledger(case_id: int) -> list[str]:
    """The kinds of the case's ledger lines."""
    return [
        kind for (kind,) in sql().execute("select kind from case_event where case_id = %s order by seq", (case_id,))
    ]


def incidents(case_id: int) -> list[tuple[int, str, str]]:
    """(id, element, code) of the case's open incidents."""
    rows = sql().execute(
        "select id, element, code from incident where case_id = %s and resolved_at is null order by id", (case_id,)
    )
    return list(rows.fetchall())
