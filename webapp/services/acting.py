"""Who signs, as papers print it: a person, and for whom where they stand in for an absent colleague."""

from __future__ import annotations

from engine import Words
from webapp.identity import Identity
from webapp.permissions import Permission, Subject, ensure
from webapp.services.locked_case import LockedCase


def acting_words(name: str, absent: str | None) -> Words:
    """The name in both languages, with for whom it was done."""
    return Words(f"{name}（代{absent}）", f"{name} (for {absent})") if absent else Words(name, name)


def signing_name(case: LockedCase, by: Identity) -> Words:
    """The name with which `by` signs in the running act."""
    return acting_words(
        by.name, next((one.absent_name for one in by.standing_in if one.absent_id == case.acting_for), None)
    )


def act_on(case: LockedCase, by: Identity, permission: Permission, subject: Subject = None) -> None:
    """That `by` may do an act that is no task's, and for whom they do it where a borrowed post gives it.

    Raises NotFound, NotYours.
    """
    absent = ensure(by, permission, subject)
    case.acting_for = absent.absent_id if absent else None
