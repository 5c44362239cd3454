"""What a command still has to write, gathered part by part and sent as one statement.

Each statement costs PostgreSQL and the application more than most of the rows in it, so rows that a command knows
go out together: before anything else is asked in its transaction, or at its end. Parts are data-modifying queries;
they see the rows as they were before the statement, so no part may change or read a row that another one writes,
except through what that returns. Parts that might are given one name: then the first is sent before the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from psycopg.errors import UniqueViolation

from webapp.unit_of_work import kept_cursor, send_later


@dataclass(slots=True)
class Writing:
    """The parts so far by name, and their values: a placeholder has one meaning in all of them."""

    parts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    asking: str = ""
    taken: dict[str, Exception] = field(default_factory=dict)

    def add(self, name: str, part: str, **values: Any) -> None:
        """Add a part with the values of its placeholders.

        Where a part of this name waits already, or a value has another meaning in what was gathered so far (the rows
        of an earlier step of the same command), that is sent first.
        """
        known, twice = self.values, name in self.parts
        for key, value in values.items():
            twice = twice or (key in known and known[key] != value)
        if twice:
            self.send()
        if not self.parts:
            send_later(self.send)
        self.parts[name] = part
        self.values.update(values)

    def refuse_twice(self, constraint: str, refusal: Exception) -> None:
        """What to raise when a row of what waits is there already, as the constraint of this name finds."""
        self.taken[constraint] = refusal

    def amend(self, name: str, **values: Any) -> bool:
        """Give placeholders of the part `name` other values; False where it was sent already, with those it had."""
        if name not in self.parts:
            return False
        self.values.update(values)
        return True

    def concerns(self, *words: str) -> bool:
        """Whether a part that waits has one of these (names of tables, say) in its text."""
        return any(word in part for part in self.parts.values() for word in words)

    def ask(self, query: str) -> None:
        """A query over what the parts return, for what it does (putting jobs in the queue); all give one column."""
        self.asking = f"{self.asking} union all {query}" if self.asking else query

    def send(self) -> None:
        """Write everything gathered so far; nothing where there is nothing. Raises what `refuse_twice` was told."""
        if not self.parts:
            return
        values, taken = self.values, self.taken
        numbered, names = _numbered(tuple(self.parts.items()), self.asking)
        self.parts, self.values, self.asking, self.taken = {}, {}, "", {}
        try:
            kept_cursor(numbered).execute(numbered, [values[name] for name in names])
        except UniqueViolation as twice:
            raise taken.get(twice.diag.constraint_name or "", twice) from twice


def array(values: Iterable[int | str | None]) -> str:
    """An array as PostgreSQL writes it, for a placeholder with a cast: psycopg takes ten times as long over a list."""
    return f"{{{','.join([_element(value) for value in values])}}}"


def _element(value: int | str | None) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "null" if value is None else str(value)


PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|%)")


@lru_cache(maxsize=256)
def _numbered(parts: tuple[tuple[str, str], ...], asking: str) -> tuple[bytes, tuple[str, ...]]:
    """One query of the named parts, its placeholders as PostgreSQL numbers them, and their names in that order.

    psycopg does this too, but keeps it only for a query of at most 4,096 characters, and most of these are longer.
    """
    gathered = ", ".join(f"{name} as ({part})" for name, part in parts)
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${numbers.setdefault(found[1], len(numbers) + 1)}" if found[1] else "%"

    query = PLACEHOLDER.sub(number, f"with {gathered} {asking or 'select'}")
    return query.encode(), tuple(numbers)
