"""The end of a batch that cannot be worked on: what waits of it says why, and whoever began it is told.

One row of a batch that fails is given up by itself (`turns`). This is for what keeps its job from every row.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from engine import Words
from webapp import clock, outbox
from webapp.services.migration_rows import told, whole_case
from webapp.services.notices import NoticeKind, notify
from webapp.unit_of_work import sql

JOB_FAILED = Words(
    "后台作业反复出错，已经停止，没有处理", "the background job failed again and again and was given up: not done"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Batches of one kind, and the job that works on them, whose payload has the batch's id as its only `key`.

    `left` says which batches `b` of the table have work left. `rows` ends the rows that wait, `batch` the batch: that
    returns whoever has it done, and nothing where it was over already.
    """

    job: str
    key: str
    table: str
    left: str
    rows: str
    batch: str
    notice: NoticeKind


BULK_REPAIRS = Kind(
    outbox.RUN_BULK_REPAIR,
    "bulk_id",
    "bulk_repair",
    "b.state = 'under-way'",
    "update bulk_repair_row set state = 'refused', said_zh = %(zh)s, said_en = %(en)s, at = %(now)s"
    " where bulk_id = %(id)s and state = 'waiting'",
    "update bulk_repair b set state = 'done', ended_at = %(now)s where id = %(id)s and {left} returning by_id",
    NoticeKind.BULK_GIVEN_UP,
)
TRIED_MIGRATIONS = Kind(
    outbox.CHECK_MIGRATION,
    "run_id",
    "migration_run",
    "b.state = 'checking'",
    "update migration_case set state = 'unfit', reasons = %(reasons)s::jsonb, at = %(now)s"
    " where run_id = %(id)s and state = 'chosen'",
    "update migration_run b set state = 'checked' where id = %(id)s and {left} returning created_by",
    NoticeKind.MIGRATION_GIVEN_UP,
)
MIGRATIONS = Kind(
    outbox.RUN_MIGRATION,
    "run_id",
    "migration_run",
    "b.state in ('first', 'rest', 'undoing')",
    "update migration_case m set state = case b.state when 'undoing' then 'kept' else 'refused' end,"
    " reasons = %(reasons)s::jsonb, at = %(now)s"
    " from migration_run b where b.id = %(id)s and m.run_id = b.id and {left}"
    " and m.state = case b.state when 'undoing' then 'moved' else 'fits' end"
    " and (b.state <> 'first' or m.place <= b.first_cases)",
    "update migration_run b set"
    " state = case b.state when 'first' then 'looked' when 'rest' then 'done' else 'undone' end,"
    " ended_at = case when b.state <> 'first' then %(now)s::timestamptz end"
    " where id = %(id)s and {left} returning coalesce(undone_by, confirmed_by, created_by)",
    NoticeKind.MIGRATION_GIVEN_UP,
)
IMPORTS = Kind(
    outbox.IMPORT_BUNDLES,
    "import_id",
    "bundle_import",
    "b.ended_at is null",
    "update bundle_import_part set state = 'refused', zh = %(zh)s, en = %(en)s, at = %(now)s"
    " where import_id = %(id)s and state = 'waiting'",
    "update bundle_import b set ended_at = %(now)s where id = %(id)s and {left} returning by_id",
    NoticeKind.IMPORT_GIVEN_UP,
)
KINDS = (BULK_REPAIRS, TRIED_MIGRATIONS, MIGRATIONS, IMPORTS)


def end(kind: Kind, batch_id: int, words: Words) -> None:
    """What waits of the batch is left as it is, for this reason; in the caller's transaction."""
    reasons = orjson.dumps(told([whole_case(words)])).decode()
    values = {"id": batch_id, "zh": words.zh, "en": words.en, "reasons": reasons, "now": clock.now()}
    sql().execute(kind.rows.format(left=kind.left), values)
    row = sql().execute(kind.batch.format(left=kind.left), values).fetchone()
    if row is not None:
        facts = {"id": str(batch_id), "reason": words.zh, "reason_en": words.en}
        notify([row[0]], kind.notice, case_id=None, task_id=None, facts=facts, now=clock.now())
