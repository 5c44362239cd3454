"""Where cases of a bundle wait and for how long: read from the sums that the worker keeps up, never from cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

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

    def is_about(self, department: str) -> bool:
        """Whether the waits of this department ("": of none) are shown."""
        return self.department in ("", department or NO_DEPARTMENT)


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
    """One process: its elements, those that keep cases longest first. `departments`: all that have waits there."""

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
    """What waits at an element for a department now, the first since the month `since`."""

    element: str
    department: str
    number: int
    since: date


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
CHOSEN = "bundle_key = %(bundle)s and process = %(process)s and (%(release)s = 0 or release_id = %(release)s)"
WAITS = f"""
select element, department, month, in_office, waits, counts from wait_month
where {CHOSEN} and month between %(first)s and %(last)s order by month, release_id
"""
#: Who waits now does so whatever month is looked at.
WAITING = f"""
select element, department, sum(waits)::bigint, min(month) from waiting_now
where {CHOSEN} and waits > 0 group by element, department
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
    values = {
        "bundle": asked.bundle,
        "process": asked.process,
        "release": asked.release_id,
        "first": asked.first,
        "last": asked.last,
    }
    every = [WaitRow(*row) for row in sql().execute(WAITS, values)]
    waiting = [_Waiting(*row) for row in sql().execute(WAITING, values)]
    departments = tuple(sorted({row.department for row in every} | {one.department for one in waiting}))
    counted = sql().execute(COUNTED_AT).fetchone()
    rows = tuple(one for one in every if asked.is_about(one.department))
    here = [one for one in waiting if asked.is_about(one.department)]
    elements = _elements(rows, here, asked.process, release, office_day)
    return Heat(tuple(elements), departments, counted[0] if counted else None, rows)


def days(spans: Spans, office_day: int) -> float | None:
    """The 90th percentile in days: of opening hours, or of the clock."""
    if spans.ninth is None:
        return None
    return spans.ninth / (office_day if spans.in_office else SECONDS_OF_DAY)


def _elements(
    rows: Iterable[WaitRow],
    waiting: Iterable[_Waiting],
    process: str,
    release: Published,
    office_day: int,
) -> list[ElementWaits]:
    by_element: dict[str, list[WaitRow]] = {}
    now: dict[str, list[_Waiting]] = {}
    for row in rows:
        by_element.setdefault(row.element, []).append(row)
    for one in waiting:
        now.setdefault(one.element, []).append(one)
    known = release.program.processes.get(process)
    there = known.nodes if known else {}
    found = []
    for element in (*by_element, *(one for one in now if one not in by_element)):
        of_element, here = by_element.get(element, []), now.get(element, [])
        node = there.get(element)
        name = release.element_name(process, element) if node else Words(element, element)
        found.append(
            ElementWaits(
                element,
                name,
                node is not None,
                spans_of(of_element),
                sum(one.number for one in here),
                min((one.since for one in here), default=None),
                tuple(sorted({row.department for row in of_element} | {one.department for one in here})),
            )
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
