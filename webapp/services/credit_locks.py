"""A credit record and a ruling by commitment of the same person come one after the other, never at the same moment.

Each credit code or identity number has an advisory lock: who makes a record holds it alone, who rules by commitment
holds it together with others and reads the records after that. Either the ruling is committed before the record is
made, or it sees the record. A command takes these locks after its case's and before the rows of number series, and
several of them in the order of their keys, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.errors import LockNotAvailable

from webapp.errors import Busy
from webapp.unit_of_work import sql

#: First key of these locks; the second is the number's hash.
NUMBER_LOCK = 0x6372
ALONE = "select pg_advisory_xact_lock(%s, hashtext(%s))"
#: Of whoever the answers of a case name, in any version of them, as `credit_bars` asks for their records.
TOGETHER = """
select pg_advisory_xact_lock_shared(%s, number) from (
    select distinct hashtext(upper(btrim(value::jsonb ->> 'v'))) as number from answer
    where case_id = %s and key = any(%s) order by number) numbers
"""


def hold_to_record(number: str) -> None:
    """Until the end of the transaction nobody rules by commitment for who has this number. Raises Busy."""
    _lock(ALONE, NUMBER_LOCK, number)


def hold_to_rule(case_id: int, fields: Sequence[str]) -> None:
    """Until the end of the transaction nothing is recorded of the applicant of the case. Raises Busy."""
    _lock(TOGETHER, NUMBER_LOCK, case_id, list(fields))


def _lock(statement: str, *values: object) -> None:
    try:
        sql().execute(statement, values)
    except LockNotAvailable as waited:
        raise Busy() from waited
