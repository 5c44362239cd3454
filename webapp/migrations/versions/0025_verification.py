"""Verifications with their draws, conflicts, photos and compared facts; handovers to supervision and their answers.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from webapp.migrations.support import run_sql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

GUARD = """
create trigger append_only before update or delete on verification_draw for each row execute function refuse_change();
create trigger append_only_all before truncate on verification_draw
    for each statement execute function refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "verification_draw",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(), nullable=False),
        sa.Column("excluded", postgresql.JSONB(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("drawn", postgresql.JSONB(), nullable=False),
        sa.Column("officers", postgresql.JSONB(), nullable=False),
        sa.Column("replaced_id", sa.BigInteger(), nullable=True),
        sa.Column("reason_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(replaced_id is null) or reason <> ''", name=op.f("ck_verification_draw_replaced_with_reason")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_verification_draw_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["item_case_id"], ["item_case.id"], name=op.f("fk_verification_draw_item_case_id_item_case")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_id"], ["app_user.id"], name=op.f("fk_verification_draw_replaced_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_draw")),
        sa.UniqueConstraint("item_case_id", "number", name=op.f("uq_verification_draw_item_case_id_number")),
    )
    op.create_table(
        "declared_conflict",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_declared_conflict_with_reason")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_declared_conflict_case_id_cases")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_declared_conflict_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_conflict")),
        sa.UniqueConstraint("case_id", "user_id", name=op.f("uq_declared_conflict_case_id_user_id")),
    )
    op.create_index(op.f("ix_declared_conflict_user_id"), "declared_conflict", ["user_id"], unique=False)
    op.create_table(
        "verification_photo",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("point", sa.Text(), server_default="", nullable=False),
        sa.Column("taken_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_verification_photo_by_id_app_user")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_verification_photo_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_verification_photo_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_photo")),
    )
    op.create_index(op.f("ix_verification_photo_file_id"), "verification_photo", ["file_id"], unique=False)
    op.create_index("photo_of_task", "verification_photo", ["task_id", "id"], unique=False)
    op.create_table(
        "compared_fact",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("declared", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), server_default="", nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("result in ('match', 'differ', 'not-found')", name=op.f("ck_compared_fact_known_result")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_compared_fact_with_source")),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_compared_fact_by_id_app_user")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_compared_fact_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compared_fact")),
        sa.UniqueConstraint("task_id", "key", name=op.f("uq_compared_fact_task_id_key")),
    )
    op.create_table(
        "supervision_handover",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=True),
        sa.Column("from_unit", sa.Text(), nullable=False),
        sa.Column("to_unit", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("received_by", sa.BigInteger(), nullable=True),
        sa.Column("receiver", sa.Text(), server_default="", nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("result_note", sa.Text(), server_default="", nullable=False),
        sa.Column("result_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("result_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "result is null or result in ('normal', 'fault', 'ended')",
            name=op.f("ck_supervision_handover_known_result"),
        ),
        sa.CheckConstraint(
            "result is null or received_at is not null", name=op.f("ck_supervision_handover_received_before_answered")
        ),
        sa.CheckConstraint(
            "result is null or result_at is not null", name=op.f("ck_supervision_handover_answered_at_a_time")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_supervision_handover_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["item_case_id"], ["item_case.id"], name=op.f("fk_supervision_handover_item_case_id_item_case")
        ),
        sa.ForeignKeyConstraint(
            ["received_by"], ["app_user.id"], name=op.f("fk_supervision_handover_received_by_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["result_by"], ["app_user.id"], name=op.f("fk_supervision_handover_result_by_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_handover")),
        sa.UniqueConstraint("item_case_id", name=op.f("uq_supervision_handover_item_case_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_supervision_handover_public_id")),
    )
    op.create_table(
        "handover_delivery",
        sa.Column("handover_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tried_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("final", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("delivered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["handover_id"],
            ["supervision_handover.id"],
            name=op.f("fk_handover_delivery_handover_id_supervision_handover"),
        ),
        sa.PrimaryKeyConstraint("handover_id", name=op.f("pk_handover_delivery")),
    )
    op.create_table(
        "callback_seen",
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("handover_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["supervision_handover.id"], name=op.f("fk_callback_seen_handover_id_supervision_handover")
        ),
        sa.PrimaryKeyConstraint("delivery", name=op.f("pk_callback_seen")),
    )
    op.create_index(op.f("ix_callback_seen_handover_id"), "callback_seen", ["handover_id"], unique=False)
    op.create_table(
        "publication",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("revocation_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("act_zh", sa.Text(), nullable=False),
        sa.Column("act_en", sa.Text(), nullable=False),
        sa.Column("licence_zh", sa.Text(), nullable=False),
        sa.Column("licence_en", sa.Text(), nullable=False),
        sa.Column("licence_number", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_publication_document_id_document")),
        sa.ForeignKeyConstraint(
            ["revocation_id"], ["revocation.id"], name=op.f("fk_publication_revocation_id_revocation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("revocation_id", name=op.f("uq_publication_revocation_id")),
    )
    op.create_index("published_by_day", "publication", ["published_on", "id"], unique=False)
    op.add_column("revocation", sa.Column("finding", sa.Text(), server_default="", nullable=False))
    run_sql(op, GUARD)


def downgrade() -> None:
    op.drop_column("revocation", "finding")
    for table in (
        "publication",
        "callback_seen",
        "handover_delivery",
        "supervision_handover",
        "compared_fact",
        "verification_photo",
        "declared_conflict",
        "verification_draw",
    ):
        op.drop_table(table)
