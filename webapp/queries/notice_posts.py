"""The posts whose notices a lead sets."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Words
from webapp.identity import Identity
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Post:
    key: str
    name: Words


LED = """
select g.key, g.name_zh, g.name_en from candidate_group g join department d on d.id = g.department_id
where d.key = %s order by g.id
"""


def posts_led(by: Identity) -> tuple[Post, ...]:
    """Those of the person's own department."""
    return tuple(Post(key, Words(zh, en)) for key, zh, en in sql().execute(LED, (by.department_key,)).fetchall())
