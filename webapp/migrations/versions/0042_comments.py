"""Comments on a case, with what they said before, whom they name and their files.

Revision ID: 0042
Revises: 0041
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

COMMENTS = """
create table comment (
    id bigserial constraint pk_comment primary key,
    case_id bigint not null constraint fk_comment_case_id_cases references cases (id),
    task_id bigint constraint fk_comment_task_id_user_task references user_task (id),
    author_id bigint not null constraint fk_comment_author_id_app_user references app_user (id),
    audience text not null constraint ck_comment_known_audience check (audience in ('internal', 'applicant')),
    body text not null,
    at timestamptz not null,
    edited_at timestamptz,
    deleted_at timestamptz,
    deleted_by bigint constraint fk_comment_deleted_by_app_user references app_user (id),
    constraint ck_comment_deleted_by_somebody check ((deleted_at is null) = (deleted_by is null))
);
create index comment_of_case on comment (case_id, id);
create table comment_version (
    comment_id bigint not null constraint fk_comment_version_comment_id_comment references comment (id),
    number smallint not null,
    body text not null,
    until timestamptz not null,
    by_id bigint not null constraint fk_comment_version_by_id_app_user references app_user (id),
    constraint pk_comment_version primary key (comment_id, number)
);
create table comment_mention (
    comment_id bigint not null constraint fk_comment_mention_comment_id_comment references comment (id),
    user_id bigint not null constraint fk_comment_mention_user_id_app_user references app_user (id),
    constraint pk_comment_mention primary key (comment_id, user_id)
);
create table comment_file (
    comment_id bigint not null constraint fk_comment_file_comment_id_comment references comment (id),
    file_id bigint not null constraint fk_comment_file_file_id_stored_file references stored_file (id),
    constraint pk_comment_file primary key (comment_id, file_id)
);
create index ix_comment_file_file_id on comment_file (file_id);
"""


def upgrade() -> None:
    run_sql(op, COMMENTS)


def downgrade() -> None:
    run_sql(op, "drop table comment_file, comment_mention, comment_version, comment;")
