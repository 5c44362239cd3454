"""What was done to many tasks at once, with the result of each; and orders from above to finish a task by a day.

Revision ID: 0046
Revises: 0045
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

BULK = """
create table bulk_act (
    id bigserial constraint pk_bulk_act primary key,
    by_id bigint not null constraint fk_bulk_act_by_id_app_user references app_user (id),
    key text not null,
    act text not null constraint ck_bulk_act_known_act check (act in ('claim', 'assign', 'release', 'rule')),
    at timestamptz not null,
    chosen jsonb not null,
    results jsonb,
    constraint uq_bulk_act_by_id_key unique (by_id, key)
);
"""
ORDERS = """
create table supervisory_order (
    id bigserial constraint pk_supervisory_order primary key,
    case_id bigint not null constraint fk_supervisory_order_case_id_cases references cases (id),
    task_id bigint not null constraint fk_supervisory_order_task_id_user_task references user_task (id),
    by_id bigint not null constraint fk_supervisory_order_by_id_app_user references app_user (id),
    unit text not null,
    to_id bigint constraint fk_supervisory_order_to_id_app_user references app_user (id),
    words text not null constraint ck_supervisory_order_says_what check (words <> ''),
    finish_by date not null,
    at timestamptz not null,
    answer text not null default '',
    answered_by bigint constraint fk_supervisory_order_answered_by_app_user references app_user (id),
    answered_at timestamptz,
    overdue_at timestamptz,
    constraint ck_supervisory_order_answered_in_words check ((answered_at is null) = (answer = '')),
    constraint ck_supervisory_order_answered_by_somebody check ((answered_at is null) = (answered_by is null))
);
create index ix_supervisory_order_case_id on supervisory_order (case_id);
create index order_of_task on supervisory_order (task_id);
create index order_by_its_day on supervisory_order (finish_by) where answered_at is null and overdue_at is null;
"""


def upgrade() -> None:
    run_sql(op, BULK)
    run_sql(op, ORDERS)


def downgrade() -> None:
    run_sql(op, "drop table supervisory_order, bulk_act;")
