"""What is counted by release: notification sheets and commitments by the one they were made under, cases by their own.

A case may run another release since (`services/migration`); what was handed over or signed stays what it was. Which
release that is stands in the line of the ledger that was written with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from webapp.unit_of_work import sql

#: Cases that have gone on with another release at some time; all others run the one that they began with.
MOVED = "select case_id from repair where kind in ('release-changed', 'release-restored')"
#: The release by which something of the case `c` was made; `line`: what its line of the ledger `e` is known by. A
#: letter may be signed anew: the last line is that of the one there is.
MADE_UNDER = f"""
case when c.id in ({MOVED}) then (
    select (e.body::jsonb ->> 'release')::bigint from case_event e where e.case_id = c.id and {{line}}
    order by e.seq desc limit 1
) else c.release_id end as release_id
"""
SHEET_LINE = "e.kind = 'sheet-given' and (e.body::jsonb ->> 'sheet')::bigint = s.id"
LETTER_LINE = """
e.kind = 'commitment-signed' and e.body::jsonb ->> 'item' = m.item_key
    and coalesce(e.body::jsonb ->> 'material', '') = m.material_key
"""
#: Sheet by sheet of open applications. One that is not received may come to have any item. `narrow`: of which `s` only.
SHEETS = f"""
select s.case_id, c.bundle_key, {MADE_UNDER.format(line=SHEET_LINE)}, c.received_at is null as of_any,
    array(select i.item_key from item_case i where i.case_id = c.id) as items
from cases c join notification_sheet s on s.case_id = c.id
where c.closed_at is null {{narrow}}
"""
#: Letter by letter: of open applications, and where a verification runs. `narrow`: of which `m` only.
LETTERS = f"""
select m.case_id, c.bundle_key, {MADE_UNDER.format(line=LETTER_LINE)}, false as of_any, array[m.item_key] as items
from (
    select m.case_id, m.item_key, m.material_key from cases c join commitment m on m.case_id = c.id
    where c.closed_at is null {{narrow}}
    union
    select m.case_id, m.item_key, m.material_key from legal_clock v join item_case i on i.id = v.item_case_id
    join commitment m on m.case_id = i.case_id and m.item_key = i.item_key
    where v.name = 'verification' and v.stopped_on is null {{narrow}}
) m join cases c on c.id = m.case_id
"""
OPEN_SHEETS, STANDING_COMMITMENTS = SHEETS.format(narrow=""), LETTERS.format(narrow="")
#: The releases of sheets and commitments whose case has gone on with another one. Only what is of such cases is read.
LEFT_BEHIND = f"""
select made.release_id from ({SHEETS.format(narrow=f"and s.case_id in ({MOVED})")}) made
union
select made.release_id from ({LETTERS.format(narrow=f"and m.case_id in ({MOVED})")}) made
"""
SHEETS_BY_RELEASE = f"""
select r.id, r.number, count(*) from ({OPEN_SHEETS}) made join release r on r.id = made.release_id
where made.bundle_key = %s group by r.id, r.number order by r.number desc
"""
#: `asked`: for each release the keys of items, [] for all.
CONCERNED = """
select made.release_id, count(*)
from ({made}) made
join jsonb_to_recordset(%(asked)s::jsonb) asked(release bigint, items jsonb) on asked.release = made.release_id
where made.bundle_key = any(%(bundles)s) and (made.of_any or asked.items = '[]' or asked.items ?| made.items)
group by made.release_id
"""
SHEETS_CONCERNED = CONCERNED.format(made=OPEN_SHEETS)
COMMITMENTS_CONCERNED = CONCERNED.format(made=STANDING_COMMITMENTS)
#: One that is not received may come to have any item.
CASES_CONCERNED = """
select c.release_id, count(*) filter (where c.received_at is not null), count(*) filter (where c.received_at is null)
from cases c
join jsonb_to_recordset(%(asked)s::jsonb) asked(release bigint, items jsonb) on asked.release = c.release_id
where c.bundle_key = any(%(bundles)s) and c.closed_at is null and (
    c.received_at is null or asked.items = '[]'
    or exists (select from item_case i where i.case_id = c.id and asked.items ? i.item_key))
group by c.release_id
"""


@dataclass(frozen=True, slots=True)
class SheetsUnder:
    """How many sheets of open applications were given under a release of the bundle."""

    release_id: int
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class CasesUnder:
    """How many open cases run on a release, and how many applications are begun and not received."""

    running: int
    begun: int


def sheets_by_release(bundle: str) -> tuple[SheetsUnder, ...]:
    """The bundle's, the newest release first."""
    return tuple(SheetsUnder(*row) for row in sql().execute(SHEETS_BY_RELEASE, (bundle,)).fetchall())


def sheets_under(asked: Mapping[int, frozenset[str]], bundles: frozenset[str]) -> dict[int, int]:
    """Release -> how many sheets given under it are of open applications with any of these items (empty: of all).

    `bundles`: whose releases these are.
    """
    return dict(_concerned(SHEETS_CONCERNED, asked, bundles))


def commitments_under(asked: Mapping[int, frozenset[str]], bundles: frozenset[str]) -> dict[int, int]:
    """Release -> how many commitments signed under it for any of these items (empty: for all) still stand.

    `bundles`: whose releases these are.
    """
    return dict(_concerned(COMMITMENTS_CONCERNED, asked, bundles))


def cases_under(asked: Mapping[int, frozenset[str]], bundles: frozenset[str]) -> dict[int, CasesUnder]:
    """Release -> the open cases that it runs with any of these items (empty: all of them).

    `bundles`: whose releases these are.
    """
    return {release: CasesUnder(*counted) for release, *counted in _concerned(CASES_CONCERNED, asked, bundles)}


def _concerned(question: str, asked: Mapping[int, frozenset[str]], bundles: frozenset[str]) -> list[tuple[Any, ...]]:
    """Rows of the release and its counts, of those where there is anything to count."""
    rows = [{"release": release, "items": sorted(items)} for release, items in asked.items()]
    values = {"asked": orjson.dumps(rows).decode(), "bundles": sorted(bundles)}
    return sql().execute(question, values).fetchall() if rows else []
