"""Names of departments by key, for lists and papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine import Words
from webapp.unit_of_work import sql

DEPARTMENTS = "select key, name_zh, name_en from department"


def department_names() -> dict[str, Words]:
    """Department key -> its name."""
    return names_from(sql().execute(DEPARTMENTS))


def names_from(rows: Iterable[Sequence[str]]) -> dict[str, Words]:
    """The names of rows of `DEPARTMENTS`."""
    return {key: Words(zh, en) for key, zh, en in rows}
