"""Stored rows of a state: each is read when it is first asked for. A step asks for few of them.

What every step must know of all rows (who waits for what, which token stands where) is told from their first
columns, without reading them: see `Run`.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, TypeVar

import orjson

from engine.errors import StateInvalid

#: What reading a damaged row may raise.
DAMAGE = (orjson.JSONDecodeError, TypeError, ValueError, KeyError, IndexError, AttributeError)
Read = TypeVar("Read")
_first = itemgetter(0)


class Rows(dict[int, Read]):
    """Rows by id, in order; those that nobody asked for are stored again as they were.

    Raises StateInvalid when a damaged row is asked for.
    """

    __slots__ = ("_read", "_taken")

    def __init__(self, rows: list[Any], read: Callable[..., Read]) -> None:
        super().__init__(zip(map(_first, rows), rows, strict=True))
        self._read = read
        self._taken: set[int] = set()

    def __getitem__(self, id_: int) -> Read:
        found = dict.__getitem__(self, id_)
        return self._take(id_, found) if isinstance(found, list) else found

    def __setitem__(self, id_: int, thing: Read) -> None:
        dict.__setitem__(self, id_, thing)
        self._taken.add(id_)

    def __delitem__(self, id_: int) -> None:
        dict.__delitem__(self, id_)
        self._taken.discard(id_)

    def get(self, id_: int, default: Any = None) -> Any:
        """The row, or `default` where there is none."""
        found = dict.get(self, id_, default)
        return self._take(id_, found) if isinstance(found, list) else found

    def values(self) -> list[Read]:  # type: ignore[override]  # a list: rows may be taken while it is walked
        """All rows in order, read."""
        return [self[id_] for id_ in self]

    def stored(self, write: Callable[[Read], list[Any]]) -> list[Any]:
        """All rows in order as they are stored."""
        rows: dict[int, Any] = dict(self)
        for id_ in self._taken:
            rows[id_] = write(rows[id_])
        return list(rows.values())

    def _take(self, id_: int, row: list[Any]) -> Read:
        try:
            read = self._read(*row)
        except DAMAGE as damage:
            raise StateInvalid(f"the state cannot be read: {damage}") from damage
        self[id_] = read
        return read
