"""A clock keeps the version of the local rules that was in force when it began.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("legal_clock", sa.Column("profile_id", sa.BigInteger(), nullable=True))
    op.add_column("legal_clock", sa.Column("first_day_counts", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("legal_clock", "first_day_counts")
    op.drop_column("legal_clock", "profile_id")
