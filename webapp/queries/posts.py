"""The posts of the office, for choosing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin

from engine import Words
from webapp.unit_of_work import sql

POSTS = """
select g.key, g.role, g.name_zh, g.name_en, d.name_zh, d.name_en
from candidate_group g join department d on d.id = g.department_id
where %(roles)s::text[] is null or g.role = any(%(roles)s) order by d.id, g.id
"""


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a department."""

    key: str
    role: str
    name: Words
    department: Words

    @property
    def said(self) -> Words:
        """Its name behind the department's."""
        return Words(f"{self.department.zh} · {self.name.zh}", f"{self.department.en} · {self.name.en}")

    @property
    def pinyin(self) -> tuple[str, str]:
        """Of its name and of the department's, a blank between syllables, for finding it by letters."""
        return _pinyin(self.name.zh), _pinyin(self.department.zh)


@lru_cache(maxsize=2_000)
def _pinyin(name: str) -> str:
    return " ".join(lazy_pinyin(name))


def every_post() -> list[Post]:
    """By department."""
    return _posts(None)


def posts_of(roles: Sequence[str]) -> list[Post]:
    """Every post with one of these roles, by department."""
    return _posts(list(roles))


def _posts(roles: list[str] | None) -> list[Post]:
    rows = sql().execute(POSTS, {"roles": roles})
    return [Post(key, role, Words(zh, en), Words(of_zh, of_en)) for key, role, zh, en, of_zh, of_en in rows]
