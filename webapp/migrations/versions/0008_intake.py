"""Corrections round by round, special procedures, rulings with their facts.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from webapp.migrations.support import run_sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: What the applicant gives on the tracking page has no officer behind it.
BY_THE_APPLICANT = """
alter table stored_file alter column by_id drop not null;
alter table submitted_material alter column by_id drop not null;
alter table answer alter column by_id drop not null;
"""
#: Rulings made before told facts and reasons in one.
FACTS = """
alter table ruling add column facts text not null default '';
update ruling set facts = coalesce(nullif(reasons, ''), words_zh) where outcome = 'refused';
"""
#: Corrections that were asked for before had their notice alone; from here on each is a round. What they were about
#: stands in the notice, and any material that was handed in could be put right.
ROUNDS = """
insert into correction (item_case_id, round, document_id, faults, note, asked_by, asked_at, answered_at, answered_by,
    channel)
select d.item_case_id, row_number() over (partition by d.item_case_id order by d.id), d.id,
    coalesce((select jsonb_agg(jsonb_build_array('material', m.material_key, '见补正告知书') order by m.id)
        from submitted_material m where m.case_id = d.case_id), '[]'),
    '', d.by_id, d.issued_at, t.closed_at, t.closed_by, case when t.closed_at is null then '' else 'window' end
from document d
left join lateral (select u.closed_at, u.closed_by from user_task u
    where u.item_case_id = d.item_case_id and u.step = 'correct' and u.state = 'completed'
        and u.closed_at >= d.issued_at order by u.closed_at limit 1) t on true
where d.kind = 'correction-notice' and d.item_case_id is not null and d.by_id is not null;
"""


def upgrade() -> None:
    run_sql(op, BY_THE_APPLICANT)
    run_sql(op, FACTS)
    op.add_column(
        "item_case", sa.Column("deemed_accepted", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_ruling_refused_with_facts_basis_remedy"),
        "ruling",
        "outcome <> 'refused' or (facts <> '' and basis_zh <> '' and remedy_zh <> '')",
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("again_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("lapsed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lapse", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["app_user.id"], name=op.f("fk_correction_asked_by_app_user")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_correction_document_id_document")),
        sa.ForeignKeyConstraint(["item_case_id"], ["item_case.id"], name=op.f("fk_correction_item_case_id_item_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("item_case_id", "round", name=op.f("uq_correction_item_case_id_round")),
    )
    run_sql(op, ROUNDS)
    op.create_table(
        "special_procedure",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("item_case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expected_days", sa.BigInteger(), nullable=False),
        sa.Column("on_application", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("ordered_by", sa.BigInteger(), nullable=False),
        sa.Column("ordered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("applicant", sa.Text(), server_default="", nullable=False),
        sa.Column("notified_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("held_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("host_id", sa.BigInteger(), nullable=True),
        sa.Column("conducted_by", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.Text(), server_default="", nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("ended_at is null or outcome <> ''", name=op.f("ck_special_procedure_ends_with_an_outcome")),
        sa.ForeignKeyConstraint(["ended_by"], ["app_user.id"], name=op.f("fk_special_procedure_ended_by_app_user")),
        sa.ForeignKeyConstraint(["host_id"], ["app_user.id"], name=op.f("fk_special_procedure_host_id_app_user")),
        sa.ForeignKeyConstraint(
            ["item_case_id"], ["item_case.id"], name=op.f("fk_special_procedure_item_case_id_item_case")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["document.id"], name=op.f("fk_special_procedure_notice_id_document")),
        sa.ForeignKeyConstraint(["ordered_by"], ["app_user.id"], name=op.f("fk_special_procedure_ordered_by_app_user")),
        sa.ForeignKeyConstraint(["record_id"], ["document.id"], name=op.f("fk_special_procedure_record_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_procedure")),
    )
    op.create_index(op.f("ix_special_procedure_item_case_id"), "special_procedure", ["item_case_id"])
    op.create_index(
        "running_procedure",
        "special_procedure",
        ["item_case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("procedure_id", sa.BigInteger(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("handling", sa.Text(), server_default="", nullable=False),
        sa.Column("taken_by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["special_procedure.id"], name=op.f("fk_objection_procedure_id_special_procedure")
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["app_user.id"], name=op.f("fk_objection_taken_by_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_procedure_id"), "objection", ["procedure_id"])


def downgrade() -> None:
    raise NotImplementedError("what applicants gave themselves would lose its rows; restore a backup instead")
