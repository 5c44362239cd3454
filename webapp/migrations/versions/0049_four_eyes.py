"""Who signs a release before it is published, from which day it holds, and what it was compared with.

Revision ID: 0049
Revises: 0048
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

IN_ITS_TIME = """
alter table release
    add column compared_id bigint constraint fk_release_compared_id_release references release (id),
    add column effective_on date,
    add column approved_by bigint constraint fk_release_approved_by_app_user references app_user (id),
    add column approved_at timestamptz;
"""
SIGN_OFFS = """
create table release_sign_off (
    id bigserial constraint pk_release_sign_off primary key,
    release_id bigint not null constraint fk_release_sign_off_release_id_release references release (id),
    party text not null,
    parts jsonb not null,
    required_at timestamptz not null,
    ended_at timestamptz,
    signed_by bigint constraint fk_release_sign_off_signed_by_app_user references app_user (id),
    for_id bigint constraint fk_release_sign_off_for_id_app_user references app_user (id),
    agrees boolean,
    comment text not null default '',
    letter_number text not null default '',
    signed_at timestamptz,
    constraint ck_release_sign_off_signed_by_somebody check ((signed_by is null) = (agrees is null))
);
create unique index one_sign_off_of_a_party on release_sign_off (release_id, party) where ended_at is null;
create index sign_off_waits on release_sign_off (party) where ended_at is null and agrees is null;
"""


def upgrade() -> None:
    run_sql(op, IN_ITS_TIME)
    run_sql(op, SIGN_OFFS)


def downgrade() -> None:
    run_sql(op, "drop table release_sign_off;")
    run_sql(
        op,
        """
alter table release drop column compared_id, drop column effective_on, drop column approved_by,
    drop column approved_at;
""",
    )
