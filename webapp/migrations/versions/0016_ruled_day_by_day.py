"""Which day was counted last, and the rows of a day that is counted anew, are found without reading all days.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ruled_day_of_day", "ruled_day", ["day"])


def downgrade() -> None:
    op.drop_index("ruled_day_of_day", table_name="ruled_day")
