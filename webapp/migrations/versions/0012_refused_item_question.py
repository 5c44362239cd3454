"""What the applicant says of the rest when one item is refused.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_item_question",
        sa.Column("item_case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("answer in ('', 'continue', 'stop')", name=op.f("ck_refused_item_question_known_answer")),
        sa.CheckConstraint(
            "(answer = '') = (answered_at is null)", name=op.f("ck_refused_item_question_answered_once")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_refused_item_question_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["item_case_id"], ["item_case.id"], name=op.f("fk_refused_item_question_item_case_id_item_case")
        ),
        sa.PrimaryKeyConstraint("item_case_id", name=op.f("pk_refused_item_question")),
    )


def downgrade() -> None:
    op.drop_table("refused_item_question")
