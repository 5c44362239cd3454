"""What acts cost in sum: CPU of the application and of PostgreSQL, statements, commits, bytes of log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.measure import count_statements, spending
from benchmarks.server import Bench


@dataclass
class Cost:
    """Sums over all acts that were measured; CPU in seconds."""

    acts: int = 0
    application: float = 0.0
    server: float = 0.0
    statements: int = 0
    commits: int = 0
    log_bytes: int = 0

    def each(self, total: float) -> float:
        return total / max(1, self.acts)


class Meter:
    """Measures acts on the connections of this process; the one that looks on does so before and after an act."""

    def __init__(self, place: Bench) -> None:
        self._place, self._counted = place, count_statements()

    @contextmanager
    def act(self, cost: Cost) -> Iterator[None]:
        """Everything inside belongs to one act."""
        log = self._log_position()
        self._counted.reset()
        with spending(self._place.server) as spent:
            yield
        cost.acts += 1
        cost.statements += self._counted.executed
        cost.commits += self._counted.commits
        cost.application += spent.application
        cost.server += spent.server
        cost.log_bytes += self._log_position() - log

    def size(self) -> int:
        """Bytes of the whole database after VACUUM FULL."""
        self._place.watching.execute("vacuum full")
        return self._number("select pg_database_size(current_database())")

    def _log_position(self) -> int:
        return self._number("select pg_current_wal_insert_lsn() - '0/0'")

    def _number(self, query: str) -> int:
        row = self._place.watching.execute(query).fetchone()
        assert row is not None
        return int(row[0])
