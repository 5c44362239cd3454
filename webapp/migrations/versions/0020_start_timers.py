"""Processes that a time starts: their timers, and cases that nobody applied for.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("cases", "visit_id", nullable=True)
    op.create_table(
        "start_timer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("starts_left", sa.BigInteger(), nullable=True),
        sa.Column("months", sa.BigInteger(), nullable=True),
        sa.Column("microseconds", sa.BigInteger(), nullable=True),
        sa.Column("claimed_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failure_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("failure_en", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_start_timer_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_timer")),
        sa.UniqueConstraint("release_id", "process", "element", name=op.f("uq_start_timer_release_id_process_element")),
    )
    op.create_index(op.f("ix_start_timer_due_at"), "start_timer", ["due_at"])


def downgrade() -> None:
    op.drop_table("start_timer")
    op.alter_column("cases", "visit_id", nullable=False)
