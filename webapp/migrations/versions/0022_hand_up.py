"""What a lower level handed up to the one that decides, with the materials as they are locked since.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_up",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("from_unit", sa.Text(), nullable=False),
        sa.Column("to_unit", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answers_version", sa.BigInteger(), nullable=False),
        sa.Column("materials", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("returned_by", sa.BigInteger(), nullable=True),
        sa.Column("return_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("conclusion in ('grant', 'refuse')", name=op.f("ck_hand_up_known_conclusion")),
        sa.CheckConstraint(
            "(returned_at is null) = (returned_by is null)", name=op.f("ck_hand_up_returned_by_someone")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_hand_up_by_id_app_user")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_hand_up_item_case_id_item_case")),
        sa.ForeignKeyConstraint(["returned_by"], ["app_user.id"], name=op.f("fk_hand_up_returned_by_app_user")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_hand_up_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_up")),
        sa.UniqueConstraint("item_case_id", "round", name=op.f("uq_hand_up_item_case_id_round")),
    )


def downgrade() -> None:
    op.drop_table("hand_up")
