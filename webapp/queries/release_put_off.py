"""Why a release whose day has come is not in force yet."""

from __future__ import annotations

from engine import Words
from webapp.services.release_rows import APPROVED
from webapp.unit_of_work import sql

PUT_OFF = "select put_off_zh, put_off_en from release where id = %s and state = %s and put_off_zh <> ''"


def put_off(release_id: int) -> Words | None:
    """The reason why an approved release was put off on its day; None while nothing holds it up."""
    row = sql().execute(PUT_OFF, (release_id, APPROVED)).fetchone()
    return Words(*row) if row else None
