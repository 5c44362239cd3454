"""The posts of the office, for choosing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine import Words
from webapp.unit_of_work import sql

POSTS = """
select g.key, g.role, d.name_zh || ' · ' || g.name_zh, d.name_en || ' · ' || g.name_en
from candidate_group g join department d on d.id = g.department_id
where g.role = any(%s) order by d.id, g.id
"""


@dataclass(frozen=True, slots=True)
class Post:
    """A post with its department's name before its own."""

    key: str
    role: str
    said: Words


def posts_of(roles: Sequence[str]) -> list[Post]:
    """Every post with one of these roles, by department."""
    return [Post(key, role, Words(zh, en)) for key, role, zh, en in sql().execute(POSTS, (list(roles),))]
