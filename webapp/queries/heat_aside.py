"""Reads of what the count of waits leaves out: how many, of which cases, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.unit_of_work import sql

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A process whose history is in no sum, or only up to some step. `bundle`: a key; `asked`: tried again soon.

    `detail`: the last line of the error; `version`: of the software that left it out.
    """

    instance_id: int
    case_id: int
    number: str
    bundle: str
    release: int
    process: str
    why: Words
    detail: str
    version: str
    at: datetime
    asked: bool


UNCOUNTED = """
select a.instance_id, i.case_id, coalesce(k.number, ''), a.bundle_key, r.number, i.process, a.zh, a.en, a.detail,
    a.version, a.at, a.again
from walk_aside a join process_instance i on i.id = a.instance_id join cases k on k.id = i.case_id
join release r on r.id = i.release_id
where a.zh <> '' order by a.at desc, a.instance_id limit %s
"""
HOW_MANY = "select count(*) from walk_aside where zh <> '' and (%(bundle)s = '' or bundle_key = %(bundle)s)"

ALONE = "select count(*) from walk_aside where zh = ''"


def uncounted() -> list[Uncounted]:
    """The first of them, what was left out last before the others."""
    return [_line(*row) for row in sql().execute(UNCOUNTED, (SHOWN,))]


def how_many(bundle: str = "") -> int:
    """Of one bundle, or of all."""
    row = sql().execute(HOW_MANY, {"bundle": bundle}).fetchone()
    return int(row[0]) if row else 0


def counted_alone() -> int:
    """How many wait to be counted by themselves, because the count of some was broken off: no more is known of them."""
    row = sql().execute(ALONE).fetchone()
    return int(row[0]) if row else 0


def _line(
    instance_id: int,
    case_id: int,
    number: str,
    bundle: str,
    release: int,
    process: str,
    zh: str,
    en: str,
    detail: str,
    version: str,
    at: datetime,
    asked: bool,
) -> Uncounted:
    last = detail.strip().rpartition("\n")[2]
    return Uncounted(instance_id, case_id, number, bundle, release, process, Words(zh, en), last, version, at, asked)
