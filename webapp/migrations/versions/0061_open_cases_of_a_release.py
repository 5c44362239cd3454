"""Open cases of a release are counted over an index of their own.

Revision ID: 0061
Revises: 0060
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(
        op,
        "create index open_case_of_release on cases (release_id) where received_at is not null and closed_at is null;",
    )


def downgrade() -> None:
    run_sql(op, "drop index open_case_of_release;")
