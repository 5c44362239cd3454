"""Who signs, as papers print it: a person, and for whom where they stand in for an absent colleague."""

from __future__ import annotations

from engine import Words
from webapp.identity import Identity
from webapp.services.locked_case import LockedCase


def acting_words(name: str, absent: str | None) -> Words:
    """The name in both languages, with for whom it was done."""
    return Words(f"{name}（代{absent}）", f"{name} (for {absent})") if absent else Words(name, name)


def signing_name(case: LockedCase, by: Identity) -> Words:
    """The name with which `by` signs in the running act."""
    return acting_words(
        by.name, next((one.absent_name for one in by.standing_in if one.absent_id == case.acting_for), None)
    )
