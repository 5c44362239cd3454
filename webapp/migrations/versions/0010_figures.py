"""What the boards of supervision count.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COUNTS = ("running", "near", "overdue", "paused", "yellow", "red")


def upgrade() -> None:
    op.create_table(
        "unit_figure",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("unit", "person_id", name=op.f("pk_unit_figure")),
    )
    op.create_table(
        "ruled_day",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("items", "used", "promised", "late")),
        sa.PrimaryKeyConstraint("person_id", "day", "unit", name=op.f("pk_ruled_day")),
    )
    op.create_index("ruled_day_of_unit", "ruled_day", ["unit", "day"])
    op.create_index("item_case_ruled", "item_case", ["ruled_at"], postgresql_where=sa.text("ruled_at is not null"))


def downgrade() -> None:
    op.drop_index("item_case_ruled", table_name="item_case")
    op.drop_table("ruled_day")
    op.drop_table("unit_figure")
