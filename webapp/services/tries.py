"""Tries of rows that a job works through one after another, each row in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from webapp.unit_of_work import sql, unit_of_work


@contextmanager
def counting_tries(statement: str) -> Iterator[list[Mapping[str, int]]]:
    """Around one try. Whoever holds a row puts its values for `statement`, which counts a try of it, into the list.

    Whatever ends the try but its own end is counted for that row, so that the others get their turn.
    """
    held: list[Mapping[str, int]] = []
    done = False
    try:
        yield held
        done = True
    finally:
        if not done and held:
            with unit_of_work():
                sql().execute(statement, held[0])
