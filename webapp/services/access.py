"""Reads of personal data leave a line: who, which case, what, when."""

from __future__ import annotations

from webapp import clock
from webapp.identity import Identity
from webapp.unit_of_work import sql, unit_of_work


def note(by: Identity, case_id: int | None, what: str) -> None:
    """Append to the access log, in a transaction of its own."""
    with unit_of_work():
        sql().execute(
            "insert into access_log (at, user_id, case_id, what) values (%s, %s, %s, %s)",
            (clock.now(), by.user_id, case_id, what),
        )
