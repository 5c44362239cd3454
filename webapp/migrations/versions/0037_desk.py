"""What reviewers have on their desks: drafts of acts, who has a task open, words on documents, words beside points.

Revision ID: 0037
Revises: 0036
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

DESK = """
create table task_draft (
    task_id bigint not null constraint fk_task_draft_task_id_user_task references user_task (id),
    user_id bigint not null constraint fk_task_draft_user_id_app_user references app_user (id),
    fields jsonb not null,
    at timestamptz not null,
    constraint pk_task_draft primary key (task_id, user_id)
);
create unlogged table task_presence (
    task_id bigint not null,
    user_id bigint not null,
    since timestamptz not null,
    seen_at timestamptz not null,
    constraint pk_task_presence primary key (task_id, user_id)
);
create table file_note (
    id bigserial constraint pk_file_note primary key,
    case_id bigint not null constraint fk_file_note_case_id_cases references cases (id),
    file_id bigint not null constraint fk_file_note_file_id_stored_file references stored_file (id),
    task_id bigint not null constraint fk_file_note_task_id_user_task references user_task (id),
    page smallint not null constraint ck_file_note_on_a_page check (page >= 1),
    left_edge smallint,
    top_edge smallint,
    width smallint,
    height smallint,
    words text not null constraint ck_file_note_in_words check (words <> ''),
    by_id bigint not null constraint fk_file_note_by_id_app_user references app_user (id),
    at timestamptz not null,
    removed_at timestamptz,
    constraint ck_file_note_within_the_page check (num_nulls(left_edge, top_edge, width, height) in (0, 4)
        and (width is null or left_edge >= 0 and top_edge >= 0 and width > 0 and height > 0
        and left_edge + width <= 1000 and top_edge + height <= 1000))
);
create index file_note_of_case on file_note (case_id) where removed_at is null;
create index ix_file_note_file_id on file_note (file_id);
alter table review add column remarks jsonb not null default '{}';
"""


def upgrade() -> None:
    run_sql(op, DESK)


def downgrade() -> None:
    run_sql(op, "alter table review drop column remarks; drop table file_note, task_presence, task_draft;")
