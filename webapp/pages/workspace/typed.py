"""What stands in the controls of an act, read as its command takes it."""

from __future__ import annotations

from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from webapp import moments

Typed = MultiDict[str, str]


def text(typed: Typed, name: str) -> str:
    """What was typed, without spaces around it; empty where the control was not sent."""
    # Asked first: what is not there is an error made and caught again, which costs ten times as much.
    return typed[name].strip() if name in typed else ""


def typed_day(typed: Typed, name: str) -> date | None:
    """The day of a control; None for what is none, which the command refuses in its words."""
    try:
        return date.fromisoformat(text(typed, name))
    except ValueError:
        return None


def typed_moment(typed: Typed, name: str) -> datetime | None:
    """What a control of date and time holds, by the office's clock."""
    try:
        local = datetime.fromisoformat(text(typed, name))
    except ValueError:
        return None
    return local.replace(tzinfo=moments.OFFICE_ZONE) if local.tzinfo is None else local


def typed_days(typed: Typed, name: str) -> int:
    """A number of days; 0 for what is none, which the command refuses in its words."""
    number = text(typed, name)
    return int(number) if number.isdecimal() and len(number) < 4 else 0


def revision_of(typed: Typed) -> int:
    """The task's as the page saw it; none that exists where the page did not say."""
    return typed.get("revision", -1, type=int)
