"""Reminders (a word to a post about a case): read once by one of its members, for all of them."""

from __future__ import annotations

from webapp import clock
from webapp.errors import NotFound
from webapp.identity import Identity, bundle_of, holds_post
from webapp.unit_of_work import sql, unit_of_work

READ = f"""
update reminder r set read_at = coalesce(r.read_at, %(now)s)
where r.id = %(id)s and {holds_post("r.group_key", bundle_of("r.case_id"))} returning r.id
"""


def mark_read(reminder_id: int, *, by: Identity) -> None:
    """Take the reminder off the inbox of its group. Reading it twice changes nothing. Raises NotFound."""
    with unit_of_work():
        if sql().execute(READ, {**by.posts, "id": reminder_id, "now": clock.now()}).fetchone() is None:
            raise NotFound()
