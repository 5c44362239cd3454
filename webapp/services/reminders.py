"""Reminders (a word to a post about a case): read once by one of its members, for all of them."""

from __future__ import annotations

from webapp import clock
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.unit_of_work import sql, unit_of_work


def mark_read(reminder_id: int, *, by: Identity) -> None:
    """Take the reminder off the inbox of its group. Reading it twice changes nothing. Raises NotFound."""
    with unit_of_work():
        row = (
            sql()
            .execute(
                "update reminder set read_at = coalesce(read_at, %s)"
                " where id = %s and group_key = any(%s) returning id",
                (clock.now(), reminder_id, sorted(by.groups)),
            )
            .fetchone()
        )
        if row is None:
            raise NotFound()
