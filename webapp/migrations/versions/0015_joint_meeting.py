"""Joint meetings: called, moved, answered, recorded.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _meeting()
    op.create_table(
        "meeting_time",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_meeting_time_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["joint_meeting.id"], name=op.f("fk_meeting_time_meeting_id_joint_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_time")),
    )
    op.create_index(op.f("ix_meeting_time_meeting_id"), "meeting_time", ["meeting_id"])
    _answers()


def _meeting() -> None:
    op.create_table(
        "joint_meeting",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("questions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("called_by", sa.BigInteger(), nullable=False),
        sa.Column("called_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("attended", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.Column("conclusion", sa.Text(), server_default="", nullable=False),
        sa.Column("minutes_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("outcome in ('', 'held', 'cancelled')", name=op.f("ck_joint_meeting_known_outcome")),
        sa.CheckConstraint("(outcome = '') = (ended_at is null)", name=op.f("ck_joint_meeting_ends_with_an_outcome")),
        sa.CheckConstraint(
            "outcome <> 'held' or minutes_id is not null", name=op.f("ck_joint_meeting_held_has_minutes")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_joint_meeting_case_id_cases")),
        sa.ForeignKeyConstraint(["called_by"], ["app_user.id"], name=op.f("fk_joint_meeting_called_by_app_user")),
        sa.ForeignKeyConstraint(["minutes_id"], ["document.id"], name=op.f("fk_joint_meeting_minutes_id_document")),
        sa.ForeignKeyConstraint(["ended_by"], ["app_user.id"], name=op.f("fk_joint_meeting_ended_by_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_meeting")),
    )
    op.create_index(op.f("ix_joint_meeting_case_id"), "joint_meeting", ["case_id"])
    op.create_index(op.f("ix_joint_meeting_called_by"), "joint_meeting", ["called_by"])
    op.create_index("open_meeting", "joint_meeting", ["case_id"], postgresql_where=sa.text("ended_at is null"))


def _answers() -> None:
    op.create_table(
        "meeting_invitation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("department_key", sa.Text(), nullable=False),
        sa.Column("groups", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["joint_meeting.id"], name=op.f("fk_meeting_invitation_meeting_id_joint_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["item_case_id"], ["item_case.id"], name=op.f("fk_meeting_invitation_item_case_id_item_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_invitation")),
        sa.UniqueConstraint("meeting_id", "item_case_id", name=op.f("uq_meeting_invitation_meeting_id_item_case_id")),
    )
    op.create_index(op.f("ix_meeting_invitation_item_case_id"), "meeting_invitation", ["item_case_id"])
    op.create_table(
        "meeting_answer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), server_default="", nullable=False),
        sa.Column("shorter", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("holds", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "answer in ('attend', 'agree', 'conditions', 'object', 'more-time')",
            name=op.f("ck_meeting_answer_known_answer"),
        ),
        sa.CheckConstraint("answer in ('attend', 'agree') or opinion <> ''", name=op.f("ck_meeting_answer_says_why")),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["meeting_invitation.id"],
            name=op.f("fk_meeting_answer_invitation_id_meeting_invitation"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_meeting_answer_by_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_answer")),
    )
    op.create_index(op.f("ix_meeting_answer_invitation_id"), "meeting_answer", ["invitation_id"])
    op.create_index(
        "holding_answer", "meeting_answer", ["invitation_id"], unique=True, postgresql_where=sa.text("holds")
    )


def downgrade() -> None:
    op.drop_table("meeting_answer")
    op.drop_table("meeting_invitation")
    op.drop_table("meeting_time")
    op.drop_table("joint_meeting")
