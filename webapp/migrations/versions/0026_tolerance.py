"""Applications accepted with materials to follow: the promise, and what becomes of it.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

STATES = "'offered', 'declined', 'promised', 'waiting', 'handed-in', 'told', 'complete', 'lapsed', 'moot'"
PROMISED = (
    "state in ('offered', 'declined', 'moot') or (promised_until is not null and days is not null"
    " and letter <> '' and signer_name <> '' and promised_at is not null)"
)
BEFORE = "cause in ('withdrawn', 'needed-withdrawn', 'refused-item')"
CAUSES = "cause in ('withdrawn', 'needed-withdrawn', 'refused-item', 'tolerance-withdrawn', 'acceptance-revoked')"


def upgrade() -> None:
    moment = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "tolerance",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("materials", postgresql.JSONB(), nullable=False),
        sa.Column("offered_by", sa.BigInteger(), nullable=True),
        sa.Column("offered_at", moment, nullable=True),
        sa.Column("offer_note", sa.Text(), server_default="", nullable=False),
        sa.Column("promised_until", sa.Date(), nullable=True),
        sa.Column("days", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("letter", sa.Text(), server_default="", nullable=False),
        sa.Column("letter_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("signer_name", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("signature_file_id", sa.BigInteger(), nullable=True),
        sa.Column("promised_at", moment, nullable=True),
        sa.Column("promised_by", sa.BigInteger(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("tolerated_at", moment, nullable=True),
        sa.Column("late", sa.Text(), server_default="", nullable=False),
        sa.Column("late_basis_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("late_basis_en", sa.Text(), server_default="", nullable=False),
        sa.Column("reminded", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("handed_in_at", moment, nullable=True),
        sa.Column("told", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", moment, nullable=True),
        sa.Column("told_by", sa.BigInteger(), nullable=True),
        sa.Column("extended_days", sa.BigInteger(), nullable=True),
        sa.Column("extended_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("extended_basis_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("extended_basis_en", sa.Text(), server_default="", nullable=False),
        sa.Column("extended_file_id", sa.BigInteger(), nullable=True),
        sa.Column("extended_by", sa.BigInteger(), nullable=True),
        sa.Column("extended_at", moment, nullable=True),
        sa.Column("settled_at", moment, nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(f"state in ({STATES})", name=op.f("ck_tolerance_known_state")),
        sa.CheckConstraint(PROMISED, name=op.f("ck_tolerance_promised_in_writing")),
        sa.CheckConstraint(
            "channel = 'code' or signature_file_id is not null or promised_at is null", name=op.f("ck_tolerance_signed")
        ),
        sa.CheckConstraint(
            "extended_at is null or (extended_reason <> '' and extended_file_id is not null)",
            name=op.f("ck_tolerance_extended_with_evidence"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_tolerance_{column}_{table}"))
            for column, table in (
                ("case_id", "cases"),
                ("document_id", "document"),
                ("extended_by", "app_user"),
                ("extended_file_id", "stored_file"),
                ("item_case_id", "item_case"),
                ("offered_by", "app_user"),
                ("promised_by", "app_user"),
                ("settled_by", "app_user"),
                ("signature_file_id", "stored_file"),
                ("told_by", "app_user"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tolerance")),
        sa.UniqueConstraint("case_id", "item_key", name=op.f("uq_tolerance_case_id_item_key")),
        sa.UniqueConstraint("item_case_id", name=op.f("uq_tolerance_item_case_id")),
    )
    op.drop_constraint(op.f("ck_termination_known_cause"), "termination", type_="check")
    op.create_check_constraint(op.f("ck_termination_known_cause"), "termination", CAUSES)
    op.alter_column("ruling", "by_id", nullable=True)
    op.alter_column("ruling", "task_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_ruling_by_someone_or_by_rule"),
        "ruling",
        "(by_id is null) = (task_id is null) and (by_id is not null or outcome = 'refused')",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_ruling_by_someone_or_by_rule"), "ruling", type_="check")
    op.alter_column("ruling", "task_id", nullable=False)
    op.alter_column("ruling", "by_id", nullable=False)
    op.drop_constraint(op.f("ck_termination_known_cause"), "termination", type_="check")
    op.create_check_constraint(op.f("ck_termination_known_cause"), "termination", BEFORE)
    op.drop_table("tolerance")
