"""Where cases of a bundle wait and for how long: read from the sums that the worker keeps up, never from cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.law import day_seconds
from webapp import histograms
from webapp.catalogue import Published, published, rules_in_force
from webapp.errors import NotFound
from webapp.unit_of_work import sql

#: Months of a page that asks for none.
LATEST_MONTHS = 12
MEDIAN, NINTH = 0.5, 0.9
SECONDS_OF_DAY = 86_400
#: What stands in an address for the waits that are no department's.
NO_DEPARTMENT = "-"


@dataclass(frozen=True, slots=True)
class ReleaseChoice:
    """A release that was in force once."""

    id: int
    number: int
    is_published: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page shows. `department` "" is all, `release_id` 0 all; months are their first days, both included."""

    bundle: str
    process: str
    first: date
    last: date
    department: str = ""
    release_id: int = 0


@dataclass(frozen=True, slots=True)
class Spans:
    """Many waits together. `in_office`: told in opening hours, else around the clock. Seconds are None without any."""

    waits: int
    median: float | None
    ninth: float | None
    in_office: bool = True


@dataclass(frozen=True, slots=True)
class ElementWaits:
    """The waits at one element; `waiting` wait now, the first of them since the month `since`."""

    element: str
    name: Words
    is_there: bool  # in the release that is drawn
    spans: Spans
    waiting: int
    since: date | None
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The waits at one element of one department, or in one month (`key`)."""

    key: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class Heat:
    """One process: its elements, those that keep cases longest first; those of `element` by department and month."""

    elements: tuple[ElementWaits, ...]
    departments: tuple[str, ...]
    counted_at: datetime | None
    rows: tuple[WaitRow, ...]

    def by_department(self, element: str) -> list[Part]:
        """The waits at an element, department by department."""
        return _parts(self.rows, element, lambda row: row.department)

    def by_month(self, element: str) -> list[Part]:
        """The same month by month, the last first."""
        return _parts(self.rows, element, lambda row: f"{row.month:%Y-%m}")[::-1]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits at an element now, the first since the month `since`."""

    number: int
    since: date | None
    departments: list[str]


@dataclass(frozen=True, slots=True)
class WaitRow:
    """One sum as it is kept."""

    element: str
    department: str
    month: date
    in_office: bool
    waits: int
    counts: Sequence[int]


RELEASES = """
select id, number, state = 'published' from release where bundle_key = %s and published_at is not null
order by number desc
"""
CHOSEN = """
bundle_key = %(bundle)s and process = %(process)s
    and (%(department)s = '' or department = case when %(department)s = '-' then '' else %(department)s end)
    and (%(release)s = 0 or release_id = %(release)s)
"""
WAITS = f"""
select element, department, month, in_office, waits, counts from wait_month
where {CHOSEN} and month between %(first)s and %(last)s
"""
#: Who waits now does so whatever month is looked at.
WAITING = f"""
select element, sum(waits)::bigint, min(month), array_agg(distinct department) from waiting_now
where {CHOSEN} and waits > 0 group by element
"""
MONTHS = """
select distinct month from wait_month where bundle_key = %s and process = %s order by month desc
"""
COUNTED_AT = "select seen_at from walk_mark"


def releases_of(bundle: str) -> list[ReleaseChoice]:
    """The releases that were in force, the newest first. Raises NotFound where there is none."""
    found = [ReleaseChoice(*row) for row in sql().execute(RELEASES, (bundle,))]
    if not found:
        raise NotFound()
    return found


def drawn_release(releases: Sequence[ReleaseChoice], wanted: int) -> Published:
    """The one that is asked for; else the one in force; else the newest."""
    by_choice = next((one for one in releases if one.id == wanted), None)
    in_force = next((one for one in releases if one.is_published), releases[0])
    return published((by_choice or in_force).id)


def months_of(bundle: str, process: str) -> list[date]:
    """The months that have any sum, the last first."""
    return [month for (month,) in sql().execute(MONTHS, (bundle, process))]


def office_day_seconds() -> int:
    """Seconds of opening hours of a working day, by the office's own rules."""
    return day_seconds(rules_in_force().profile.office_hours)


def heat_of(asked: Asked, release: Published, office_day: int) -> Heat:
    """The waits that are asked for; elements have the names of `release`. `office_day`: as `office_day_seconds`."""
    values = _values(asked)
    rows = [WaitRow(*row) for row in sql().execute(WAITS, values)]
    waiting = {row[0]: _Waiting(*row[1:]) for row in sql().execute(WAITING, values)}
    counted = sql().execute(COUNTED_AT).fetchone()
    elements = _elements(rows, waiting, asked.process, release, office_day)
    departments = tuple(sorted({one for element in elements for one in element.departments}))
    return Heat(tuple(elements), departments, counted[0] if counted else None, tuple(rows))


def days(spans: Spans, office_day: int) -> float | None:
    """The 90th percentile in days: of opening hours, or of the clock."""
    if spans.ninth is None:
        return None
    return spans.ninth / (office_day if spans.in_office else SECONDS_OF_DAY)


def _values(asked: Asked) -> dict[str, Any]:
    return {
        "bundle": asked.bundle,
        "process": asked.process,
        "department": asked.department,
        "release": asked.release_id,
        "first": asked.first,
        "last": asked.last,
    }


def _elements(
    rows: Iterable[WaitRow],
    waiting: Mapping[str, _Waiting],
    process: str,
    release: Published,
    office_day: int,
) -> list[ElementWaits]:
    by_element: dict[str, list[WaitRow]] = {element: [] for element in waiting}
    for row in rows:
        by_element.setdefault(row.element, []).append(row)
    known = release.program.processes.get(process)
    there = known.nodes if known else {}
    found = []
    for element, of_element in by_element.items():
        now = waiting.get(element, _Waiting(0, None, []))
        departments = tuple(sorted({*(row.department for row in of_element), *now.departments}))
        node = there.get(element)
        name = release.element_words(process, element, node.name) if node and node.name else Words(element, element)
        found.append(
            ElementWaits(element, name, node is not None, spans_of(of_element), now.number, now.since, departments)
        )
    return sorted(found, key=lambda one: (-(days(one.spans, office_day) or 0.0), -one.waiting, one.element))


def spans_of(rows: Sequence[WaitRow]) -> Spans:
    """The sums taken together. What changed between office and clock from release to release is told by the last."""
    counts = histograms.together(row.counts for row in rows)
    in_office = rows[-1].in_office if rows else True
    return Spans(
        sum(row.waits for row in rows),
        histograms.percentile(counts, MEDIAN),
        histograms.percentile(counts, NINTH),
        in_office,
    )


def _parts(rows: Iterable[WaitRow], element: str, key: Callable[[WaitRow], str]) -> list[Part]:
    by_key: dict[str, list[WaitRow]] = {}
    for row in rows:
        if row.element == element:
            by_key.setdefault(key(row), []).append(row)
    return [Part(one, spans_of(by_key[one])) for one in sorted(by_key)]
