"""What staff are told: a line for each person.

Revision ID: 0031
Revises: 0030
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NOTICE = """
create table notice (
    id bigserial constraint pk_notice primary key,
    user_id bigint not null constraint fk_notice_user_id_app_user references app_user (id),
    kind text not null,
    case_id bigint constraint fk_notice_case_id_cases references cases (id),
    task_id bigint constraint fk_notice_task_id_user_task references user_task (id),
    facts jsonb not null default '{}',
    at timestamptz not null,
    read_at timestamptz,
    routed_at timestamptz
);
create index notice_unread on notice (user_id, id desc) where read_at is null;
create index ix_notice_user_id_id on notice (user_id, id desc);
create index notice_unrouted on notice (id) where routed_at is null;
create index ix_notice_case_id on notice (case_id) where case_id is not null;
"""


def upgrade() -> None:
    run_sql(op, NOTICE)


def downgrade() -> None:
    run_sql(op, "drop table notice;")
