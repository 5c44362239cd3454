"""Completing a task over HTTP: statements, commits, and CPU of the application, for every act of the office.

The acts are those of the shipped bundle's ordinary example, posted to a real gunicorn as a browser does. The route
of comparison (`benchmarks/http_app.py`) is posted as often, by the same persons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from benchmarks import floor, http_app
from benchmarks.applicant import FIELDS
from benchmarks.figures import Figure
from benchmarks.server import Bench, bench
from benchmarks.web_server import Browser, WebServer, web_server
from tests.support import office
from webapp.extensions import db
from webapp.models import UserTask
from webapp.pages.workspace.points import PREFIX
from webapp.services import tasks
from webapp.unit_of_work import sql

PEER = "route with 6 statements"
KEYS = "create table floor_key (actor bigint, key text, primary key (actor, key)); grant insert on floor_key to public"
BLOCK, WARMING = 14, 4
#: What each act posts beside the task's revision and the page's key.
FORMS: Mapping[str, Mapping[str, str]] = {
    "backfill": {"ruling": "grant", "reasons": ""},
    "accept": {"outcome": "accepted", "note": ""},
    "examine": {"visit_needed": "no", "opinion": "资料齐全。"},
    "review": {"proposal": "grant", "opinion": "经审查，符合规定条件。"},
    "decide": {"ruling": "grant", "reasons": ""},
    "immediate": {"ruling": "grant", "reasons": ""},
}


@dataclass
class Cost:
    """One act kind: CPU seconds of the worker per request, statements and commits of the worst one."""

    cpu: list[float] = field(default_factory=list)
    statements: int = 0
    commits: int = 0

    @property
    def mean(self) -> float:
        return sum(self.cpu) / len(self.cpu)


def run(*, full: bool) -> Iterator[Figure]:
    """Every act of the ordinary example that a department carries out."""
    acts, six = measure(cases=28 if full else 7)
    worst = max(acts, key=lambda name: acts[name].statements)
    yield Figure(
        "completion.statements",
        f"statements of a completion over HTTP, sign-in, ledger and job inserts counted; the worst act ({worst})",
        "statements",
        acts[worst].statements,
        six.statements,
        PEER,
        acts[worst].statements,
        10,
        8,
    )
    yield Figure(
        "completion.commits",
        "commits of a completion over HTTP, the worst act",
        "commits",
        max(one.commits for one in acts.values()),
        six.commits,
        PEER,
        max(one.commits for one in acts.values()),
        1,
    )
    mean = sum(one.mean for one in acts.values()) / len(acts)
    yield Figure(
        "completion.cpu",
        "CPU of the application per completion over HTTP, mean over the kinds of act: "
        + ", ".join(f"{name} {one.mean * 1000:.2f}" for name, one in sorted(acts.items())),
        "ms CPU per request",
        mean * 1000,
        six.mean * 1000,
        PEER,
        mean / six.mean,
        1.6,
        1.3,
    )


def measure(*, cases: int) -> tuple[dict[str, Cost], Cost]:
    """(acts by step, the route of comparison).

    Cases go through the office side by side: one act of each is prepared, then they are posted one after the other,
    as a busy server gets them; then the route of comparison as often. The first of each block only warm the caches.
    """
    acts: dict[str, Cost] = defaultdict(Cost)
    six = Cost()
    with bench("completion") as place, web_server(place) as server:
        place.watching.execute(KEYS)
        floor.make(place.watching)
        desk = _Desk(server, floor.receive(FIELDS, 1)["drugs"])
        db.session.commit()
        received = [_received(place) for _ in range(cases)]
        while wave := [page for page in (_page(place, case_id) for case_id in received) if page is not None]:
            for first in range(0, len(wave), BLOCK):
                block = wave[first : first + BLOCK]
                for post, cost_of in ((desk.act, lambda page: acts[page.step]), (desk.six, lambda page: six)):
                    for number, page in enumerate(block):
                        cost = cost_of(page)
                        post(page, cost if number >= WARMING else Cost())
            for page in wave:
                with place.app.app_context():
                    office.run_jobs(page.case_id)
    return dict(acts), six


@dataclass(frozen=True)
class Page:
    """A task's page as its officer posts it."""

    case_id: int
    task_id: int
    step: str
    who: str
    form: Mapping[str, str]


def _received(place: Bench) -> int:
    with place.app.app_context():
        return office.received("ordinary", ways={}).id


def _page(place: Bench, case_id: int) -> Page | None:
    """The next task of the case that a department does, claimed; None when there is none."""
    with place.app.app_context():
        task = _next_task(case_id)
        if task is None:
            return None
        who = _officer(task)
        tasks.claim(task.id, by=office.person(who))
        row = sql().execute("select revision from user_task where id = %s", (task.id,)).fetchone()
        assert row is not None
        form = {**_form(task), "revision": str(row[0]), "key": f"page-of-task-{task.id}"}
        return Page(case_id, task.id, task.step, who, form)


class _Desk:
    """Officers with their browsers."""

    def __init__(self, server: WebServer, compared: int) -> None:
        self.server, self.compared = server, compared
        self.browsers: dict[str, Browser] = {}

    def act(self, page: Page, cost: Cost) -> None:
        """Post the act."""
        self._post(page, f"/tasks/{page.task_id}/act", page.form, cost)

    def six(self, page: Page, cost: Cost) -> None:
        """Post the route of comparison as the same person."""
        self._post(page, f"/benchmark/six/{self.compared}", {"key": page.form["key"]}, cost)

    def _post(self, page: Page, path: str, form: Mapping[str, str], cost: Cost) -> None:
        if page.who not in self.browsers:
            self.browsers[page.who] = Browser(self.server.port, page.who)
        browser = self.browsers[page.who]
        before = self.server.cpu()
        status, headers, content = browser.post(path, {**form, "csrf_token": browser.token})
        cost.cpu.append(self.server.cpu() - before)
        assert status == 302, (path, status, content.decode()[:2000])
        cost.statements = max(cost.statements, int(headers[http_app.STATEMENTS]))
        cost.commits = max(cost.commits, int(headers[http_app.COMMITS]))


def _next_task(case_id: int) -> UserTask | None:
    """The oldest open task that a department does on its own page."""
    query = db.session.query(UserTask).filter_by(case_id=case_id, state="open").filter(UserTask.step.in_(FORMS))
    return query.order_by(UserTask.id).first()


def _officer(task: UserTask) -> str:
    """Someone of the task's group who did not examine or review the item."""
    rows = sql().execute("select distinct by_id from review where item_case_id = %s", (task.item_case_id,)).fetchall()
    avoid = [row[0] for row in rows] if task.step == "decide" else []
    return office.member_of(task.groups[0], but=avoid).login


def _form(task: UserTask) -> dict[str, str]:
    form = dict(FORMS[task.step])
    if task.step == "backfill":
        number = office.credit_code(task.case_id)
        form |= {"number": number, "number_again": number, "issued_on": task.opened_at.date().isoformat()}
    if task.step in ("examine", "review", "immediate"):
        form |= {f"{PREFIX}{key}": "pass" for key in _points(task)}
    return form


def _points(task: UserTask) -> list[str]:
    """The points of the item's checklist."""
    row = (
        sql()
        .execute(
            "select ic.item_key, c.release_id from item_case ic join cases c on c.id = ic.case_id where ic.id = %s",
            (task.item_case_id,),
        )
        .fetchone()
    )
    assert row is not None
    from webapp.catalogue import published

    return [point.key for point in published(row[1]).bundle.item(row[0]).checklist]
