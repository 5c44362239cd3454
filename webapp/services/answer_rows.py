"""Answers as rows: per version, key and value, with source and who."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.answers import encode_answer
from webapp.identity import Identity
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql

AS_RECEIVED = 1


WRITE = """
with left_out as (delete from answer where case_id = %(case)s and version = %(version)s and not key = any(%(keys)s))
insert into answer (case_id, version, key, value, source, by_id, at)
select %(case)s, %(version)s, a.key, a.value, %(source)s, %(by)s, %(now)s
from unnest(%(keys)s::text[], %(values)s::text[]) a(key, value)
on conflict (case_id, version, key) do update set value = excluded.value, by_id = excluded.by_id,
    at = excluded.at where answer.value <> excluded.value
"""


def write_answers(
    case: LockedCase, values: Mapping[str, Any], *, version: int, source: str, by: Identity | None
) -> None:
    """Answer rows of one version: all keys, replaced. `by` is nobody where the applicant answers without us."""
    keys = list(values)
    sql().execute(
        WRITE,
        {
            "case": case.id,
            "version": version,
            "keys": keys,
            "values": [encode_answer(values[key]) for key in keys],
            "source": source,
            "by": by.user_id if by else None,
            "now": case.now,
        },
    )
