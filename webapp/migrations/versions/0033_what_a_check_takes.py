"""A check of what was promised takes the office's time, not the applicant's; a missed promise is put on record.

Revision ID: 0033
Revises: 0032
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

CHECKED = """
alter table tolerance add late_credit text not null default '', add given_back jsonb not null default '[]';
"""


def upgrade() -> None:
    run_sql(op, CHECKED)


def downgrade() -> None:
    run_sql(op, "alter table tolerance drop column late_credit, drop column given_back;")
