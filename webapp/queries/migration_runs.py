"""Reads of migrations of many cases: the list, one of them with its counts, its cases and what is against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.services.migration_runs import CHOSEN, OTHER, Chosen, chosen_values
from webapp.unit_of_work import sql

SHOWN_RUNS, SHOWN_CASES, SHOWN_REASONS = 50, 50, 20
#: Those of cases that stay with their release, and of cases that go or have gone.
STAYING, GOING = ("unfit", "refused", "kept"), ("fits", "moved")
STATES = ("chosen", "fits", "unfit", "moved", "refused", "undone", "kept")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One migration. People are staff."""

    id: int
    bundle: str
    number: int
    state: str
    cases: int
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is against cases, or to be known of them, with how many they are. `name`: of the element or
    item."""

    name: Words
    element: str
    words: Words
    cases: int


@dataclass(frozen=True, slots=True)
class Run:
    """One migration with how many of its cases are in each state. `given_back`: how often one had to wait for another
    turn."""

    counts: dict[str, int]
    given_back: int
    id: int
    bundle: str
    target: int
    number: int
    state: str
    mappings: dict[str, dict[str, str]]
    filters: dict[str, Any]
    reason: str
    first_cases: int
    author_id: int
    author: str
    created_at: datetime
    confirmer: str | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    undoer: str | None
    undo_reason: str

    @property
    def renamed(self) -> list[tuple[tuple[int, ...], dict[str, str]]]:
        """What elements have other ids in the new release: (numbers of the releases of which it is true, mapping)."""
        found: list[tuple[tuple[int, ...], dict[str, str]]] = []
        for release_id, mapping in self.mappings.items():
            number = published(int(release_id)).number
            same = next((at for at, (_, other) in enumerate(found) if other == mapping), None)
            if same is not None:
                found[same] = ((*found[same][0], number), mapping)
            elif mapping:
                found.append(((number,), mapping))
        return found

    @property
    def cases(self) -> int:
        return sum(self.counts.values())

    @property
    def to_go(self) -> int:
        """How many the worker still looks at, moves or takes back, as it is now."""
        waiting = {"checking": "chosen", "undoing": "moved"}.get(self.state, "fits")
        return self.counts.get(waiting, 0)

    @property
    def of(self) -> int:
        """How many there are of that altogether."""
        if self.state == "checking":
            return self.cases
        if self.state in ("undoing", "undone"):
            return self.counts["moved"] + self.counts["undone"] + self.counts["kept"]
        return self.cases - self.counts["unfit"]

    @property
    def tag(self) -> str:
        """Another where anything of it that a page shows is another."""
        counted = (str(self.counts[state]) for state in STATES)
        return "-".join([str(self.id), self.state, *counted, str(self.given_back)])


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of a migration: what became of it, and why not: (name of the element or item, its id, why)."""

    case_id: int
    number: str
    from_number: int
    state: str
    at: datetime | None
    reasons: tuple[tuple[Words, str, Words], ...]


RUNS = """
select m.id, m.bundle_key, r.number, m.state, (select count(*) from migration_case c where c.run_id = m.id), u.name,
    m.created_at
from migration_run m join release r on r.id = m.to_release_id join app_user u on u.id = m.created_by
where %(bundle)s = '' or m.bundle_key = %(bundle)s order by m.id desc limit %(most)s
"""
TO_CONFIRM = """
select m.id, m.bundle_key, r.number, m.state, (select count(*) from migration_case c where c.run_id = m.id), u.name,
    m.created_at, r.id
from migration_run m join release r on r.id = m.to_release_id join app_user u on u.id = m.created_by
where m.state = 'proposed' and m.created_by <> %s order by m.id
"""
RUN = """
select m.id, m.bundle_key, m.to_release_id, r.number, m.state, m.mappings, m.filters, m.reason, m.first_cases,
    m.created_by, a.name, m.created_at, c.name, m.confirmed_at, m.ended_at, u.name, m.undo_reason
from migration_run m join release r on r.id = m.to_release_id join app_user a on a.id = m.created_by
left join app_user c on c.id = m.confirmed_by left join app_user u on u.id = m.undone_by
where m.id = %s
"""
COUNTS = """
select state, count(*), sum(busy + faults)::bigint from migration_case where run_id = %s group by state
"""
CASES = """
select m.case_id, k.number, m.from_release_id, r.number, m.state, m.at, m.reasons
from migration_case m join cases k on k.id = m.case_id join release r on r.id = m.from_release_id
where m.run_id = %(run)s and (%(state)s = '' or m.state = %(state)s) and m.place > %(after)s
order by m.place limit %(most)s
"""
LAST_PLACE = "select place from migration_case where run_id = %s and case_id = %s"
REASONS = """
select max(m.from_release_id), r ->> 0, r ->> 1, r ->> 2, r ->> 3, count(*)
from migration_case m cross join jsonb_array_elements(m.reasons) r
where m.run_id = %s and m.state = any(%s) group by 2, 3, 4, 5 order by 6 desc, 2, 3 limit %s
"""
HOW_MANY = f"select count(*) from (select from cases k where {CHOSEN} limit %(most)s) c"
#: Older releases that were in force, with the running cases that are still on them.
OLDER = """
select r.id, r.number, r.published_at, r.note, count(k.id)
from release r left join cases k on k.release_id = r.id and k.received_at is not null and exists (
    select from process_instance i where i.case_id = k.id and i.release_id = r.id and i.ended_at is null)
where r.bundle_key = %s and r.published_at is not null and r.state <> 'published'
group by r.id order by r.number desc
"""


@dataclass(frozen=True, slots=True)
class OlderRelease:
    id: int
    number: int
    published_at: datetime
    note: str
    cases: int


def older_releases(bundle: str) -> list[OlderRelease]:
    """Releases that were in force once, the newest first."""
    return [OlderRelease(*row) for row in sql().execute(OLDER, (bundle,))]


def under_way(bundle: str) -> int | None:
    """The id of the bundle's migration that is confirmed and not over: no other begins meanwhile."""
    row = sql().execute(OTHER, (bundle, 0)).fetchone()
    return int(row[0]) if row else None


def how_many(bundle: str, target: int, chosen: Chosen, most: int) -> int:
    """How many running cases are chosen by this, at most `most`."""
    row = sql().execute(HOW_MANY, {**chosen_values(bundle, target, chosen), "most": most}).fetchone()
    return int(row[0]) if row else 0


def runs(bundle: str = "") -> list[RunRow]:
    """Migrations of a bundle (or of all), the last first."""
    return [RunRow(*row) for row in sql().execute(RUNS, {"bundle": bundle, "most": SHOWN_RUNS})]


def newest_own(bundle: str, user_id: int) -> int | None:
    """The migration of this bundle that the person began last."""
    row = (
        sql()
        .execute("select max(id) from migration_run where bundle_key = %s and created_by = %s", (bundle, user_id))
        .fetchone()
    )
    return row[0] if row else None


def to_confirm(user_id: int) -> list[tuple[RunRow, Words]]:
    """The migrations that wait for somebody other than who began them, with the names of their bundles."""
    rows = sql().execute(TO_CONFIRM, (user_id,)).fetchall()
    return [(RunRow(*row), published(release).bundle.name) for *row, release in rows]


def run_of(run_id: int) -> Run:
    """Raises NotFound."""
    row = sql().execute(RUN, (run_id,)).fetchone()
    if row is None:
        raise NotFound()
    counted = {state: (count, given_back) for state, count, given_back in sql().execute(COUNTS, (run_id,))}
    counts = {state: counted.get(state, (0, 0))[0] for state in STATES}
    return Run(counts, sum(given_back for _, given_back in counted.values()), *row)


def reasons_of(run_id: int) -> list[Reason]:
    """What is against cases, what is against most of them first."""
    return _reasons(run_id, STAYING)


def remarks_of(run_id: int) -> list[Reason]:
    """What is to be known of cases that are moved or can be, what is said of most of them first."""
    return _reasons(run_id, GOING)


def _reasons(run_id: int, states: Sequence[str]) -> list[Reason]:
    rows = sql().execute(REASONS, (run_id, list(states), SHOWN_REASONS))
    return [
        Reason(_name(release, process, element), element, Words(zh, en), count)
        for release, process, element, zh, en, count in rows
    ]


def cases_of(run_id: int, state: str = "", after: int = 0) -> tuple[list[CaseRow], int]:
    """A page of its cases in the order of their turn, behind the place `after`; and the place to go on behind, or 0."""
    values = {"run": run_id, "state": state, "after": after, "most": SHOWN_CASES + 1}
    rows = sql().execute(CASES, values).fetchall()
    shown = [_case(*row) for row in rows[:SHOWN_CASES]]
    if len(rows) <= SHOWN_CASES:
        return shown, 0
    last = sql().execute(LAST_PLACE, (run_id, shown[-1].case_id)).fetchone()
    return shown, int(last[0]) if last else 0


def _case(
    case_id: int, number: str, release_id: int, release: int, state: str, at: datetime | None, told: Sequence[Any]
) -> CaseRow:
    reasons = tuple((_name(release_id, process, element), element, Words(zh, en)) for process, element, zh, en in told)
    return CaseRow(case_id, number, release, state, at, reasons)


def _name(release_id: int, process: str, element: str) -> Words:
    """What the release calls an element of one of its processes, or ("" for the process) one of its items; its id
    where it has none, "" where nothing is meant."""
    release = published(release_id)
    if process and element:
        return release.element_name(process, element)
    return next((item.name for item in release.bundle.items if item.key == element), Words(element, element))
