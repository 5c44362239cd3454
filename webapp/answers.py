"""Values as text in rows: the engine's codec, canonical JSON around it."""

from __future__ import annotations

from collections.abc import Mapping
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


def answers_of(case_id: int) -> dict[str, Any]:
    """The answers in force: per key the latest version."""
    rows = sql().execute(
        "select distinct on (key) key, value from answer where case_id = %s order by key, version desc",
        (case_id,),
    )
    return {key: decode_answer(value) for key, value in rows}
