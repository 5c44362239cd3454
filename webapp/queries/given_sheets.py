"""Notification sheets of open applications, under the release by which each was made.

A case may run another release since (`services/migration`); what was handed over stays what it was. Which release that
is stands in the line of the ledger that was written with the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from webapp.unit_of_work import sql

#: Cases that have gone on with another release at some time; all others run the one that they began with.
MOVED = "select case_id from repair where kind in ('release-changed', 'release-restored')"
#: Sheet by sheet: its case and the release it was given under.
OPEN_SHEETS = f"""
select s.case_id, c.bundle_key, c.received_at, case when c.id in ({MOVED}) then (
    select (e.body::jsonb ->> 'release')::bigint from case_event e
    where e.case_id = s.case_id and e.kind = 'sheet-given' and (e.body::jsonb ->> 'sheet')::bigint = s.id
) else c.release_id end as release_id
from cases c join notification_sheet s on s.case_id = c.id
where c.closed_at is null
"""
#: The releases of sheets whose case runs another one by now.
LEFT_BEHIND = f"select given.release_id from ({OPEN_SHEETS}) given where given.case_id in ({MOVED})"
BY_RELEASE = f"""
select r.id, r.number, count(*) from ({OPEN_SHEETS}) given join release r on r.id = given.release_id
where given.bundle_key = %s group by r.id, r.number order by r.number desc
"""
#: `asked`: for each release the keys of items, [] for all; an application that is not received may come to have any.
CONCERNED = f"""
select given.release_id, count(*)
from ({OPEN_SHEETS}) given
join jsonb_to_recordset(%(asked)s::jsonb) asked(release bigint, items jsonb) on asked.release = given.release_id
where given.bundle_key = any(%(bundles)s) and (
    given.received_at is null or asked.items = '[]'
    or exists (select from item_case i where i.case_id = given.case_id and asked.items ? i.item_key))
group by given.release_id
"""


@dataclass(frozen=True, slots=True)
class GivenUnder:
    """How many sheets of open applications were given under a release of the bundle."""

    release_id: int
    number: int
    count: int


def given_by_release(bundle: str) -> tuple[GivenUnder, ...]:
    """The bundle's, the newest release first."""
    return tuple(GivenUnder(*row) for row in sql().execute(BY_RELEASE, (bundle,)).fetchall())


def given_under(asked: Mapping[int, frozenset[str]], bundles: frozenset[str]) -> dict[int, int]:
    """Release -> how many sheets given under it are of open applications with any of these items (empty: of all).

    `bundles`: whose releases these are.
    """
    rows = [{"release": release, "items": sorted(items)} for release, items in asked.items()]
    values = {"asked": orjson.dumps(rows).decode(), "bundles": sorted(bundles)}
    return dict(sql().execute(CONCERNED, values).fetchall()) if rows else {}
