"""The inbox page with ten thousand and with a million open tasks, and for a person of three groups; then 200 people
whose pages stay open and ask every 30 seconds whether anything has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks import pharmacy4
from benchmarks.figures import Figure
from benchmarks.seed import copy_case
from benchmarks.server import Bench, benches
from benchmarks.web_server import Browser, WebServer, web_server
from webapp.extensions import db

BLOCK, WARMING = 20, 5
THREE = ("drugs", "devices", "food")
LIST = "/inbox/list?tab=groups"
#: Tasks are due on different days, as they are in an office.
DUE = {
    "user_task": {
        "due_on": "current_date + mod(g * 7919, 90)",
        "assignee_id": "case when g <= 20 then p.assignee_id end",  # the others are free
    }
}
IN_THREE = """
with person as (
    insert into app_user (login, name, name_pinyin, password_hash, department_id)
    select n.login, n.login, '', u.password_hash, u.department_id
    from app_user u cross join unnest(%(logins)s::text[]) n(login) where u.login = 'drugs' returning id
)
insert into membership (user_id, group_id)
select person.id, g.id from person, candidate_group g where g.key = any(%(groups)s)
"""
#: As many posts with as many names, and nothing to do.
IDLE = """
insert into candidate_group (key, department_id, name_zh, name_en, role)
select 'idle.' || n, g.department_id, g.name_zh, g.name_en, g.role
from candidate_group g cross join unnest(%s::text[]) n where g.key = 'benchmark.drugs'
"""
PEOPLE = 200


@dataclass
class Cost:
    """CPU seconds of each page: the worker and PostgreSQL."""

    application: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)

    @property
    def both(self) -> float:
        return self.of_application + self.of_server

    @property
    def of_application(self) -> float:
        return sum(self.application) / len(self.application)

    @property
    def of_server(self) -> float:
        return sum(self.server) / len(self.server)


def run(*, full: bool) -> Iterator[Figure]:
    """Both offices stand on one server, and their pages are opened in turn."""
    small, large = (10_000, 1_000_000) if full else (2_000, 40_000)
    with benches("small", "large") as (few, many):
        for place, tasks in ((few, small), (many, large)):
            _fill(place, tasks)
        one, lots, three, three_of_few, empty, poll = _open_pages(few, many, rounds=12 if full else 4, full=full)
    yield _figure("inbox.size", f"inbox page with {large} open tasks, peer with {small}", lots, one, 1.2)
    yield _figure("inbox.groups", f"inbox page of three groups ({large} open tasks), peer one group", three, lots, 2.0)
    yield Figure(
        "inbox.sql",
        f"PostgreSQL's part of the inbox page of three groups with {large} open tasks, peer with {small}",
        "ms of PostgreSQL per page",
        three.of_server * 1000,
        three_of_few.of_server * 1000,
        "the other office",
        three.of_server / three_of_few.of_server,
        1.2,
    )
    yield Figure(
        "inbox.empty",
        f"application CPU of the inbox page of three groups with {large} open tasks, peer the same with an empty list",
        "ms CPU per page",
        three.of_application * 1000,
        empty.of_application * 1000,
        "an empty list",
        three.of_application / empty.of_application,
        4.0,
    )
    yield Figure(
        "inbox.poll",
        f"asking whether the list has changed, answered 304, {large} open tasks: application"
        f" {poll.of_application * 1000:.2f} and PostgreSQL {poll.of_server * 1000:.2f}",
        "ms CPU per poll",
        poll.both * 1000,
        None,
        "",
        poll.both * 1000,
        7.5,
    )


def _figure(name: str, what: str, ours: Cost, peer: Cost, bar: float) -> Figure:
    """Held to whichever ratio is worse: of all CPU, or of PostgreSQL's alone."""
    ratios = (ours.both / peer.both, ours.of_server / peer.of_server)
    told = f"{what}; all CPU {ratios[0]:.2f}, PostgreSQL alone {ratios[1]:.2f}"
    return Figure(
        name, told, "ms CPU per page", ours.both * 1000, peer.both * 1000, "the other office", max(ratios), bar
    )


def _fill(place: Bench, tasks: int) -> None:
    """So many open tasks, four to a case, each for one of four groups."""
    with place.app.app_context():
        pharmacy4.install()
        visit, clerk = pharmacy4.visit()
        pattern = pharmacy4.receive(visit, clerk)
        place.watching.execute(IDLE, (list(THREE),))
        logins = ["three", *(f"reviewer{number}" for number in range(PEOPLE))]
        for people, groups in ((logins, "benchmark"), (["idle"], "idle")):
            place.watching.execute(IN_THREE, {"logins": people, "groups": [f"{groups}.{name}" for name in THREE]})
        copy_case(place.watching, pattern, tasks // 4 - 1, **DUE)
        db.session.commit()
    place.vacuum()


def _open_pages(few: Bench, many: Bench, *, rounds: int, full: bool) -> tuple[Cost, ...]:
    """(one group of few tasks, one group of many, three groups of many, of few, of none; a poll)."""
    costs = tuple(Cost() for _ in range(5))
    polled = Cost()
    with web_server(few) as small, web_server(many) as large:
        readers = (
            (small, Browser(small.port, "drugs")),
            (large, Browser(large.port, "drugs")),
            (large, Browser(large.port, "three")),
            (small, Browser(small.port, "three")),
            (large, Browser(large.port, "idle")),
        )
        for _ in range(rounds):
            for (server, browser), cost in zip(readers, costs, strict=True):
                _block(few, server, browser, cost)
        people = [Browser(large.port, f"reviewer{number}") for number in range(PEOPLE if full else 10)]
        _poll(few, large, people, polled)
    return (*costs, polled)


def _poll(place: Bench, server: WebServer, people: list[Browser], cost: Cost) -> None:
    """Everybody's page asks, three times; the first time only tells what the list is called."""
    tags = [browser.get(LIST)[1]["ETag"] for browser in people]
    for _ in range(2):
        before, of_server = server.cpu(), place.server.cpu()
        for browser, tag in zip(people, tags, strict=True):
            status, _, content = browser.get(LIST, headers={"If-None-Match": tag, "HX-Request": "true"})
            assert status == 304, (status, content[:500])
        cost.application.append((server.cpu() - before) / len(people))
        cost.server.append((place.server.cpu() - of_server) / len(people))


def _block(place: Bench, server: WebServer, browser: Browser, cost: Cost) -> None:
    """Open the page again and again; the first few only warm the caches."""
    for number in range(BLOCK):
        before, of_server = server.cpu(), place.server.cpu()
        status, _, content = browser.get("/inbox")
        assert status == 200, content[:500]
        if number >= WARMING:
            cost.application.append(server.cpu() - before)
            cost.server.append(place.server.cpu() - of_server)
