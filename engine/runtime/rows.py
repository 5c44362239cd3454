"""Scopes, tokens and waits of a state, by id. A stored one is read when it is first asked for: a step asks for few.

Each has a holder: the token around a scope, the scope of a token, the token (or scope) that waits. What a holder
holds is told from a column of numbers, without reading the rows. What was not read goes out as the line it was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import orjson

from engine.errors import StateInvalid, ValueInvalid

#: What reading a damaged row may raise.
DAMAGE = (orjson.JSONDecodeError, TypeError, ValueError, KeyError, IndexError, AttributeError)
#: Holders whose things are looked for one by one; past it the whole column is sorted by holder.
ASKED_SINGLY = 8
Thing = TypeVar("Thing")


class Rows(dict[int, Thing]):
    """Things by id, in the order in which they came: ids only grow. As a dict it has only those that are read.

    `holder` tells the holder of a thing; `read` makes one of its id, its holder and its stored columns. `ids`,
    `holders` and `lines` are kept and changed. Raises StateInvalid when a damaged line is asked for, KeyError for
    an id that is not there.
    """

    __slots__ = ("_all_grouped", "_asked", "_groups", "_holder", "_read", "holders", "ids", "lines")

    def __init__(
        self,
        holder: Callable[[Thing], int],
        read: Callable[..., Thing],
        ids: list[int],
        holders: list[int],
        lines: list[bytes],
    ) -> None:
        super().__init__()
        if not len(ids) == len(holders) == len(lines):
            raise ValueError("as many ids as holders and lines are expected")
        self.ids, self.holders, self.lines = ids, holders, lines
        self._holder = holder
        self._read = read
        self._groups: dict[int, dict[int, None]] = {}
        self._asked = 0
        self._all_grouped = False  # then who has no group holds nothing

    def __missing__(self, id_: int) -> Thing:
        place = self._place(id_)
        try:
            thing = self._read(id_, self.holders[place], *orjson.loads(self.lines[place]))
        except DAMAGE as damage:
            raise StateInvalid(f"the state cannot be read: {damage}") from damage
        dict.__setitem__(self, id_, thing)
        return thing

    def __setitem__(self, id_: int, thing: Thing) -> None:
        """Takes in a new thing; its id is greater than all before."""
        dict.__setitem__(self, id_, thing)
        holder = self._holder(thing)
        self.ids.append(id_)
        self.holders.append(holder)
        self.lines.append(b"")
        group = self._groups.get(holder)
        if group is not None:
            group[id_] = None
        elif self._all_grouped:
            self._groups[holder] = {id_: None}

    def __delitem__(self, id_: int) -> None:
        place = self._place(id_)
        group = self._groups.get(self.holders[place])
        if group is not None:
            del group[id_]
        del self.ids[place], self.holders[place], self.lines[place]
        dict.pop(self, id_, None)

    def __contains__(self, id_: Any) -> bool:
        place = bisect_left(self.ids, id_)
        return place < len(self.ids) and self.ids[place] == id_

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def get(self, id_: int, default: Any = None) -> Any:
        """The thing, or `default` where there is none."""
        try:
            return self[id_]
        except KeyError:
            return default

    def values(self) -> list[Thing]:  # type: ignore[override]  # a list: things may come and go while it is walked
        """All things in order, read."""
        return [self[id_] for id_ in self.ids]

    def beginning(self, first: str) -> list[Thing]:
        """In order: those whose first stored column is this text, read, and all that are new."""
        start = b'["%b"' % first.encode()
        return [self[id_] for id_, line in zip(self.ids, self.lines, strict=True) if not line or line.startswith(start)]

    def held_by(self, holder: int) -> dict[int, None]:
        """The ids of what it holds, in order; it follows what comes and goes."""
        group = self._groups.get(holder)
        if group is None:
            group = self._groups[holder] = self._find(holder)
        return group

    def nothing_held_by(self, holder: int) -> None:
        """The holder is new: nothing of it has to be looked for."""
        self._groups[holder] = {}

    def written(self, write: Callable[[Thing], list[Any]]) -> list[bytes]:
        """All lines in order as they are stored. Raises ValueInvalid for what JSON cannot hold."""
        ids, lines = self.ids, self.lines
        try:
            for id_, thing in dict.items(self):
                lines[bisect_left(ids, id_)] = orjson.dumps(write(thing))
        except TypeError as unwritable:
            raise ValueInvalid(str(unwritable)) from unwritable
        return lines

    def _place(self, id_: int) -> int:
        """Where the row stands. Raises KeyError."""
        ids = self.ids
        place = bisect_left(ids, id_)
        if place == len(ids) or ids[place] != id_:
            raise KeyError(id_)
        return place

    def _find(self, holder: int) -> dict[int, None]:
        if self._all_grouped:
            return {}
        self._asked += 1
        if self._asked > ASKED_SINGLY:
            self._group_all()
            return self._groups.get(holder, {})
        ids, holders = self.ids, self.holders
        group: dict[int, None] = {}
        place = -1
        for _ in range(holders.count(holder)):
            place = holders.index(holder, place + 1)
            group[ids[place]] = None
        return group

    def _group_all(self) -> None:
        """The column by holder, from now on for every holder that was not asked for."""
        groups: dict[int, dict[int, None]] = {}
        for id_, holder in zip(self.ids, self.holders, strict=True):
            groups.setdefault(holder, {})[id_] = None
        self._groups = groups | self._groups
        self._all_grouped = True
