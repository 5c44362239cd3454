"""Open incidents of all cases: grouped by cause, and one by one, by bundle, release, element, kind of error and age.

Only those that are open are looked at, by a partial index; how many there ever were makes no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine import Words
from webapp import clock
from webapp.catalogue import published
from webapp.queries.release_names import bundle_name
from webapp.unit_of_work import sql

SHOWN_CAUSES, SHOWN = 50, 50
#: A cause is shown as long as this: an error may quote a whole document.
LONGEST_CAUSE = 300


@dataclass(frozen=True, slots=True)
class WantedIncidents:
    """What the address asks for. `cause`: the digest of a group; `days`: open for at least so many days."""

    bundle: str = ""
    release_id: int = 0
    element: str = ""
    code: str = ""
    days: int = 0
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """Incidents that failed at one element of a bundle with the same code and words. `said`: the error's own last
    line; `digest` names the group in an address."""

    digest: str
    bundle: str
    name: Words
    element: str
    element_name: Words
    code: str
    message: Words
    said: str
    count: int
    cases: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One open incident. `bulk_id`: the bulk repair in which it waits."""

    id: int
    case_id: int
    number: str
    element: Words
    code: str
    message: Words
    said: str
    release: int
    opened_at: datetime
    suspended: bool
    bulk_id: int | None


#: The open incidents with their cause; the last line of a traceback says what went wrong.
OPEN = f"""
select n.id, n.case_id, n.element, n.code, n.message_zh, n.message_en, n.opened_at, i.process, i.release_id,
    r.number as release, r.bundle_key, s.said,
    md5(concat_ws(chr(10), r.bundle_key, n.element, n.code, n.message_zh, s.said)) as cause
from incident n
join process_instance i on i.id = n.instance_id
join release r on r.id = i.release_id
cross join lateral (select left(substring(coalesce(nullif(n.detail, ''),
    (select j.last_error from engine_job j where j.id = n.engine_job_id), '') from '([^\\n]*)\\s*$'),
    {LONGEST_CAUSE}) as said) s
where n.resolved_at is null
    and (%(bundle)s = '' or r.bundle_key = %(bundle)s)
    and (%(release)s = 0 or i.release_id = %(release)s)
    and (%(element)s = '' or n.element = %(element)s)
    and (%(code)s = '' or n.code = %(code)s)
    and (%(since)s::timestamptz is null or n.opened_at <= %(since)s)
"""
CAUSES = f"""
select cause, min(bundle_key), min(element), min(code), min(message_zh), min(message_en), min(said), count(*),
    count(distinct case_id), min(opened_at), max(opened_at), max(release_id), min(process)
from ({OPEN}) o group by cause order by count(*) desc, max(opened_at) desc limit %(most)s
"""
LINES = f"""
select o.id, o.case_id, coalesce(k.number, ''), o.element, o.code, o.message_zh, o.message_en, o.said, o.release,
    o.opened_at, k.suspended_at is not null, w.bulk_id, o.release_id, o.process
from ({OPEN}) o join cases k on k.id = o.case_id
left join bulk_repair_row w on w.state = 'waiting' and w.case_id = o.case_id and w.incident_id = o.id
where (%(cause)s = '' or o.cause = %(cause)s) and o.id > %(after)s order by o.id limit %(most)s
"""
CHOSEN = f"""
select o.case_id, o.id from ({OPEN}) o where (%(cause)s = '' or o.cause = %(cause)s)
    and (%(ids)s::bigint[] is null or o.id = any(%(ids)s)) order by o.id limit %(most)s
"""
#: What there is to choose from, whatever is chosen now.
OFFERED = """
select r.bundle_key, max(r.id), (array_agg(r.digest order by r.id desc))[1], n.code, count(*)
from incident n join process_instance i on i.id = n.instance_id join release r on r.id = i.release_id
where n.resolved_at is null group by r.bundle_key, n.code order by r.bundle_key, n.code
"""


def causes(wanted: WantedIncidents) -> list[Cause]:
    """What open incidents have in common, what most of them have first."""
    rows = sql().execute(CAUSES, {**_values(wanted), "most": SHOWN_CAUSES}).fetchall()
    return [_cause(*row) for row in rows]


def incidents(wanted: WantedIncidents, after: int = 0) -> tuple[list[IncidentLine], int]:
    """A page of them, the oldest first, and the id behind which the next begins, or 0."""
    rows = sql().execute(LINES, {**_values(wanted), "after": after, "most": SHOWN + 1}).fetchall()
    lines = [_line(*row) for row in rows[:SHOWN]]
    return lines, lines[-1].id if len(rows) > SHOWN else 0


def chosen(wanted: WantedIncidents, ids: Sequence[int] | None, most: int) -> list[tuple[int, int | None]]:
    """(case, incident) of those that are open and asked for, at most `most`; `ids` None: all of them."""
    values = {**_values(wanted), "ids": list(ids) if ids is not None else None, "most": most}
    return [(case, incident) for case, incident in sql().execute(CHOSEN, values)]


def offered() -> tuple[list[tuple[str, Words, int]], list[tuple[str, int]]]:
    """Bundles (key, name, how many) and kinds of error (code, how many) of all open incidents."""
    bundles: dict[str, tuple[Words, int]] = {}
    codes: dict[str, int] = {}
    for key, release, digest, code, count in sql().execute(OFFERED).fetchall():
        name, so_far = bundles.get(key, (bundle_name(release, digest, key), 0))
        bundles[key] = (name, so_far + count)
        codes[code] = codes.get(code, 0) + count
    return [(key, *told) for key, told in bundles.items()], sorted(codes.items())


def _values(wanted: WantedIncidents) -> dict[str, Any]:
    return {
        "bundle": wanted.bundle,
        "release": wanted.release_id,
        "element": wanted.element,
        "code": wanted.code,
        "since": clock.now() - timedelta(days=wanted.days) if wanted.days > 0 else None,
        "cause": wanted.cause,
    }


def _cause(
    digest: str,
    bundle: str,
    element: str,
    code: str,
    zh: str,
    en: str,
    said: str,
    count: int,
    cases: int,
    first: datetime,
    last: datetime,
    release_id: int,
    process: str,
) -> Cause:
    release = published(release_id)
    name = release.element_name(process, element)
    told = Words(zh, en)
    return Cause(digest, bundle, release.bundle.name, element, name, code, told, said, count, cases, first, last)


def _line(
    id_: int,
    case_id: int,
    number: str,
    element: str,
    code: str,
    zh: str,
    en: str,
    said: str,
    release: int,
    opened_at: datetime,
    suspended: bool,
    bulk_id: int | None,
    release_id: int,
    process: str,
) -> IncidentLine:
    name = published(release_id).element_name(process, element)
    told = Words(zh, en)
    return IncidentLine(id_, case_id, number, name, code, told, said, release, opened_at, suspended, bulk_id)
