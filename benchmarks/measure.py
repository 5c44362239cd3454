"""CPU time of this process, of other processes and of PostgreSQL, from the kernel's own accounts."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def process_cpu(pid: int) -> float:
    """Seconds of CPU that the live threads of a process have used, to the nanosecond; 0 where it is gone."""
    used = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            used += int((task / "schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return used / 1e9
    return used / 1e9


def children_of(pid: int) -> list[int]:
    """The live processes that `pid` started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Server:
    """The CPU of a PostgreSQL server: all its live processes, and those that have ended."""

    def __init__(self, watching: psycopg.Connection) -> None:
        backend = watching.info.backend_pid
        self.postmaster = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])

    def cpu(self) -> float:
        """Seconds so far; ended processes are counted in ticks of 10 ms, live ones in nanoseconds."""
        ended = Path(f"/proc/{self.postmaster}/stat").read_text().rpartition(")")[2].split()
        live = sum(process_cpu(pid) for pid in (self.postmaster, *children_of(self.postmaster)))
        return live + (int(ended[13]) + int(ended[14])) / CLOCK_TICKS


@dataclass
class Spent:
    """CPU seconds of one measured block."""

    application: float = 0.0
    server: float = 0.0

    @property
    def both(self) -> float:
        return self.application + self.server


@contextmanager
def spending(server: Server) -> Iterator[Spent]:
    """Measure this process and the server while the block runs."""
    spent = Spent()
    before, began = server.cpu(), time.process_time()
    yield spent
    spent.application = time.process_time() - began
    spent.server = server.cpu() - before


def best_seconds(action: Callable[[], object], *, repeat: int, rounds: int = 5) -> float:
    """CPU seconds of one call: the best of `rounds`, each of `repeat` calls, with the collector held still."""
    times = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            began = time.process_time()
            for _ in range(repeat):
                action()
            times.append((time.process_time() - began) / repeat)
    finally:
        gc.enable()
    return min(times)


def median(values: list[float]) -> float:
    return statistics.median(values)


@dataclass
class Statements:
    """Statements and commits of the psycopg connections of this process, counted on the connections themselves.

    BEGIN, COMMIT and the pool's own ping (";") are no statements of an act.
    """

    executed: int = 0
    commits: int = 0

    def reset(self) -> None:
        self.executed = self.commits = 0


def count_statements() -> Statements:
    """Start counting, for the life of the process."""
    counted = Statements()
    execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit

    def counted_execute(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        if query != ";":
            counted.executed += 1
        return execute(cursor, query, *args, **kwargs)

    def counted_commit(connection: Any) -> None:
        counted.commits += 1
        commit(connection)

    psycopg.Cursor.execute = counted_execute  # type: ignore[method-assign, assignment]
    psycopg.Connection.commit = counted_commit  # type: ignore[method-assign, assignment]
    return counted
