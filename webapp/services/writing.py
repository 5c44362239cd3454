"""What a command still has to write, gathered part by part and sent as one statement.

Each statement costs PostgreSQL and the application more than most of the rows in it, so rows that a command knows
go out together: before anything else is asked in its transaction, or at its end. Parts are data-modifying queries;
they see the rows as they were before the statement, so no part may change or read a row that another one writes,
except through what that returns. Parts that might are given one name: then the first is sent before the second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp.unit_of_work import send_later, sql


@dataclass(slots=True)
class Writing:
    """The parts so far by name, and their values: a placeholder has one meaning in all of them."""

    parts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    asking: str = ""

    def add(self, name: str, part: str, **values: Any) -> None:
        """Add a part with the values of its placeholders.

        Where a part of this name waits already, or a value has another meaning in what was gathered so far (the rows
        of an earlier step of the same command), that is sent first.
        """
        if name in self.parts or any(self.values.get(key, value) != value for key, value in values.items()):
            self.send()
        self.parts[name] = part
        self.values.update(values)
        send_later(self.send)

    def ask(self, query: str) -> None:
        """A query over what the parts return, for what it does (putting jobs in the queue)."""
        self.asking = query

    def send(self) -> None:
        """Write everything gathered so far; nothing where there is nothing."""
        if not self.parts:
            return
        gathered = ", ".join(f"{name} as ({part})" for name, part in self.parts.items())
        values = self.values
        query = f"with {gathered} {self.asking or 'select'}"
        self.parts, self.values, self.asking = {}, {}, ""
        sql().execute(query, values)
