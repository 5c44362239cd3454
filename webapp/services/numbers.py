"""Number series: gap-free, per key. Asked for late in a command, because the row stays locked to its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.law import with_check_digit
from webapp.unit_of_work import sql, sql_beside

NEXT = """
insert into number_series (key, last) values (%s, 1)
on conflict (key) do update set last = number_series.last + 1 returning last
"""
#: Rows are locked in the order of their keys, whatever a command issues first: two commands never wait for each other.
NEXT_OF_EACH = """
insert into number_series (key, last)
select key, wanted from unnest(%s::text[], %s::bigint[]) as asked(key, wanted) order by key
on conflict (key) do update set last = number_series.last + excluded.last returning key, last
"""


def next_number(key: str) -> int:
    """The next number of the series, from 1. A rolled-back command gives its number back."""
    row = sql().execute(NEXT, (key,)).fetchone()
    assert row is not None
    return int(row[0])


def next_numbers(keys: Sequence[str]) -> list[int]:
    """One number for each of `keys` in their order, in one statement; a key that is there twice gets two.

    What the command still has to write may wait on: no series is written with it.
    """
    wanted = Counter(keys)
    rows = sql_beside().execute(NEXT_OF_EACH, (list(wanted), list(wanted.values()))).fetchall()
    following = {key: int(last) - wanted[key] + 1 for key, last in rows}
    numbers = []
    for key in keys:
        numbers.append(following[key])
        following[key] += 1
    return numbers


def case_number(prefix: str, year: int) -> str:
    """The next number of a case in a year's series, as people see it: with its check digit."""
    return with_check_digit(f"{prefix}-{year}-{next_number(f'case:{prefix}:{year}'):07}")
