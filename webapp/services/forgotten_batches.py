"""Batches that are under way although the queue has no job for them any more: it gave up, or lost it."""

from __future__ import annotations

from webapp import outbox
from webapp.unit_of_work import sql, unit_of_work

#: name of the job, its payload, the table of batches, which of these have work left
KINDS = (
    (outbox.RUN_BULK_REPAIR, "bulk_id", "bulk_repair", "b.state = 'under-way'"),
    (outbox.CHECK_MIGRATION, "run_id", "migration_run", "b.state = 'checking'"),
    (outbox.RUN_MIGRATION, "run_id", "migration_run", "b.state in ('first', 'rest', 'undoing')"),
    (outbox.IMPORT_BUNDLES, "import_id", "bundle_import", "b.ended_at is null"),
)
FORGOTTEN = """
select b.id from {table} b where {left} and not exists (
    select from procrastinate_jobs q where q.task_name = %s and q.status in ('todo', 'doing')
    and (q.args ->> '{key}')::bigint = b.id)
order by b.id
"""


def defer_forgotten() -> int:
    """Put a job for each into the queue; returns how many."""
    count = 0
    with unit_of_work():
        for job, key, table, left in KINDS:
            ids = [id_ for (id_,) in sql().execute(FORGOTTEN.format(table=table, left=left, key=key), (job,))]
            outbox.defer_each(sql(), job, key, ids)
            count += len(ids)
    return count
