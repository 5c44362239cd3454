"""The heat map over the sums of ten thousand and of a million cases, and what it costs the worker to keep them up.

The sums are made of simulated waits, each with an element, a department, a month and a length, and added up by the
statements that the worker uses.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from benchmarks import pharmacy4
from benchmarks.board import open_pages
from benchmarks.figures import Figure
from benchmarks.seed import copy_case
from benchmarks.server import Bench, benches
from tests.support import office
from webapp.catalogue import current_releases, published
from webapp.extensions import db
from webapp.histograms import FIRST_SECONDS, LAST_BUCKET, RATIO
from webapp.services import heat_counting, heat_sums
from webapp.unit_of_work import sql

DESIGNER = "taoran"
ADDRESS = f"/studio/bundles/{office.BUNDLE}/heat"
#: The page with the last year of all departments, one element by department and month, and the picture.
PAGES = {
    "page": ADDRESS,
    "element": f"{ADDRESS}?element=call-P2&month=all",
    "picture": f"{ADDRESS}/picture",
}
MONTHS, DEPARTMENTS, WAYS = 24, 6, heat_sums.MOST_WAYS
#: Every case waits once at each element, for a length that is drawn: half within a day, few for weeks.
SIMULATED = """
with waits as (
    select e.element, 'department-' || mod(g, %(departments)s) as department,
        (date_trunc('month', current_date) - mod(g / 7, %(months)s) * interval '1 month')::date as month,
        exp(9 + 2.2 * (random() + random() + random() - 1.5)) as seconds
    from generate_series(1, %(cases)s) g cross join unnest(%(elements)s::text[]) e(element)
)
select element, department, month, case when seconds < %(first)s then 0
    else least(%(last)s, 1 + floor(ln(seconds / %(first)s) / ln(%(ratio)s)))::int end as bucket, count(*)
from waits group by 1, 2, 3, 4
"""
#: Which way a case took: the first most of them, the last hardly any.
WALKED = """
select floor(%(ways)s * power(random(), 6))::int as way,
    (date_trunc('month', current_date) - mod(g / 7, %(months)s) * interval '1 month')::date as month, count(*)
from generate_series(1, %(cases)s) g group by 1, 2
"""


def run(*, full: bool) -> Iterator[Figure]:
    """Both offices stand on one server, and their pages are opened in turn."""
    small, large = (10_000, 1_000_000) if full else (1_000, 20_000)
    with benches("small", "large") as (few, many):
        for place, cases in ((few, small), (many, large)):
            _fill(place, cases)
        costs = open_pages(few, many, PAGES, DESIGNER, rounds=6 if full else 2)
        counted = _counted(few, 2_000 if full else 100)
    for name, (ours, peer) in costs.items():
        ratio = ours.of_server / peer.of_server
        told = f"{PAGES[name]} over the sums of {large} cases, peer {small}; all CPU {ours.both / peer.both:.2f}"
        yield Figure(
            f"heat.{name}",
            told,
            "ms of PostgreSQL per page",
            ours.of_server * 1000,
            peer.of_server * 1000,
            "the other office",
            ratio,
            3.0,
        )
    yield Figure(
        "heat.counting",
        "what an act's history costs the worker once more, application and PostgreSQL",
        "ms CPU per act",
        counted,
        None,
        "",
        counted,
        2.0,
    )


def _fill(place: Bench, cases: int) -> None:
    """The sums of so many cases over two years; a hundredth of them wait now."""
    with place.app.app_context():
        release = published(current_releases()[office.BUNDLE])
        process = release.bundle.entry_process
        nodes = release.program.processes[process].nodes.values()
        elements = [one.id for one in nodes if one.type in ("callActivity", "userTask", "subProcess")]
        key = {"bundle_key": office.BUNDLE, "process": process, "release_id": release.id}
        _fill_waits(key, elements, cases)
        _fill_ways(key, sorted(flow.id for one in nodes for flow in one.outgoing), elements, cases)
        sql().execute("insert into walk_mark (id, seen_at, swept_at) values (1, now(), now())")
        db.session.commit()
    place.vacuum()


def _fill_waits(key: dict[str, Any], elements: list[str], cases: int) -> None:
    values = {
        "cases": cases,
        "elements": elements,
        "departments": DEPARTMENTS,
        "months": MONTHS,
        "first": FIRST_SECONDS,
        "last": LAST_BUCKET,
        "ratio": RATIO,
    }
    cells: dict[tuple[str, str, date], Counter[int]] = {}
    for element, department, month, bucket, number in sql().execute(SIMULATED, values):
        cells.setdefault((element, department, month), Counter())[bucket] += number
    rows = []
    for (element, department, month), buckets in cells.items():
        counts = [buckets[bucket] for bucket in range(max(buckets) + 1)]
        place = {**key, "element": element, "department": department, "month": month}
        rows.append({**place, "in_office": True, "waits": sum(counts), "counts": counts})
    sql().execute(heat_sums.ADD_WAITS, {"rows": heat_sums.as_json(rows)})
    waiting = [{**row, "waits": max(1, row["waits"] // 100)} for row in rows]
    sql().execute(heat_sums.ADD_WAITING, {"rows": heat_sums.as_json(waiting)})


def _fill_ways(key: dict[str, Any], flows: list[str], elements: list[str], cases: int) -> None:
    """Ways of some forty elements and flows each, as those of the bundle have."""
    digests = [f"{way:064x}" for way in range(WAYS)]
    told = [
        {
            **{name: key[name] for name in ("bundle_key", "process")},
            "digest": digest,
            "elements": dict.fromkeys(elements, 1),
            "flows": {flow: 1 + (way + place) % 3 for place, flow in enumerate(flows)},
        }
        for way, digest in enumerate(digests)
    ]
    sql().execute(heat_sums.KEEP_WAYS, {"rows": heat_sums.as_json(told), "most": WAYS})
    ids: dict[str, int] = dict(sql().execute("select digest, id from path").fetchall())
    values = {"cases": cases, "ways": WAYS, "months": MONTHS}
    rows = [
        {
            "path_id": ids[digests[way]],
            "month": month,
            "release_id": key["release_id"],
            "times": number,
            "counts": [0] * 60 + [number],
        }
        for way, month, number in sql().execute(WALKED, values)
    ]
    sql().execute(heat_sums.ADD_WAYS, {"rows": heat_sums.as_json(rows)})


def _counted(place: Bench, cases: int) -> float:
    """Milliseconds of CPU per step of history that the worker has to count: cases of four tasks at once."""
    with place.app.app_context():
        pharmacy4.install()
        visit, clerk = pharmacy4.visit()
        pattern = pharmacy4.receive(visit, clerk)
        copies = copy_case(place.watching, pattern, cases)
        place.watching.execute(HISTORIES, {"pattern": pattern, "first": copies.first, "last": copies.last})
        place.vacuum()
        db.session.commit()
        row = place.watching.execute("select count(*) from activity").fetchone()
        assert row is not None
        sql().execute("update walk_mark set swept_at = null")
        db.session.commit()
        began, before = time.process_time(), place.server.cpu()
        while heat_counting.refresh():
            pass
        spent = time.process_time() - began + place.server.cpu() - before
    return spent / row[0] * 1000


HISTORIES = """
insert into activity (instance_id, step, at, lines)
select i.id, a.step, a.at, a.lines from process_instance i
cross join (select a.* from activity a join process_instance p on p.id = a.instance_id where p.case_id = %(pattern)s) a
where i.case_id between %(first)s and %(last)s
"""
