"""Items that end without a ruling: taken back, or ended by the rule of their bundle.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "termination",
        sa.Column("item_case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("because_of", sa.BigInteger(), nullable=True),
        sa.Column("basis_zh", sa.Text(), nullable=False),
        sa.Column("basis_en", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("signature_file_id", sa.BigInteger(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cause in ('withdrawn', 'needed-withdrawn', 'refused-item')", name=op.f("ck_termination_known_cause")
        ),
        sa.CheckConstraint(
            "(cause = 'refused-item') = (because_of is not null)", name=op.f("ck_termination_names_the_refused")
        ),
        sa.ForeignKeyConstraint(["because_of"], ["item_case.id"], name=op.f("fk_termination_because_of_item_case")),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_termination_by_id_app_user")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_termination_document_id_document")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_termination_item_case_id_item_case")),
        sa.ForeignKeyConstraint(
            ["signature_file_id"], ["stored_file.id"], name=op.f("fk_termination_signature_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("item_case_id", name=op.f("pk_termination")),
    )


def downgrade() -> None:
    op.drop_table("termination")
