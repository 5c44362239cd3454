"""Points of a correction that wait to be merged with those of other departments, and the messages made of them.

Revision ID: 0044
Revises: 0043
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

POINTS = """
create table correction_message (
    id bigserial constraint pk_correction_message primary key,
    case_id bigint not null constraint fk_correction_message_case_id_cases references cases (id),
    document_id bigint not null constraint fk_correction_message_document_id_document references document (id),
    sent_by bigint not null constraint fk_correction_message_sent_by_app_user references app_user (id),
    sent_at timestamptz not null,
    compared jsonb not null default '[]'
);
create index ix_correction_message_case_id on correction_message (case_id);
create table correction_point (
    id bigserial constraint pk_correction_point primary key,
    case_id bigint not null constraint fk_correction_point_case_id_cases references cases (id),
    item_case_id bigint not null constraint fk_correction_point_item_case_id_item_case references item_case (id),
    task_id bigint not null constraint fk_correction_point_task_id_user_task references user_task (id),
    faults jsonb not null,
    note text not null default '',
    again_reason text not null default '',
    by_id bigint not null constraint fk_correction_point_by_id_app_user references app_user (id),
    at timestamptz not null,
    until_on date not null,
    state text not null default 'waiting' constraint ck_correction_point_known_state
        check (state in ('waiting', 'sent', 'withdrawn', 'given-back', 'lapsed')),
    ended_at timestamptz,
    ended_by bigint constraint fk_correction_point_ended_by_app_user references app_user (id),
    reason text not null default '',
    message_id bigint constraint fk_correction_point_message_id_correction_message references correction_message (id)
);
create unique index point_waits on correction_point (item_case_id) where state = 'waiting';
create index points_of_case on correction_point (case_id);
"""


def upgrade() -> None:
    run_sql(op, POINTS)


def downgrade() -> None:
    run_sql(op, "drop table correction_point, correction_message;")
