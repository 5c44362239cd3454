"""Cases that have gone on with another release are found over an index of their own.

Revision ID: 0062
Revises: 0061
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(
        op,
        "create index moved_case on repair (case_id) where kind in ('release-changed', 'release-restored');",
    )


def downgrade() -> None:
    run_sql(op, "drop index moved_case;")
