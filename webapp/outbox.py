"""Background jobs by name. A service defers one inside its own transaction: both happen, or neither.

The handlers are bound in `webapp/jobs`; nothing here imports them.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg
from procrastinate import App, SyncPsycopgConnector
from psycopg.types.json import Jsonb

RUN_ENGINE_JOB = "run_engine_job"
"""Payload `engine_job_id: int`. Run one row of `engine_job` and give its outcome to the engine."""

RECOMPUTE_CLOCKS = "recompute_clocks"
"""Payload `table: str`, `cases: str` (ids with commas). Compute limits anew after a table of working days came in."""

DELIVER_MESSAGE = "deliver_message"
"""Payload `message_id: int`. Carry one row of `message` to the instance that waits for it."""

MAKE_PAPER = "make_paper"
"""Payload `document_id: int`. Print an issued document as PDF, and have it sealed where a provider does that."""

MAKE_LICENCE = "make_licence"
"""Payload `licence_id: int`. Print the present version of a licence as PDF and have it signed."""

SEND_HANDOVER = "send_handover"
"""Payload `handover_id: int`. Send a ruling to the system of supervision, signed."""

CHECK_MIGRATION = "check_migration"
"""Payload `run_id: int`. Try the next cases of a migration without changing them, and so on to the last."""

RUN_MIGRATION = "run_migration"
"""Payload `run_id: int`. Move (or take back) cases of a migration, one after another; several may run at once."""

RUN_BULK_REPAIR = "run_bulk_repair"
"""Payload `bulk_id: int`. Do the next rows of a repair of many cases, and so on to the last."""

IMPORT_BUNDLES = "import_bundles"
"""Payload `import_id: int`. Make drafts of the next bundles of a zip, and so on to the last."""

PAYLOADS: dict[str, frozenset[str]] = {
    RUN_ENGINE_JOB: frozenset({"engine_job_id"}),
    RECOMPUTE_CLOCKS: frozenset({"table", "cases"}),
    DELIVER_MESSAGE: frozenset({"message_id"}),
    MAKE_PAPER: frozenset({"document_id"}),
    MAKE_LICENCE: frozenset({"licence_id"}),
    SEND_HANDOVER: frozenset({"handover_id"}),
    CHECK_MIGRATION: frozenset({"run_id"}),
    RUN_MIGRATION: frozenset({"run_id"}),
    RUN_BULK_REPAIR: frozenset({"bulk_id"}),
    IMPORT_BUNDLES: frozenset({"import_id"}),
}


class JobUnknown(Exception):
    """No background job has this name, or its payload has other keys."""


def defer(connection: psycopg.Connection, name: str, *, lock: str | None = None, **payload: int | str) -> int:
    """Put a job in the queue on `connection`, in its open transaction; answers the queue's id of it.

    `lock`: jobs with the same lock run one after the other, in order. A job that waits for a retry blocks
    every later one with its lock, so never lock by case. Raises JobUnknown.
    """
    if PAYLOADS.get(name) != frozenset(payload):
        raise JobUnknown(f"{name}({', '.join(sorted(payload))})")
    options: dict[str, Any] = {"lock": lock} if lock else {}
    return _queue().configure_task(name, connection=connection, **options).defer(**payload)


def defer_each(connection: psycopg.Connection, name: str, key: str, values: Sequence[int]) -> None:
    """Put one job for each value of its only payload `key` in the queue, in one statement. Raises JobUnknown."""
    if PAYLOADS.get(name) != {key}:
        raise JobUnknown(f"{name}({key})")
    if values:
        payloads: list[dict[str, Any]] = [{key: value} for value in values]
        _queue().configure_task(name, connection=connection).batch_defer(*payloads)


#: A job of this name and payload that the queue gives out by then.
COMES_BY = """
select from procrastinate_jobs
where status = 'todo' and task_name = %s and args = %s::jsonb and coalesce(scheduled_at, 'epoch') <= %s limit 1
"""


def defer_at(connection: psycopg.Connection, name: str, at: datetime, **payload: int | str) -> None:
    """Put a job in the queue that is not given out before `at`, unless one like it comes by then anyway.

    Raises JobUnknown.
    """
    if PAYLOADS.get(name) != frozenset(payload):
        raise JobUnknown(f"{name}({', '.join(sorted(payload))})")
    if connection.execute(COMES_BY, (name, Jsonb(payload), at)).fetchone() is None:
        _queue().configure_task(name, connection=connection, schedule_at=at).defer(**payload)


def deferring(name: str, key: str, ids: str) -> str:
    """A query that puts one job in the queue for each id that the query `ids` gives, as its only payload `key`.

    For a command that makes those rows in the same statement. Raises JobUnknown.
    """
    if PAYLOADS.get(name) != {key}:
        raise JobUnknown(f"{name}({key})")
    job = f"row('default', '{name}', 0, null, null, jsonb_build_object('{key}', id), null)"
    jobs = f"array_agg({job}::procrastinate_job_to_defer_v1)"
    return f"select procrastinate_defer_jobs_v1({jobs}) from ({ids}) made having count(*) > 0"


@lru_cache(maxsize=1)
def _queue() -> App:
    """Never opened: it writes only through connections that it is given."""
    return App(connector=SyncPsycopgConnector())
