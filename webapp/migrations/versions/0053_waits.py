"""Where cases wait and which ways they take, as sums that the worker keeps up.

The index of the history by moment is a BRIN: an act pays next to nothing for it, and the worker finds the last steps.

Revision ID: 0053
Revises: 0052
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

FOUND = "create index ix_activity_at on activity using brin (at);"
COUNTED = """
create table walk (
    instance_id bigint constraint pk_walk primary key,
    steps bigint not null,
    last_task bigint not null,
    ended boolean not null,
    waits jsonb not null default '[]'
) with (fillfactor = 70);
create table walk_mark (
    id smallint constraint pk_walk_mark primary key constraint ck_walk_mark_one_row check (id = 1),
    seen_at timestamptz not null,
    sweep_after bigint not null default 0,
    swept_at timestamptz
);
"""
SUMS = """
create table wait_month (
    bundle_key text not null,
    process text not null,
    month date not null,
    element text not null,
    department text not null,
    release_id bigint not null,
    in_office boolean not null,
    waits bigint not null,
    counts bigint[] not null,
    constraint pk_wait_month primary key (bundle_key, process, month, element, department, release_id)
);
create table waiting_now (
    bundle_key text not null,
    process text not null,
    month date not null,
    element text not null,
    department text not null,
    release_id bigint not null,
    waits bigint not null,
    constraint pk_waiting_now primary key (bundle_key, process, month, element, department, release_id)
);
create table path (
    id bigserial constraint pk_path primary key,
    bundle_key text not null,
    process text not null,
    digest text not null,
    elements jsonb not null,
    flows jsonb not null,
    constraint uq_path_bundle_key_process_digest unique (bundle_key, process, digest)
);
create table path_month (
    path_id bigint not null,
    month date not null,
    release_id bigint not null,
    times bigint not null,
    counts bigint[] not null,
    constraint pk_path_month primary key (path_id, month, release_id)
);
create index path_times on path_month (path_id, month, release_id) include (times);
"""


def upgrade() -> None:
    for part in (FOUND, COUNTED, SUMS):
        run_sql(op, part)


def downgrade() -> None:
    run_sql(op, "drop table path_month, path, waiting_now, wait_month, walk_mark, walk; drop index ix_activity_at;")
