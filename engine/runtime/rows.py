"""Scopes, tokens and waits of a state, by id. A stored one is read when it is first asked for: a step asks for few.

Each has a holder: the token around a scope, the scope of a token, the token (or scope) that waits. What a holder
holds is told from a column of numbers, without reading the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import orjson

from engine.errors import StateInvalid, ValueInvalid

#: What reading a damaged row may raise.
DAMAGE = (orjson.JSONDecodeError, TypeError, ValueError, KeyError, IndexError, AttributeError)
#: Holders whose things are looked for one by one; past it the whole column is sorted by holder.
ASKED_SINGLY = 8
Thing = TypeVar("Thing")


class Rows(dict[int, Thing]):
    """Things by id, in the order in which they came. As a dict it has only those that are read.

    `holder` tells the holder of a thing; `read` makes one of its id, its holder and its stored columns. Of `lines`
    as many are taken as there are `ids`. Raises StateInvalid when a damaged line is asked for, KeyError for an id
    that is not there.
    """

    __slots__ = ("_asked", "_groups", "_holder", "_holders", "_lines", "_read", "_stored_holders", "_stored_ids")

    def __init__(
        self,
        holder: Callable[[Thing], int],
        read: Callable[..., Thing],
        ids: Sequence[int] = (),
        holders: Sequence[int] = (),
        lines: Iterable[bytes] = (),
    ) -> None:
        super().__init__()
        self._holder = holder
        self._read = read
        self._stored_ids, self._stored_holders = ids, holders
        self._lines = dict(zip(ids, lines, strict=False))  # all that are there; those not read as they are stored
        if not len(ids) == len(holders) == len(self._lines):
            raise ValueError("as many ids as holders and lines are expected")
        self._holders: dict[int, int] | None = None  # by id, once something has come or gone
        self._groups: dict[int, dict[int, None]] = {}
        self._asked = 0

    def __missing__(self, id_: int) -> Thing:
        line = self._lines[id_]
        holders = self._holders
        holder = self._stored_holders[self._stored_ids.index(id_)] if holders is None else holders[id_]
        try:
            thing = self._read(id_, holder, *orjson.loads(line))
        except DAMAGE as damage:
            raise StateInvalid(f"the state cannot be read: {damage}") from damage
        dict.__setitem__(self, id_, thing)
        return thing

    def __setitem__(self, id_: int, thing: Thing) -> None:
        dict.__setitem__(self, id_, thing)
        self._lines[id_] = b""
        holder = self._by_id()[id_] = self._holder(thing)
        group = self._groups.get(holder)
        if group is not None:
            group[id_] = None

    def __delitem__(self, id_: int) -> None:
        del self._lines[id_]
        dict.pop(self, id_, None)
        group = self._groups.get(self._by_id().pop(id_))
        if group is not None:
            del group[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self._lines

    def __iter__(self) -> Iterator[int]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def get(self, id_: int, default: Any = None) -> Any:
        """The thing, or `default` where there is none."""
        return self[id_] if id_ in self._lines else default

    def values(self) -> list[Thing]:  # type: ignore[override]  # a list: things may come and go while it is walked
        """All things in order, read."""
        return [self[id_] for id_ in self._lines]

    def held_by(self, holder: int) -> dict[int, None]:
        """The ids of what it holds, in order; it follows what comes and goes."""
        group = self._groups.get(holder)
        if group is None:
            group = self._groups[holder] = self._find(holder)
        return group

    def nothing_held_by(self, holder: int) -> None:
        """The holder is new: nothing of it has to be looked for."""
        self._groups[holder] = {}

    def columns(self) -> tuple[Sequence[int], Sequence[int]]:
        """All ids in order, and the holder of each."""
        if self._holders is None:
            return self._stored_ids, self._stored_holders
        return [*self._holders], [*self._holders.values()]

    def stored(self, write: Callable[[Thing], list[Any]]) -> Iterable[bytes]:
        """All lines in order as they are stored. Raises ValueInvalid for what JSON cannot hold."""
        try:
            for id_, thing in dict.items(self):
                self._lines[id_] = orjson.dumps(write(thing))
        except TypeError as unwritable:
            raise ValueInvalid(str(unwritable)) from unwritable
        return self._lines.values()

    def _by_id(self) -> dict[int, int]:
        if self._holders is None:
            self._holders = dict(zip(self._stored_ids, self._stored_holders, strict=True))
        return self._holders

    def _find(self, holder: int) -> dict[int, None]:
        self._asked += 1
        if self._asked > ASKED_SINGLY:
            self._group_all()
            return self._groups.get(holder, {})
        ids, holders = self.columns()
        group: dict[int, None] = {}
        place = -1
        for _ in range(holders.count(holder)):
            place = holders.index(holder, place + 1)
            group[ids[place]] = None
        return group

    def _group_all(self) -> None:
        """The column by holder, from now on for every holder that was not asked for."""
        groups: dict[int, dict[int, None]] = {}
        for id_, holder in self._by_id().items():
            groups.setdefault(holder, {})[id_] = None
        self._groups = groups | self._groups
