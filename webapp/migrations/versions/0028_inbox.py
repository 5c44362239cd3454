"""The inbox: saved views, days to come back to a task, what one has done, and names found by their pinyin.

Revision ID: 0028
Revises: 0027
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

VIEWS = """
create table inbox_view (
    id bigserial constraint pk_inbox_view primary key,
    owner_id bigint not null constraint fk_inbox_view_owner_id_app_user references app_user (id),
    group_key text,
    name text not null constraint ck_inbox_view_named check (name <> ''),
    query text not null,
    created_at timestamptz not null,
    constraint uq_inbox_view_owner_id_name unique (owner_id, name)
);
create index shared_view on inbox_view (group_key) where group_key is not null;
create table inbox_default (
    user_id bigint constraint pk_inbox_default primary key
        constraint fk_inbox_default_user_id_app_user references app_user (id),
    view_id bigint not null
        constraint fk_inbox_default_view_id_inbox_view references inbox_view (id) on delete cascade
);
create index ix_inbox_default_view_id on inbox_default (view_id);
create table follow_up (
    user_id bigint not null constraint fk_follow_up_user_id_app_user references app_user (id),
    task_id bigint not null constraint fk_follow_up_task_id_user_task references user_task (id),
    on_day date not null,
    constraint pk_follow_up primary key (user_id, task_id)
);
"""
INDEXES = """
create index task_closed_by on user_task (closed_by, closed_at) where state = 'completed';
create index participant_of_person on participant (user_id, task_id);
create index suspended_case on cases (id) where suspended_at is not null;
create index case_pinyin on cases (replace(applicant_pinyin, ' ', '') text_pattern_ops);
create index case_initials on cases (regexp_replace(applicant_pinyin, '(\\S)\\S*\\s*', '\\1', 'g') text_pattern_ops);
"""


def upgrade() -> None:
    for text in (VIEWS, INDEXES):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(
        op,
        """
        drop index case_initials, case_pinyin, suspended_case, participant_of_person, task_closed_by;
        drop table follow_up, inbox_default, inbox_view;
        """,
    )
