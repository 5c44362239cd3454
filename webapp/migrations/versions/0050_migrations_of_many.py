"""Running cases of older releases go on with the one in force, many at once.

Revision ID: 0050
Revises: 0049
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

RUNS = """
create table migration_run (
    id bigserial constraint pk_migration_run primary key,
    bundle_key text not null,
    to_release_id bigint not null constraint fk_migration_run_to_release_id_release references release (id),
    mapping jsonb not null default '{}',
    filters jsonb not null default '{}',
    reason text not null,
    state text not null constraint ck_migration_run_known_state check (state in ('checking', 'checked', 'proposed',
        'first', 'looked', 'rest', 'paused', 'done', 'stopped', 'withdrawn', 'undoing', 'undone')),
    first_cases bigint not null default 0,
    created_by bigint not null constraint fk_migration_run_created_by_app_user references app_user (id),
    created_at timestamptz not null,
    confirmed_by bigint constraint fk_migration_run_confirmed_by_app_user references app_user (id),
    confirmed_at timestamptz,
    ended_at timestamptz,
    undone_by bigint constraint fk_migration_run_undone_by_app_user references app_user (id),
    undo_reason text not null default ''
);
create index ix_migration_run_bundle_key on migration_run (bundle_key);
create unique index one_migration_under_way on migration_run (bundle_key)
    where state in ('first', 'looked', 'rest', 'paused', 'undoing');
"""
CASES = """
create table migration_case (
    run_id bigint not null constraint fk_migration_case_run_id_migration_run references migration_run (id),
    case_id bigint not null constraint fk_migration_case_case_id_cases references cases (id),
    from_release_id bigint not null constraint fk_migration_case_from_release_id_release references release (id),
    place bigint not null,
    tries bigint not null default 0,
    state text not null constraint ck_migration_case_known_state check (state in ('chosen', 'fits', 'unfit', 'moved',
        'refused', 'undone', 'kept')),
    reasons jsonb not null default '[]',
    at timestamptz,
    seq bigint,
    before jsonb,
    constraint pk_migration_case primary key (run_id, case_id)
);
create index case_of_release on cases (release_id);
create index ix_migration_case_case_id on migration_case (case_id);
create index case_of_migration on migration_case (run_id, state, tries, place);
"""


def upgrade() -> None:
    run_sql(op, RUNS)
    run_sql(op, CASES)


def downgrade() -> None:
    run_sql(op, "drop index case_of_release; drop table migration_case, migration_run;")
