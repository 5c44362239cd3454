"""Number series: gap-free, per key. Asked for late in a command, because the row stays locked to its end."""

from __future__ import annotations

from webapp.unit_of_work import sql

NEXT = """
insert into number_series (key, last) values (%s, 1)
on conflict (key) do update set last = number_series.last + 1 returning last
"""


def next_number(key: str) -> int:
    """The next number of the series, from 1. A rolled-back command gives its number back."""
    row = sql().execute(NEXT, (key,)).fetchone()
    assert row is not None
    return int(row[0])


def next_number_and_id(key: str, sequence: str) -> tuple[int, int]:
    """The next number of the series, and the next id of a table, for a row that is written later in the command."""
    row = sql().execute(f"{NEXT}, nextval(%s::regclass)", (key, sequence)).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
