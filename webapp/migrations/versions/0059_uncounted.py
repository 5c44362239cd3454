"""Instances whose history cannot be counted are left out with the reason, and the count says what it is at.

Revision ID: 0059
Revises: 0058
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

ADDED = """
alter table walk_mark
    add column counting bigint[] not null default '{}',
    add column counting_until timestamptz;
create table walk_aside (
    instance_id bigint constraint pk_walk_aside primary key,
    tries bigint not null default 0,
    bundle_key text not null default '',
    again boolean not null,
    zh text not null default '',
    en text not null default '',
    detail text not null default '',
    version text not null,
    at timestamptz not null
);
"""


def upgrade() -> None:
    run_sql(op, ADDED)


def downgrade() -> None:
    run_sql(op, "drop table walk_aside; alter table walk_mark drop column counting, drop column counting_until;")
