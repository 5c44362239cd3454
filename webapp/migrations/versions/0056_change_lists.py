"""What a change of law touches as lists of work; examples that differed and were accepted when a release was submitted.

Revision ID: 0056
Revises: 0055
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

LISTS = """
create table change_list (
    id bigserial constraint pk_change_list primary key,
    kind text not null,
    subject text not null,
    title_zh text not null,
    title_en text not null,
    note text not null default '',
    created_by bigint not null constraint fk_change_list_created_by_app_user references app_user (id),
    created_at timestamptz not null,
    searched_at timestamptz not null,
    closed_at timestamptz,
    constraint ck_change_list_of_a_kind check (kind in ('law', 'material', 'limit'))
);
create index open_change_list on change_list (id) where closed_at is null;

create table change_row (
    id bigserial constraint pk_change_row primary key,
    list_id bigint not null constraint fk_change_row_list_id_change_list references change_list (id),
    bundle_key text not null,
    kind text not null,
    file text not null,
    element text not null,
    name_zh text not null,
    name_en text not null,
    part text not null,
    why text not null,
    said text not null,
    items jsonb not null,
    holders jsonb not null,
    counted bigint,
    found_at timestamptz not null,
    gone_at timestamptz,
    state text not null default 'open',
    assigned_to bigint constraint fk_change_row_assigned_to_app_user references app_user (id),
    decided_by bigint constraint fk_change_row_decided_by_app_user references app_user (id),
    decided_at timestamptz,
    note text not null default '',
    constraint uq_change_row_list_id_bundle_key_kind_file_element unique (list_id, bundle_key, kind, file, element),
    constraint ck_change_row_of_a_state check (state in ('open', 'done', 'not-needed')),
    constraint ck_change_row_decided_by_somebody check ((state = 'open') = (decided_by is null))
);
create index change_row_assigned on change_row (assigned_to) where state = 'open';
"""
EXAMPLES = """
create table release_example (
    id bigserial constraint pk_release_example primary key,
    release_id bigint not null constraint fk_release_example_release_id_release references release (id),
    file text not null,
    name_zh text not null,
    name_en text not null,
    differences jsonb not null,
    reason text not null,
    accepted_by bigint not null constraint fk_release_example_accepted_by_app_user references app_user (id),
    accepted_at timestamptz not null,
    ended_at timestamptz
);
create unique index one_accepted_example on release_example (release_id, file) where ended_at is null;
"""


def upgrade() -> None:
    run_sql(op, LISTS)
    run_sql(op, EXAMPLES)


def downgrade() -> None:
    run_sql(op, "drop table release_example; drop table change_row; drop table change_list;")
