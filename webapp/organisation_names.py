"""Names of departments by key, for lists and papers."""

from __future__ import annotations

from engine import Words
from webapp.unit_of_work import sql


def department_names() -> dict[str, Words]:
    """Department key -> its name."""
    return {key: Words(zh, en) for key, zh, en in sql().execute("select key, name_zh, name_en from department")}
