"""When and where a joint visit takes place.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit_appointment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_visit_appointment_by_id_app_user")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_visit_appointment_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_appointment")),
    )
    op.create_index(op.f("ix_visit_appointment_task_id"), "visit_appointment", ["task_id"])


def downgrade() -> None:
    op.drop_table("visit_appointment")
