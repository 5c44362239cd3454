"""Names of departments by key, for lists and papers; and of which department each post is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine import Words
from webapp.unit_of_work import sql

DEPARTMENTS = "select key, name_zh, name_en from department"
POSTS = "select g.key, d.key from candidate_group g join department d on d.id = g.department_id order by g.key"


def department_names() -> dict[str, Words]:
    """Department key -> its name."""
    return names_from(sql().execute(DEPARTMENTS))


def names_from(rows: Iterable[Sequence[str]]) -> dict[str, Words]:
    """The names of rows of `DEPARTMENTS`."""
    return {key: Words(zh, en) for key, zh, en in rows}


def departments_of_posts() -> dict[str, str]:
    """Key of each post -> key of its department."""
    return {row[0]: row[1] for row in sql().execute(POSTS)}


def post_names() -> dict[str, Words]:
    """Key of each post -> its name."""
    return names_from(sql().execute("select key, name_zh, name_en from candidate_group order by key"))
