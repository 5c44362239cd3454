"""Why a decision table decided as it did, beside the ledger's line that tells of it.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_record",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_decision_record_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_decision_record")),
    )


def downgrade() -> None:
    op.drop_table("decision_record")
