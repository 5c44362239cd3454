"""What an act costs: CPU of the application and of PostgreSQL, statements, commits, bytes of log."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """Sums over all acts that were measured."""

    acts: int = 0
    application_seconds: float = 0.0
    postgres_seconds: float = 0.0
    statements: int = 0
    commits: int = 0
    log_bytes: int = 0

    def each(self, total: float) -> float:
        return total / max(1, self.acts)


class Meter:
    """Counts on the connections themselves; `watching` is a connection of its own that is not counted."""

    def __init__(self, watching: psycopg.Connection, postmaster: int) -> None:
        self.watching, self._postmaster = watching, postmaster
        self._statements = self._commits = 0
        self._counting = False
        self._patch()

    def _patch(self) -> None:
        execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit
        meter = self

        def counted_execute(cursor, query, *args, **kwargs):  # type: ignore[no-untyped-def]
            # The pool's own ping (";") keeps a connection alive and belongs to no act.
            if meter._counting and cursor.connection is not meter.watching and query != ";":
                meter._statements += 1
            return execute(cursor, query, *args, **kwargs)

        def counted_commit(connection):  # type: ignore[no-untyped-def]
            if meter._counting and connection is not meter.watching:
                meter._commits += 1
            return commit(connection)

        psycopg.Cursor.execute = counted_execute  # type: ignore[method-assign]
        psycopg.Connection.commit = counted_commit  # type: ignore[method-assign]

    @contextmanager
    def act(self, cost: Cost) -> Iterator[None]:
        """Everything inside belongs to one act."""
        log, server = self._log_position(), self._server_seconds()
        self._statements = self._commits = 0
        began = time.process_time()
        self._counting = True
        try:
            yield
        finally:
            self._counting = False
        cost.application_seconds += time.process_time() - began
        cost.acts += 1
        cost.statements += self._statements
        cost.commits += self._commits
        cost.postgres_seconds += self._server_seconds() - server
        cost.log_bytes += self._log_position() - log

    def _log_position(self) -> int:
        row = self.watching.execute("select pg_current_wal_insert_lsn() - '0/0'").fetchone()
        assert row is not None
        return int(row[0])

    def _server_seconds(self) -> float:
        """CPU of the postmaster's processes, from the kernel's own account (10 ms ticks; sums over many acts)."""
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text().split()
        ticks = 0
        for pid in (str(self._postmaster), *children):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / CLOCK_TICKS
