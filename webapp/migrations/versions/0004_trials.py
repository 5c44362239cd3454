"""Trials of designers.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trial",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=True),
        sa.Column("file_path", sa.Text(), server_default="", nullable=False),
        sa.Column("file_content", sa.LargeBinary(), nullable=True),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("core", sa.Text(), nullable=False),
        sa.Column("jobs", sa.Text(), nullable=False),
        sa.Column("variables", sa.LargeBinary(), nullable=False),
        sa.Column("begins_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rule_versions", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("acts", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_trial_by_id_app_user")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_trial_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial")),
    )
    op.create_index(op.f("ix_trial_by_id"), "trial", ["by_id"], unique=False)
    op.create_index(op.f("ix_trial_release_id"), "trial", ["release_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_trial_release_id"), table_name="trial")
    op.drop_index(op.f("ix_trial_by_id"), table_name="trial")
    op.drop_table("trial")
