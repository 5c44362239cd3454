"""Reads of imports of many bundles: which there were, and what became of each bundle of one."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.errors import NotFound
from webapp.queries.release_names import Named, bundle_names
from webapp.unit_of_work import sql

SHOWN = 50


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import. `parts`: bundles and files that it has, `done` of them have their result. `given_back`: how often
    one had to wait for another turn."""

    id: int
    name: str
    note: str
    by: str
    at: datetime
    ended_at: datetime | None
    parts: int
    done: int
    given_back: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """One bundle of it. `number`: of the release that it became, or that is the same; `called`: the bundle in it."""

    name: str
    state: str
    release_id: int | None
    key: str
    number: int | None
    errors: int
    warnings: int
    why: Words
    called: Words | None


IMPORTS = """
select i.id, i.name, i.note, u.name, i.at, i.ended_at, count(*), count(*) filter (where p.state <> 'waiting'),
    sum(p.busy + p.faults)::bigint
from bundle_import i join app_user u on u.id = i.by_id join bundle_import_part p on p.import_id = i.id
"""
PARTS = """
select p.name, p.state, p.release_id, coalesce(r.bundle_key, ''), r.number, p.errors, p.warnings, p.zh, p.en, r.digest
from bundle_import_part p left join release r on r.id = p.release_id where p.import_id = %s order by p.place
"""


def imports() -> list[ImportRow]:
    """The latest imports, the last first."""
    found = sql().execute(IMPORTS + "group by i.id, u.name order by i.id desc limit %s", (SHOWN,))
    return [ImportRow(*row) for row in found]


def newest_own(user_id: int) -> int | None:
    """The import that the person began last."""
    row = sql().execute("select max(id) from bundle_import where by_id = %s", (user_id,)).fetchone()
    return row[0] if row else None


def import_of(import_id: int) -> ImportRow:
    """Raises NotFound."""
    row = sql().execute(IMPORTS + "where i.id = %s group by i.id, u.name", (import_id,)).fetchone()
    if row is None:
        raise NotFound()
    return ImportRow(*row)


def parts_of(import_id: int) -> list[PartRow]:
    """Every bundle of it, in the order of the zip's names."""
    rows = sql().execute(PARTS, (import_id,)).fetchall()
    names = bundle_names(Named(release, digest, key) for _, _, release, key, *_, digest in rows if release)
    return [
        PartRow(name, state, release, key, number, errors, warnings, Words(zh, en), names.get(release))
        for name, state, release, key, number, errors, warnings, zh, en, _ in rows
    ]


def counts_of(parts: list[PartRow]) -> dict[str, int]:
    """State -> how many bundles have it."""
    return dict(Counter(one.state for one in parts))


def tag_of(row: ImportRow) -> str:
    """What the page about it says, as one mark."""
    return hashlib.sha256(repr(row).encode()).hexdigest()[:32]
