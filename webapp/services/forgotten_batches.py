"""Batches that are under way although the queue has no job for them any more: it lost it, or gave it up.

One whose job is lost gets another. One whose job failed until the queue gave it up would fail as long again, and for
ever: it ends, with that reason.
"""

from __future__ import annotations

import structlog

from webapp import outbox
from webapp.services.batch_ends import JOB_FAILED, KINDS, end
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

#: With whether the last of its jobs failed for good.
FORGOTTEN = """
select b.id, coalesce((
    select q.status = 'failed' from procrastinate_jobs q
    where q.task_name = %(job)s and (q.args ->> '{key}')::bigint = b.id order by q.id desc limit 1), false)
from {table} b where {left} and not exists (
    select from procrastinate_jobs q where q.task_name = %(job)s and q.status in ('todo', 'doing')
    and (q.args ->> '{key}')::bigint = b.id)
order by b.id
"""


def defer_forgotten() -> int:
    """Put a job for each that was lost into the queue; returns how many. End those that always fail."""
    count = 0
    for kind in KINDS:
        with unit_of_work():
            query = FORGOTTEN.format(table=kind.table, left=kind.left, key=kind.key)
            rows = sql().execute(query, {"job": kind.job}).fetchall()
            lost = [id_ for id_, has_failed in rows if not has_failed]
            outbox.defer_each(sql(), kind.job, kind.key, lost)
            count += len(lost)
            for batch_id in (id_ for id_, has_failed in rows if has_failed):
                log.error("batch-given-up", batch=batch_id, table=kind.table)
                end(kind, batch_id, JOB_FAILED)
    return count
