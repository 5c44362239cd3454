"""What a finished case costs PostgreSQL: CPU and bytes, against the relational floor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks import floor, pharmacy4
from benchmarks.applicant import FIELDS
from benchmarks.figures import Figure
from benchmarks.measure import Server
from benchmarks.server import Bench, bench
from webapp.extensions import db

PEER = "relational floor"
ROUNDS = 6


@dataclass
class Cost:
    """Sums of one side."""

    cpu: list[float] = field(default_factory=list)  # seconds of PostgreSQL per case, by round
    size: float = 0.0  # bytes per finished case after VACUUM FULL


def run(*, full: bool) -> Iterator[Figure]:
    """Both sides in turn on one server, round by round."""
    cases = 200 if full else 60
    with bench("storage") as place:
        ours, peer = measure(place, cases)
    yield Figure(
        "storage.cpu",
        "PostgreSQL CPU of a finished case of pharmacy4 (five acts), ledger included",
        "ms CPU per case",
        min(ours.cpu) * 1000,
        min(peer.cpu) * 1000,
        PEER,
        min(ours.cpu) / min(peer.cpu),
        4.0,
        2.5,
    )
    yield Figure(
        "storage.bytes",
        "bytes that a finished case of pharmacy4 leaves after VACUUM, indexes and ledger included",
        "bytes per case",
        ours.size,
        peer.size,
        PEER,
        ours.size / peer.size,
        5.0,
        3.0,
    )


def measure(place: Bench, cases: int) -> tuple[Cost, Cost]:
    """(ours, floor). The first round of each warms caches and prepared statements and does not count."""
    pharmacy4.install()
    side = _Floor(place)
    office = _Office(place)
    ours, peer = Cost(), Cost()
    for number in range(ROUNDS + 1):
        for one, cost in ((office, ours), (side, peer)):
            cpu = one.play(place.server, cases)
            if number:
                cost.cpu.append(cpu / cases)
        db.session.commit()  # no snapshot of this process may keep dead rows alive
        place.vacuum()
    db.session.commit()  # no snapshot of this process may keep dead rows alive
    done = cases * (ROUNDS + 1)
    ours.size, peer.size = _bytes(place, done, office=True), _bytes(place, done, office=False)
    return ours, peer


class _Office:
    """The application, case by case."""

    def __init__(self, place: Bench) -> None:
        self.app = place.app
        self.visit, self.clerk = pharmacy4.visit()
        self.officers = pharmacy4.officers()
        self.acts = 0

    def play(self, server: Server, cases: int) -> float:
        """CPU seconds of PostgreSQL for so many cases, each act in a context of its own, as a request has."""
        spent = 0.0
        for _ in range(cases):
            before = server.cpu()
            with self.app.app_context():
                case_id = pharmacy4.receive(self.visit, self.clerk)
            spent += server.cpu() - before
            with self.app.app_context():
                tasks = pharmacy4.open_tasks(case_id)
            before = server.cpu()
            for element, (task, revision) in tasks.items():
                self.acts += 1
                with self.app.app_context():
                    pharmacy4.complete(task, revision, self.officers[element], f"page-{self.acts}")
            spent += server.cpu() - before
        return spent


class _Floor:
    """The same acts by hand."""

    def __init__(self, place: Bench) -> None:
        self.app = place.app
        floor.make(place.watching)

    def play(self, server: Server, cases: int) -> float:
        before = server.cpu()
        for _ in range(cases):
            with self.app.app_context():
                tasks = floor.receive(FIELDS, 1)
            for task in tasks.values():
                with self.app.app_context():
                    floor.complete(task, 1)
        return server.cpu() - before


def _bytes(place: Bench, cases: int, *, office: bool) -> float:
    """Bytes per case of the tables of one side, with their indexes, after VACUUM FULL."""
    tables = place.watching.execute(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind = 'r' and n.nspname = 'public' and (c.relname like 'floor_%%') <> %s",
        (office,),
    ).fetchall()
    total = 0
    for (table,) in tables:
        rows = place.watching.execute(f"select count(*) from {table}").fetchone()
        if rows is None or rows[0] < cases:
            continue  # the organisation and its rules: not written by these cases
        place.watching.execute(f"vacuum full {table}")
        size = place.watching.execute("select pg_total_relation_size(%s::regclass)", (table,)).fetchone()
        assert size is not None
        total += size[0]
    return total / cases
