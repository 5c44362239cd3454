"""Several tasks at once: the CPU of one row of a bulk act beside that of the same act by itself, over HTTP.

The rows are filings of the shipped bundle that are decided at once. Half of the cases are claimed and granted one by
one, as their pages post it, half of them together; blocks take turns, so that both meet the same server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.figures import Figure
from benchmarks.server import Bench, bench
from benchmarks.web_server import Browser, WebServer, web_server
from tests.support import office
from webapp.catalogue import published
from webapp.extensions import db
from webapp.models import Case
from webapp.pages.inbox.bulk import MET
from webapp.pages.workspace.points import PREFIX
from webapp.unit_of_work import sql

ITEM, STEP = "P5", "immediate"
BAR = 1.2
#: Rows of one page.
BLOCK = 10
WARMING = 1


@dataclass
class Cost:
    """CPU seconds of the worker per row."""

    single: list[float] = field(default_factory=list)
    bulk: list[float] = field(default_factory=list)

    def figure(self, name: str, what: str) -> Figure:
        """Blocks that only warmed the caches are left out."""
        one = sum(self.single[WARMING:]) / len(self.single[WARMING:])
        row = sum(self.bulk[WARMING:]) / len(self.bulk[WARMING:])
        peer = "the act by itself"
        return Figure(name, what, "ms CPU per row", row * 1000, one * 1000, peer, row / one, BAR)


def run(*, full: bool) -> Iterator[Figure]:
    """Claiming, and granting on one list of points."""
    blocks = 7 if full else 2
    with bench("bulk") as place, web_server(place) as server:
        pages = [[_filing(place) for _ in range(BLOCK)] for _ in range(blocks * 2)]
        who, points = _decider(place, pages[0][0])
        desk = _Desk(server, Browser(server.port, who), points)
        claimed, ruled = Cost(), Cost()
        for alone, together in zip(pages[::2], pages[1::2], strict=True):
            claimed.single.append(desk.one_by_one("claim", _now(place, alone)))
            claimed.bulk.append(desk.at_once("claim", _now(place, together)))
            ruled.single.append(desk.one_by_one("act", _now(place, alone)))
            ruled.bulk.append(desk.at_once("rule", _now(place, together)))
        _judge(place, [task for page in pages for task in page])
    yield claimed.figure("bulk.claim", f"claiming {BLOCK} tasks on one page, the page of results included")
    yield ruled.figure("bulk.rule", f"granting {BLOCK} filings on one page, the page of results included")


@dataclass(frozen=True)
class Row:
    task: int
    revision: int


class _Desk:
    """The decider with a browser."""

    def __init__(self, server: WebServer, browser: Browser, points: Sequence[str]) -> None:
        self.server, self.browser, self.points = server, browser, points

    def one_by_one(self, act: str, rows: Sequence[Row]) -> float:
        """Seconds of CPU per row, each posted as its own page posts it."""
        marks = {f"{PREFIX}{point}": "pass" for point in self.points}
        before = self.server.cpu()
        for row in rows:
            form = {"revision": str(row.revision), "key": f"one-{act}-{row.task}", "ruling": "grant", **marks}
            self._post(f"/tasks/{row.task}/{act}", [*form.items()])
        return (self.server.cpu() - before) / len(rows)

    def at_once(self, act: str, rows: Sequence[Row]) -> float:
        """Seconds of CPU per row: the confirmed page, and the page of results that it leads to."""
        form = [("act", act), ("key", f"many-{act}-{rows[0].task}"), ("looked", "yes")]
        form += [(f"{MET}{point}", "yes") for point in self.points]
        form += [("task", f"{row.task}.{row.revision}") for row in rows]
        before = self.server.cpu()
        results = self._post("/inbox/bulk/carry-out", form)
        status, _, content = self.browser.get(results)
        spent = (self.server.cpu() - before) / len(rows)
        assert status == 200, (status, content.decode()[:2000])
        return spent

    def _post(self, path: str, form: Sequence[tuple[str, str]]) -> str:
        status, headers, content = self.browser.post(path, [*form, ("csrf_token", self.browser.token)])
        assert status == 302, (path, status, content.decode()[:2000])
        return str(headers["Location"])


def _filing(place: Bench) -> int:
    """The task of a filing that is decided at once, of a case received now."""
    with place.app.app_context():
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        return office.open_task(case.id, STEP, ITEM).id


def _decider(place: Bench, task: int) -> tuple[str, list[str]]:
    """Who rules on the filings, and the points that they go through."""
    with place.app.app_context():
        found = sql().execute("select groups, case_id from user_task where id = %s", (task,)).fetchone()
        assert found is not None
        case = db.session.get(Case, found[1])
        assert case is not None
        points = [point.key for point in published(case.release_id).bundle.item(ITEM).checklist]
        return office.member_of(found[0][0]).login, points


def _now(place: Bench, tasks: Sequence[int]) -> list[Row]:
    with place.app.app_context():
        rows = sql().execute("select id, revision from user_task where id = any(%s) order by id", (list(tasks),))
        return [Row(*row) for row in rows.fetchall()]


def _judge(place: Bench, tasks: Sequence[int]) -> None:
    """Nothing was left undone on either way."""
    with place.app.app_context():
        row = sql().execute(
            "select count(*) from ruling where outcome = 'granted' and task_id = any(%s)", (list(tasks),)
        )
        assert row.fetchone() == (len(tasks),)
