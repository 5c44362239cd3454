"""Answers as rows: per version, key and value, with source and who."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.answers import encode_answer
from webapp.identity import Identity
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql

AS_RECEIVED = 1


def write_answers(case: LockedCase, values: Mapping[str, Any], *, version: int, source: str, by: Identity) -> None:
    """Answer rows of one version: all keys, replaced."""
    keys = list(values)
    sql().execute(
        "delete from answer where case_id = %s and version = %s and not key = any(%s)",
        (case.id, version, keys),
    )
    sql().execute(
        "insert into answer (case_id, version, key, value, source, by_id, at)"
        " select %s, %s, a.key, a.value, %s, %s, %s from unnest(%s::text[], %s::text[]) a(key, value)"
        " on conflict (case_id, version, key) do update set value = excluded.value, by_id = excluded.by_id,"
        " at = excluded.at where answer.value <> excluded.value",
        (case.id, version, source, by.user_id, case.now, keys, [encode_answer(values[key]) for key in keys]),
    )
