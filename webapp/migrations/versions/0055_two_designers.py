"""What could not be saved over a colleague's is kept aside, who has which file open, and zips of many bundles.

Revision ID: 0055
Revises: 0054
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

ASIDES = """
create table working_aside (
    id bigserial constraint pk_working_aside primary key,
    copy_id bigint not null constraint fk_working_aside_copy_id_working_copy references working_copy (id),
    path text not null,
    base text constraint fk_working_aside_base_blob references blob (digest),
    content text not null constraint fk_working_aside_content_blob references blob (digest),
    by_id bigint not null constraint fk_working_aside_by_id_app_user references app_user (id),
    at timestamptz not null,
    choices jsonb not null default '{}',
    state text not null default 'open'
        constraint ck_working_aside_known_state check (state in ('open', 'merged', 'copied', 'dropped')),
    ended_at timestamptz
);
create index open_working_aside on working_aside (copy_id) where state = 'open';
create unlogged table working_presence (
    copy_id bigint not null,
    path text not null,
    user_id bigint not null,
    since timestamptz not null,
    seen_at timestamptz not null,
    constraint pk_working_presence primary key (copy_id, path, user_id)
);
"""
IMPORTS = """
create table bundle_import (
    id bigserial constraint pk_bundle_import primary key,
    name text not null,
    digest text not null,
    note text not null default '',
    by_id bigint not null constraint fk_bundle_import_by_id_app_user references app_user (id),
    at timestamptz not null,
    ended_at timestamptz
);
create table bundle_import_part (
    import_id bigint not null constraint fk_bundle_import_part_import_id_bundle_import references bundle_import (id),
    place bigint not null,
    name text not null,
    state text not null default 'waiting' constraint ck_bundle_import_part_known_state
        check (state in ('waiting', 'drafted', 'same', 'refused')),
    tries bigint not null default 0,
    release_id bigint constraint fk_bundle_import_part_release_id_release references release (id),
    errors bigint not null default 0,
    warnings bigint not null default 0,
    zh text not null default '',
    en text not null default '',
    at timestamptz,
    constraint pk_bundle_import_part primary key (import_id, place),
    constraint ck_bundle_import_part_release_of_a_draft
        check ((release_id is null) = (state in ('waiting', 'refused')))
);
"""


def upgrade() -> None:
    for text in (ASIDES, IMPORTS):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(op, "drop table bundle_import_part, bundle_import, working_presence, working_aside;")
