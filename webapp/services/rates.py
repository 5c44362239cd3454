"""Limits on tries (sign-in, public look-ups), counted in the database so that they hold over all processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from webapp import clock
from webapp.errors import TooManyTries
from webapp.unit_of_work import sql, unit_of_work

WINDOW = timedelta(hours=1)


SLOT = timedelta(minutes=1)


def count_try(bucket: str, *, limit: int) -> None:
    """Count one try of `bucket` in this hour. Raises TooManyTries past `limit`."""
    with unit_of_work():
        tries = _count(bucket, 1, WINDOW)
    if tries > limit:
        raise TooManyTries()


ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
WITHIN = "select coalesce(sum(tries), 0) from rate_count where bucket = %s and window_start > %s"


def count_within(bucket: str, *, limit: int, window: timedelta) -> None:
    """Count one of `bucket` unless the `window` that ends now has seen `limit` of them: then TooManyTries, and nothing
    is counted. The window slides by whole minutes; one that began before it and reaches into it counts.
    """
    with unit_of_work():
        sql().execute(ONE_AT_A_TIME, (bucket,))
        row = sql().execute(WITHIN, (bucket, clock.now() - window - SLOT)).fetchone()
        assert row is not None
        if row[0] >= limit:
            raise TooManyTries()
        _count(bucket, 1, SLOT)


def tries_of(bucket: str) -> int:
    """How many tries this hour has seen."""
    row = (
        sql()
        .execute("select tries from rate_count where bucket = %s and window_start = %s", (bucket, _window()))
        .fetchone()
    )
    return row[0] if row else 0


def _count(bucket: str, by: int, window: timedelta = WINDOW) -> int:
    row = (
        sql()
        .execute(
            "insert into rate_count (bucket, window_start, tries) values (%s, %s, %s)"
            " on conflict (bucket, window_start) do update set tries = rate_count.tries + excluded.tries"
            " returning tries",
            (bucket, _window(window), by),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def _window(length: timedelta = WINDOW) -> datetime:
    """When the present window began: windows of one length follow each other from midnight of 1 January 1970 (UTC)."""
    seconds = length.total_seconds()
    return datetime.fromtimestamp(clock.now().timestamp() // seconds * seconds, UTC)
