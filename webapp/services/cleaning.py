"""What has served its time goes: page keys, ended sessions, counts of tries. Never cases, never the ledger."""

from __future__ import annotations

from datetime import timedelta

from webapp import clock
from webapp.unit_of_work import sql, unit_of_work

KEYS_FOR = timedelta(days=7)
COUNTS_FOR = timedelta(days=1)


def clean() -> int:
    """Delete what is past its time; returns how many rows went."""
    now = clock.now()
    with unit_of_work():
        gone = [
            sql().execute("delete from idempotency_key where created_at < %s", (now - KEYS_FOR,)).rowcount,
            sql().execute("delete from user_session where expires_at < %s", (now,)).rowcount,
            sql().execute("delete from rate_count where window_start < %s", (now - COUNTS_FOR,)).rowcount,
        ]
    return sum(gone)
