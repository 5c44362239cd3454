"""What of the office the files of a bundle are checked against: the keys of its posts and of its departments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

#: Two columns of a statement, as `Office.of` takes them.
OFFICE = """
array(select key from candidate_group order by key), array(select key from department order by key)
"""


class Known(TypedDict):
    known_groups: tuple[str, ...]
    known_departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """Keys, each in its order, so that what was found against the same office is found in a cache."""

    groups: tuple[str, ...]
    departments: tuple[str, ...]

    @classmethod
    def of(cls, groups: Sequence[str], departments: Sequence[str]) -> Office:
        """From the columns of OFFICE."""
        return cls(tuple(groups), tuple(departments))

    @property
    def known(self) -> Known:
        """As the checks take it."""
        return {"known_groups": self.groups, "known_departments": self.departments}
