"""What of the office the files of a bundle are checked against: its posts and departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from engine import Words

#: Two columns of a statement, as `Office.of` takes them.
OFFICE = """
array(select array[g.key, g.name_zh, g.name_en, d.key]
      from candidate_group g join department d on d.id = g.department_id order by g.key),
array(select key from department order by key)
"""


class Known(TypedDict):
    known_groups: Mapping[str, Words]
    known_departments: tuple[str, ...]
    posts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Office:
    """Each in the order of its keys, so that what was found against the same office is found in a cache."""

    groups: tuple[tuple[str, str, str, str], ...]  # key, name in Chinese and English, key of the department
    departments: tuple[str, ...]

    @classmethod
    def of(cls, groups: Sequence[Sequence[str]], departments: Sequence[str]) -> Office:
        """From the columns of OFFICE."""
        return cls(tuple((key, zh, en, of) for key, zh, en, of in groups), tuple(departments))

    @property
    def known(self) -> Known:
        """As the checks take it."""
        names = {key: Words(zh, en) for key, zh, en, _ in self.groups}
        posts = {key: of for key, _, _, of in self.groups}
        return {"known_groups": names, "known_departments": self.departments, "posts": posts}
