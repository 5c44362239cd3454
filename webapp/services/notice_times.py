"""When a notice goes out: at once, with the next digest, or when the quiet hours are over."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from webapp import moments

HOURLY, DAILY = "hourly", "daily"


def due_at(
    at: datetime,
    *,
    urgent: bool,
    digest: str,
    digest_hour: int,
    quiet: tuple[time, time] | None,
) -> datetime:
    """The moment from which it may go. Urgent ones wait for nothing. All times of day are the office's."""
    if urgent:
        return at
    return after_quiet(_gathered(moments.local(at), digest, digest_hour), quiet)


def _gathered(at: datetime, digest: str, hour: int) -> datetime:
    if digest == HOURLY:
        return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if digest == DAILY:
        next_one = at.replace(hour=hour, minute=0, second=0, microsecond=0)
        return next_one if next_one > at else next_one + timedelta(days=1)
    return at


def after_quiet(at: datetime, quiet: tuple[time, time] | None) -> datetime:
    """`at`, or the end of the quiet hours in which it lies; those may go over midnight."""
    if quiet is None or quiet[0] == quiet[1]:
        return at
    begin, end = quiet
    local = moments.local(at)
    now = local.time()
    within = begin <= now < end if begin < end else now >= begin or now < end
    if not within:
        return at
    day = local.date() + timedelta(days=1 if now >= end else 0)
    return datetime.combine(day, end, moments.OFFICE_ZONE)
