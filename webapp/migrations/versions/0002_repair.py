"""Messages between instances, repairs by people, suspended cases.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("to_instance_id", sa.BigInteger(), nullable=True),
        sa.Column("hops", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("settled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_message_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_message_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["to_instance_id"], ["process_instance.id"], name=op.f("fk_message_to_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_case_id"), "message", ["case_id"], unique=False)
    op.create_index(op.f("ix_message_to_instance_id"), "message", ["to_instance_id"], unique=False)
    op.create_index("kept_message", "message", ["name"], unique=False, postgresql_where=sa.text("state = 'kept'"))
    op.create_index(
        "kept_message_expires_at",
        "message",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'kept'"),
    )
    op.create_index(
        "message_on_its_way",
        "message",
        ["state", "created_at"],
        unique=False,
        postgresql_where=sa.text("state in ('sent', 'kept', 'held')"),
    )
    op.create_table(
        "repair",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_repair_by_id_app_user")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_repair_case_id_cases")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_repair_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair")),
    )
    op.create_index(op.f("ix_repair_case_id"), "repair", ["case_id"], unique=False)
    op.add_column("cases", sa.Column("suspended_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("timer", sa.Column("held_due_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("incident", sa.Column("message_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_incident_message_id_message"), "incident", "message", ["message_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_incident_message_id_message"), "incident", type_="foreignkey")
    op.drop_column("incident", "message_id")
    op.drop_column("timer", "held_due_at")
    op.drop_column("cases", "suspended_at")
    op.drop_index(op.f("ix_repair_case_id"), table_name="repair")
    op.drop_table("repair")
    op.drop_index(
        "message_on_its_way", table_name="message", postgresql_where=sa.text("state in ('sent', 'kept', 'held')")
    )
    op.drop_index("kept_message_expires_at", table_name="message", postgresql_where=sa.text("state = 'kept'"))
    op.drop_index("kept_message", table_name="message", postgresql_where=sa.text("state = 'kept'"))
    op.drop_index(op.f("ix_message_to_instance_id"), table_name="message")
    op.drop_index(op.f("ix_message_case_id"), table_name="message")
    op.drop_table("message")
