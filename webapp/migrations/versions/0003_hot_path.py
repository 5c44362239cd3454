"""History as one row per step; narrower rows where every act writes.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from webapp.migrations.support import run_sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEEP_HISTORY = """
insert into activity (instance_id, step, at, lines)
select instance_id, row_number() over (partition by instance_id order by min(id)), at,
    json_agg(line order by id, is_line)::text
from activity_line, lateral (values
    (false, json_build_array(scope, process)),
    (true, to_json(case what when 'entered' then 'e ' when 'completed' then 'c ' when 'cancelled' then 'x ' else 't '
        end || element))) told(is_line, line)
group by instance_id, at;
update process_instance i set steps = (select count(*) from activity a where a.instance_id = i.id);
"""
# The rows that every act writes, without what they said twice: the line before is the row before it, and what a
# row of the ledger is about stands in its columns. Its key is the case and the number in the chain.
NARROW_LEDGER = """
alter table case_event drop constraint pk_case_event, drop constraint uq_case_event_case_id_seq,
    drop constraint fk_case_event_case_id_cases, drop column id, drop column previous;
alter table case_event add constraint pk_case_event primary key (case_id, seq);
"""
# Rows of which each is written under the lock of the row that its key would name; those are never deleted.
FEWER_CHECKS = """
alter table task_candidate drop constraint fk_task_candidate_task_id_user_task;
alter table idempotency_key drop constraint fk_idempotency_key_actor_id_app_user;
alter table user_task drop constraint fk_user_task_closed_by_app_user;
alter table answer drop constraint fk_answer_by_id_app_user;
"""
# Room on the page for the versions of a row that the acts of one case leave behind: then no index is touched.
ROOM = """
alter table cases set (fillfactor = 80);
alter table process_instance set (fillfactor = 60);
"""


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("instance_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "step", name=op.f("pk_activity")),
    )
    run_sql(op, ROOM)  # before every row is written anew
    op.add_column("process_instance", sa.Column("steps", sa.BigInteger(), server_default="0", nullable=False))
    run_sql(op, KEEP_HISTORY)
    op.drop_table("activity_line")
    run_sql(op, NARROW_LEDGER)
    run_sql(op, FEWER_CHECKS)
    op.drop_index("ix_idempotency_key_created_at", table_name="idempotency_key")
    op.create_index(
        "ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False, postgresql_using="brin"
    )


def downgrade() -> None:
    raise NotImplementedError("several rows of history became one; restore a backup instead")
