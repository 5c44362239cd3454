"""Values as text in rows: the engine's codec, canonical JSON around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from engine.runtime import decode_variables, encode_variables
from engine.values import Value
from webapp.unit_of_work import sql


def encode_answer(value: Value) -> str:
    """One FEEL value as canonical text."""
    return encode_all({"v": value}).decode()


def decode_answer(text: str) -> Value:
    """The value that `encode_answer` wrote."""
    return decode_all(text.encode())["v"]


def encode_all(variables: Mapping[str, Value]) -> bytes:
    return orjson.dumps(encode_variables(variables), option=orjson.OPT_SORT_KEYS)


def decode_all(content: bytes) -> dict[str, Any]:
    return decode_variables(orjson.loads(content))


#: The answers that an item is handled on: those in force, or as they were handed up (art. 35).
IN_FORCE = """
select distinct on (key) key, value from answer
where case_id = %(case)s and version <= coalesce((select min(h.answers_version) from hand_up h
    where h.item_case_id = %(item_case)s), version)
order by key, version desc
"""


def answers_of(case_id: int, item_case_id: int | None = None) -> dict[str, Any]:
    """The answers in force: per key the latest version.

    `item_case_id`: as this item is handled on them. What a later correction for another item changed does not reach
    one that was handed up.
    """
    return answers_from(sql().execute(IN_FORCE, {"case": case_id, "item_case": item_case_id}))


def answers_from(rows: Iterable[Sequence[str]]) -> dict[str, Any]:
    """The answers of rows of `IN_FORCE`."""
    return {key: decode_answer(value) for key, value in rows}
