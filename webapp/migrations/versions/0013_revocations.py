"""Revocations: facts told, the holder heard, the decision with its remedy.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revocation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("statement", sa.Text(), server_default="", nullable=False),
        sa.Column("heard_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("grounds", sa.Text(), server_default="", nullable=False),
        sa.Column("remedy_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("remedy_en", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "outcome <> 'revoked' or (facts <> '' and statement <> '' and remedy_zh <> '')",
            name=op.f("ck_revocation_revoked_with_facts_statement_remedy"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["app_user.id"], name=op.f("fk_revocation_decided_by_app_user")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_revocation_document_id_document")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_revocation_item_case_id_item_case")),
        sa.ForeignKeyConstraint(["notice_id"], ["document.id"], name=op.f("fk_revocation_notice_id_document")),
        sa.ForeignKeyConstraint(["proposed_by"], ["app_user.id"], name=op.f("fk_revocation_proposed_by_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
    )
    op.create_index(op.f("ix_revocation_item_case_id"), "revocation", ["item_case_id"])


def downgrade() -> None:
    op.drop_table("revocation")
