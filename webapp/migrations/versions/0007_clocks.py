"""Clocks of a case, marks that pauses move, pauses with their notice, extensions, and the place of a case.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _clocks()
    _pauses()
    _extensions()
    for table in ("counter", "cases"):
        op.add_column(table, sa.Column("profile_key", sa.Text(), server_default="", nullable=False))


def _clocks() -> None:
    op.alter_column("legal_clock", "item_case_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("legal_clock", sa.Column("case_id", sa.BigInteger(), nullable=True))
    op.add_column("legal_clock", sa.Column("extended_by", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("legal_clock", sa.Column("four_fifths_on", sa.Date(), nullable=True))
    op.add_column("legal_clock", sa.Column("day_before_on", sa.Date(), nullable=True))
    op.create_foreign_key(op.f("fk_legal_clock_case_id_cases"), "legal_clock", "cases", ["case_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_legal_clock_one_owner"), "legal_clock", "(item_case_id is null) <> (case_id is null)"
    )
    op.create_index(
        "clock_of_case",
        "legal_clock",
        ["case_id", "name"],
        unique=True,
        postgresql_where=sa.text("case_id is not null"),
    )
    op.create_index(
        "provisional_clock",
        "legal_clock",
        ["id"],
        unique=False,
        postgresql_where=sa.text("stopped_on is null and provisional"),
    )


def _pauses() -> None:
    for name in ("name_zh", "name_en"):
        op.add_column("clock_pause", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in ("item_case_id", "document_id", "expected_days"):
        op.add_column("clock_pause", sa.Column(name, sa.BigInteger(), nullable=True))
    for name, table in (("item_case_id", "item_case"), ("document_id", "document")):
        op.create_foreign_key(op.f(f"fk_clock_pause_{name}_{table}"), "clock_pause", table, [name], ["id"])
    op.create_index(op.f("ix_clock_pause_item_case_id"), "clock_pause", ["item_case_id"])
    op.create_index(
        "running_pause",
        "clock_pause",
        ["clock_id", "item_case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_on is null"),
    )
    op.create_check_constraint(op.f("ck_clock_pause_ends_after_start"), "clock_pause", "ended_on >= started_on")


def _extensions() -> None:
    op.create_table(
        "clock_extension",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("level_zh", sa.Text(), nullable=False),
        sa.Column("level_en", sa.Text(), nullable=False),
        sa.Column("basis_zh", sa.Text(), nullable=False),
        sa.Column("basis_en", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("opinion", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_clock_extension_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["item_case_id"], ["item_case.id"], name=op.f("fk_clock_extension_item_case_id_item_case")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["app_user.id"], name=op.f("fk_clock_extension_requested_by_app_user")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["app_user.id"], name=op.f("fk_clock_extension_decided_by_app_user")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_clock_extension_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_extension")),
    )
    op.create_index(op.f("ix_clock_extension_case_id"), "clock_extension", ["case_id"])
    op.create_index(op.f("ix_clock_extension_item_case_id"), "clock_extension", ["item_case_id"])
    op.create_index(
        "open_extension",
        "clock_extension",
        ["item_case_id"],
        unique=True,
        postgresql_where=sa.text("granted is null"),
    )


def downgrade() -> None:
    raise NotImplementedError("pauses and extensions would be lost; restore a backup instead")
