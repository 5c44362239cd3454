"""Moments as people read them: in the office's zone."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from engine import Words
from engine.law import day_words

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


def local(at: datetime) -> datetime:
    """`at` in the office's zone."""
    return at.astimezone(OFFICE_ZONE)


def shown(at: datetime | None) -> str:
    """A moment as text, to the minute; empty for None."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at else ""


def written(at: datetime | None) -> Words:
    """A moment as papers write it, to the minute; nothing for None."""
    if at is None:
        return Words("", "")
    on, day = local(at), day_words(local(at).date())
    return Words(f"{day.zh}{on.hour}时{on.minute:02}分", f"{day.en} {on:%H:%M}")


def midnight(day: date) -> datetime:
    """The first moment of `day` in the office's zone."""
    return datetime.combine(day, time(), OFFICE_ZONE)
