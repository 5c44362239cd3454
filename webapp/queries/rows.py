"""The rows of many statements over the same values: each read when it is asked for, or many of them in one statement.

A page that shows a dozen things of one case would send a dozen statements. Here it names them once; what is surely
shown is read together, as one array of rows for each, and what only some pages show is read by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.unit_of_work import sql

Row = tuple[Any, ...]


class Rows:
    """`statements`: name -> a select; its placeholders are named among `values`."""

    def __init__(self, statements: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self._statements, self._values = statements, values
        self._read: dict[str, list[Row]] = {}

    def of(self, name: str) -> list[Row]:
        """The rows of one statement, read now if they were not."""
        if name not in self._read:
            self._read[name] = sql().execute(self._statements[name], self._values).fetchall()
        return self._read[name]

    def first(self, name: str) -> Row | None:
        return next(iter(self.of(name)), None)

    def read_together(self, *names: str) -> None:
        """Read the rows of these in one statement, each with the types of its columns.

        Asked for in binary form, a record tells the types of what is in it; as text it would not.
        """
        wanted = [name for name in names if name not in self._read]
        arrays = ", ".join(f"array(select row(q.*) from ({self._statements[name]}) q)" for name in wanted)
        if wanted:
            found = sql().execute(f"select {arrays}", self._values, binary=True).fetchone()
            assert found is not None
            self._read |= dict(zip(wanted, found, strict=True))
