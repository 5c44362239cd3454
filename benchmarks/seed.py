"""Many cases from one: what the application wrote for a case is copied in the database, row by row.

The copies have no ledger yet; their chains begin with the first act on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

#: Table -> what is different in a copy. `%(case)s` is the pattern, `g` the number of the copy.
COPIES = {
    "cases": {"id": "p.id + %(cases)s + g", "ledger_seq": "0", "ledger_hash": "decode(repeat('00', 32), 'hex')"},
    "item_case": {"id": "p.id + %(item_case)s + g * 10", "case_id": "p.case_id + %(cases)s + g"},
    "legal_clock": {
        "id": "p.id + %(legal_clock)s + g * 40",
        "item_case_id": "p.item_case_id + %(item_case)s + g * 10",
        "case_id": "p.case_id + %(cases)s + g",
    },
    "process_instance": {"id": "p.id + %(process_instance)s + g", "case_id": "p.case_id + %(cases)s + g"},
    "user_task": {
        "id": "p.id + %(user_task)s + g * 10",
        "instance_id": "p.instance_id + %(process_instance)s + g",
        "case_id": "p.case_id + %(cases)s + g",
        "item_case_id": "p.item_case_id + %(item_case)s + g * 10",
    },
    "timer": {
        "id": "p.id + %(timer)s + g",
        "instance_id": "p.instance_id + %(process_instance)s + g",
        "case_id": "p.case_id + %(cases)s + g",
        "item_case_id": "p.item_case_id + %(item_case)s + g * 10",
    },
}
OF_CASE = {
    "cases": "p.id = %(case)s",
    "legal_clock": "p.case_id = %(case)s or p.item_case_id in (select id from item_case where case_id = %(case)s)",
}
CANDIDATES = """
insert into task_candidate (task_id, group_key, urgency, due_on)
select t.id, c.group_key, c.urgency, coalesce(t.due_on, c.due_on)
from user_task t join user_task p on p.case_id = %(case)s and p.engine_task = t.engine_task
join task_candidate c on c.task_id = p.id
where t.case_id > %(cases)s + %(case)s
"""


@dataclass(frozen=True)
class Copies:
    """The cases that were made: `first` to `last`."""

    first: int
    last: int


def copy_case(watching: psycopg.Connection, case_id: int, count: int, **changes: dict[str, str]) -> Copies:
    """`count` copies of a case with its item cases and their clocks, its one instance, tasks, inbox rows and timers.

    `changes`: table -> column -> SQL over `p` (the pattern's row) and `g` (1 to `count`).
    """
    values: dict[str, int] = {"case": case_id}
    for table in COPIES:
        row = watching.execute(f"select coalesce(max(id), 0) from {table}").fetchone()
        assert row is not None
        values[table] = row[0] * 2  # beyond every id there is, whatever the pattern's own is
    for table, own in COPIES.items():
        _copy(watching, table, {**own, **changes.get(table, {})}, values, count)
    watching.execute(CANDIDATES, values)
    first = case_id + values["cases"] + 1
    return Copies(first, first + count - 1)


def _copy(
    watching: psycopg.Connection, table: str, changed: dict[str, str], values: dict[str, int], count: int
) -> None:
    rows = watching.execute(
        "select column_name from information_schema.columns where table_name = %s and table_schema = 'public'"
        " order by ordinal_position",
        (table,),
    ).fetchall()
    columns = [name for (name,) in rows]
    expressions = ", ".join(changed.get(name, f"p.{name}") for name in columns)
    where = OF_CASE.get(table, "p.case_id = %(case)s")
    statement = (
        f"insert into {table} ({', '.join(columns)}) select {expressions}"
        f" from {table} p cross join generate_series(1, {count}) g where {where}"
    )
    watching.execute(statement, values)
    watching.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
