"""Moments as people read them: in the office's zone."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


def local(at: datetime) -> datetime:
    """`at` in the office's zone."""
    return at.astimezone(OFFICE_ZONE)


def shown(at: datetime | None) -> str:
    """A moment as text, to the minute; empty for None."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at else ""


def midnight(day: date) -> datetime:
    """The first moment of `day` in the office's zone."""
    return datetime.combine(day, time(), OFFICE_ZONE)
