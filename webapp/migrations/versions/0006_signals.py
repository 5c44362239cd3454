"""Supervision signals, and what was said to them.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supervision_signal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("basis_zh", sa.Text(), nullable=False),
        sa.Column("basis_en", sa.Text(), nullable=False),
        sa.Column("ref", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("ref_key", sa.Text(), server_default="", nullable=False),
        sa.Column("raised_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("settled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supervision_signal_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["item_case_id"], ["item_case.id"], name=op.f("fk_supervision_signal_item_case_id_item_case")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["app_user.id"], name=op.f("fk_supervision_signal_person_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_signal")),
        sa.UniqueConstraint(
            "case_id",
            "item_case_id",
            "kind",
            "ref_key",
            name=op.f("uq_supervision_signal_case_id_item_case_id_kind_ref_key"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_supervision_signal_item_case_id"), "supervision_signal", ["item_case_id"])
    op.create_index(op.f("ix_supervision_signal_person_id"), "supervision_signal", ["person_id"])
    op.create_index("signal_of_unit", "supervision_signal", ["unit", "raised_at", "id"])
    op.create_index(
        "unsettled_signal", "supervision_signal", ["unit", "id"], postgresql_where=sa.text("settled_at is null")
    )
    op.create_table(
        "signal_word",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("signal_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_signal_word_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["supervision_signal.id"], name=op.f("fk_signal_word_signal_id_supervision_signal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_word")),
    )
    op.create_index(op.f("ix_signal_word_signal_id"), "signal_word", ["signal_id"])


def downgrade() -> None:
    op.drop_table("signal_word")
    op.drop_table("supervision_signal")
