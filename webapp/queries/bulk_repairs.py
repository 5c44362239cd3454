"""Bulk repairs: what each was, how far it is, and what became of each row; and which cases one would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.services.bulk_repairs import UNDER_WAY, Repairs
from webapp.unit_of_work import sql

SHOWN_BULKS, SHOWN_ROWS = 50, 50
STATES = ("waiting", "done", "refused")


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One bulk repair with how many of its rows are in each state. People are staff.

    `given_back`: how often a row had to wait for another turn.
    """

    id: int
    act: Repairs
    bundle: str
    reason: str
    state: str
    by_id: int
    who: str
    at: datetime
    ended_at: datetime | None
    waiting: int
    done: int
    refused: int
    given_back: int

    @property
    def counts(self) -> dict[str, int]:
        return {"waiting": self.waiting, "done": self.done, "refused": self.refused}

    @property
    def rows(self) -> int:
        return self.waiting + self.done + self.refused

    @property
    def runs(self) -> bool:
        return self.state == UNDER_WAY

    @property
    def tag(self) -> str:
        """Another where anything of it that a page shows is another."""
        return f"{self.id}-{self.state}-{self.waiting}-{self.done}-{self.refused}-{self.given_back}"


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row and what became of it. `element`: of an incident."""

    place: int
    case_id: int
    number: str
    incident_id: int | None
    element: Words | None
    state: str
    said: Words
    at: datetime | None


BULKS = """
select b.id, b.act, b.bundle_key, b.reason, b.state, b.by_id, u.name, b.created_at, b.ended_at,
    count(*) filter (where m.state = 'waiting'), count(*) filter (where m.state = 'done'),
    count(*) filter (where m.state = 'refused'), coalesce(sum(m.busy + m.faults), 0)::bigint
from (select * from bulk_repair where {which} order by id desc limit %(most)s) b
join app_user u on u.id = b.by_id
left join bulk_repair_row m on m.bulk_id = b.id
group by b.id, b.act, b.bundle_key, b.reason, b.state, b.by_id, u.name, b.created_at, b.ended_at
order by b.id desc
"""
ROWS = """
select m.place, m.case_id, coalesce(k.number, ''), m.incident_id, n.element, i.process, i.release_id, m.state,
    m.said_zh, m.said_en, m.at
from bulk_repair_row m join cases k on k.id = m.case_id
left join incident n on n.id = m.incident_id left join process_instance i on i.id = n.instance_id
where m.bulk_id = %(bulk)s and (%(state)s = '' or m.state = %(state)s) and m.place > %(after)s
order by m.place limit %(most)s
"""
#: Received cases of a bundle's releases whose processes still run, the oldest first.
CASES = """
select k.id from cases k
where k.release_id = any(%(releases)s) and k.bundle_key = %(bundle)s and k.received_at is not null
    and (k.suspended_at is not null) = %(suspended)s
    and (%(cases)s::bigint[] is null or k.id = any(%(cases)s))
    and exists (select from process_instance i where i.case_id = k.id and i.ended_at is null)
order by k.received_at, k.id limit %(most)s
"""


def bulk_repairs() -> list[BulkLine]:
    """The last ones."""
    rows = sql().execute(BULKS.format(which="true"), {"most": SHOWN_BULKS}).fetchall()
    return [BulkLine(row[0], Repairs(row[1]), *row[2:]) for row in rows]


def bulk_repair(bulk_id: int) -> BulkLine:
    """Raises NotFound."""
    row = sql().execute(BULKS.format(which="id = %(id)s"), {"id": bulk_id, "most": 1}).fetchone()
    if row is None:
        raise NotFound()
    return BulkLine(row[0], Repairs(row[1]), *row[2:])


def rows_of(bulk_id: int, state: str = "", after: int = 0) -> tuple[list[RowLine], int]:
    """A page of its rows in the order of their turn, and the place behind which the next begins, or 0."""
    values = {"bulk": bulk_id, "state": state, "after": after, "most": SHOWN_ROWS + 1}
    rows = sql().execute(ROWS, values).fetchall()
    lines = [_row(*row) for row in rows[:SHOWN_ROWS]]
    return lines, lines[-1].place if len(rows) > SHOWN_ROWS else 0


def cases_for(act: Repairs, bundle: str, releases: Sequence[int], cases: Sequence[int] | None, most: int) -> list[int]:
    """The cases that `act` would suspend or resume, at most `most`; `cases` None: all of the releases."""
    values = {"releases": list(releases), "bundle": bundle, "suspended": act is Repairs.RESUME, "most": most}
    values["cases"] = list(cases) if cases is not None else None
    return [id_ for (id_,) in sql().execute(CASES, values)]


def _row(
    place: int,
    case_id: int,
    number: str,
    incident_id: int | None,
    element: str | None,
    process: str | None,
    release_id: int | None,
    state: str,
    zh: str,
    en: str,
    at: datetime | None,
) -> RowLine:
    name = published(release_id).element_name(process or "", element) if element and release_id else None
    return RowLine(place, case_id, number, incident_id, name, state, Words(zh, en), at)
