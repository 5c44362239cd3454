"""Files that answers of the form name.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_file",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_answer_file_case_id_cases")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_answer_file_file_id_stored_file")),
        sa.PrimaryKeyConstraint("case_id", "file_id", name=op.f("pk_answer_file")),
    )
    op.create_index(op.f("ix_answer_file_file_id"), "answer_file", ["file_id"])


def downgrade() -> None:
    op.drop_table("answer_file")
