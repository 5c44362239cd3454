"""Working copies of bundles: their files as they stand, and every saving.

Revision ID: 0041
Revises: 0040
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLES = """
create table working_copy (
    id bigserial constraint pk_working_copy primary key,
    bundle_key text not null,
    base_release_id bigint not null constraint fk_working_copy_base_release_id_release references release (id),
    title text not null,
    created_by bigint not null constraint fk_working_copy_created_by_app_user references app_user (id),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    ended_at timestamptz,
    release_id bigint constraint fk_working_copy_release_id_release references release (id)
);
create index open_working_copy on working_copy (bundle_key) where ended_at is null;
create table working_file (
    copy_id bigint not null constraint fk_working_file_copy_id_working_copy references working_copy (id),
    path text not null,
    digest text not null constraint fk_working_file_digest_blob references blob (digest),
    constraint pk_working_file primary key (copy_id, path)
);
create table working_change (
    id bigserial constraint pk_working_change primary key,
    copy_id bigint not null constraint fk_working_change_copy_id_working_copy references working_copy (id),
    path text not null,
    before text constraint fk_working_change_before_blob references blob (digest),
    after text constraint fk_working_change_after_blob references blob (digest),
    by_id bigint not null constraint fk_working_change_by_id_app_user references app_user (id),
    at timestamptz not null,
    note text not null default '',
    constraint ck_working_change_of_something check (before is distinct from after)
);
create index ix_working_change_copy_id on working_change (copy_id);
"""


def upgrade() -> None:
    run_sql(op, TABLES)


def downgrade() -> None:
    run_sql(op, "drop table working_change; drop table working_file; drop table working_copy;")
