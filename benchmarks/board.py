"""The supervisor's board over ten thousand and over a million item cases: what its first page costs PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.figures import Figure
from benchmarks.inbox import BLOCK, WARMING, Cost
from benchmarks.seed import copy_case
from benchmarks.server import Bench, benches
from benchmarks.web_server import Browser, WebServer, web_server
from tests.support import office
from webapp.extensions import db
from webapp.services import figures

SUPERVISOR = "xieguang"
#: The board, one unit with what is late there, and the signals of all units.
PAGES = {
    "first": "/supervision",
    "unit": "/supervision?unit=approval-bureau&state=overdue",
    "signals": "/supervision/signals",
}
#: Limits end on different days, from two weeks ago on, as they do in an office; a third of the work has been claimed.
DUE = "current_date + mod(g * 7919, 90) - 14"
DIFFERENT = {
    "cases": {"number": "'YD-' || g", "search_tokens": "'{}'"},
    "legal_clock": {"due_on": DUE},
    "process_instance": {"state": "''::bytea"},  # nobody acts on them
    "user_task": {
        "due_on": DUE,
        "assignee_id": "case when mod(g, 3) = 0 and p.state = 'open' then p.closed_by end",
    },
}
#: One item case in a hundred has a signal that nobody has settled.
SIGNALS = """
insert into supervision_signal (case_id, item_case_id, kind, colour, unit, name_zh, name_en, basis_zh, basis_en,
    raised_at)
select case_id, id, 'promise-overdue', case when mod(id, 3) = 0 then 'red' else 'yellow' end, department_key,
    '超过承诺时限', 'Past the promised limit', '示例', 'example', now() - mod(id, 20000) * interval '1 minute'
from item_case where mod(id / 10, 100) = 7
"""
#: A year of rulings: each unit and its people, every day.
DECIDED = """
insert into ruled_day (person_id, day, unit, items, used, promised, late)
select who.id, current_date - d, who.unit, 20, 100, 200, 1
from generate_series(0, 364) d cross join (
    select 0 as id, key as unit from department
    union all select u.id, k.key from app_user u join department k on k.id = u.department_id
) who
"""


def run(*, full: bool) -> Iterator[Figure]:
    """Both offices stand on one server, and their pages are opened in turn."""
    small, large = (10_000, 1_000_000) if full else (1_000, 20_000)
    with benches("small", "large") as (few, many):
        for place, items in ((few, small), (many, large)):
            _fill(place, items)
        costs = open_pages(few, many, PAGES, SUPERVISOR, rounds=6 if full else 2)
    for name, (ours, peer) in costs.items():
        ratio = ours.of_server / peer.of_server
        told = f"{PAGES[name]} over {large} item cases, peer {small}; all CPU {ours.both / peer.both:.2f}"
        yield Figure(
            f"board.{name}",
            told,
            "ms of PostgreSQL per page",
            ours.of_server * 1000,
            peer.of_server * 1000,
            "the other office",
            ratio,
            3.0,
        )


def _fill(place: Bench, items: int) -> None:
    """So many item cases with their open tasks and running clocks; the worker has counted."""
    with place.app.app_context():
        pattern = office.received("ordinary", ways={}).id
        office.act(pattern, "backfill", "P1")
        office.act(pattern, "accept", "P2")
        row = place.watching.execute("select count(*) from item_case where case_id = %s", (pattern,)).fetchone()
        assert row is not None
        db.session.commit()  # no transaction of the application waits while the cases are copied
        place.watching.execute("delete from timer where case_id = %s", (pattern,))
        copy_case(place.watching, pattern, items // row[0] - 1, **DIFFERENT)
        for statement in (SIGNALS, DECIDED):
            place.watching.execute(statement)
        place.vacuum()
        figures.refresh()
    place.vacuum()


def open_pages(
    few: Bench, many: Bench, pages: Mapping[str, str], login: str, *, rounds: int
) -> dict[str, tuple[Cost, Cost]]:
    """What each page (name -> address) costs over many cases and over few."""
    costs = {name: (Cost(), Cost()) for name in pages}
    with web_server(few) as small, web_server(many) as large:
        readers = ((large, Browser(large.port, login)), (small, Browser(small.port, login)))
        for _ in range(rounds):
            for name, path in pages.items():
                for (server, browser), cost in zip(readers, costs[name], strict=True):
                    _block(few, server, browser, path, cost)
    return costs


def _block(place: Bench, server: WebServer, browser: Browser, path: str, cost: Cost) -> None:
    """Open the page again and again; the first few only warm the caches."""
    for number in range(BLOCK):
        before, of_server = server.cpu(), place.server.cpu()
        status, _, content = browser.get(path)
        assert status == 200, content[:500]
        if number >= WARMING:
            cost.application.append(server.cpu() - before)
            cost.server.append(place.server.cpu() - of_server)
