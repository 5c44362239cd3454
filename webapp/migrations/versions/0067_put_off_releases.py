"""A release whose day has come and that cannot come in force yet says why, and when it is tried again.

Revision ID: 0067
Revises: 0066
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

PUT_OFF = """
alter table release add column put_off_until timestamptz, add column put_off_zh text not null default '',
    add column put_off_en text not null default '';
"""


def upgrade() -> None:
    run_sql(op, PUT_OFF)


def downgrade() -> None:
    run_sql(op, "alter table release drop column put_off_until, drop column put_off_zh, drop column put_off_en;")
