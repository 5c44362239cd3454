"""Documents: series and serial, templates, seals, kept PDFs, delivery, paper that moved.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from webapp.migrations.support import run_sql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: What a document gains. Those of earlier releases have no series, and a code for their public page made here.
COLUMNS = """
alter table document
    add unit_key text not null default '',
    add series text,
    add serial bigint,
    add template text not null default '',
    add template_digest text not null default '',
    add digest_en text not null default '',
    add seal_zh text not null default '',
    add seal_en text not null default '',
    add seal_way text not null default '',
    add public_code text;
update document set digest_en = encode(sha256(convert_to(content_en, 'UTF8')), 'hex'),
    public_code = upper(substr(replace(gen_random_uuid()::text, '-', ''), 1, 20));
alter table document
    add constraint uq_document_series_serial unique (series, serial),
    add constraint uq_document_public_code unique (public_code);
alter table department add document_mark text not null default '';
"""
#: A document is written when it is issued and gets number and contents at the end of the same command; never again.
GUARD = """
create function keep_document() returns trigger language plpgsql as $$
begin
    if old.number <> '' then
        raise exception 'document % was issued and is kept as it is', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger kept_as_issued before update on document for each row execute function keep_document();
create function document_has_number() returns trigger language plpgsql as $$
begin
    if exists (select from document where id = new.id and number = '') then
        raise exception 'document % was issued without a number', new.id using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger numbered_at_commit after insert on document deferrable initially deferred
    for each row execute function document_has_number();
"""
MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    for part in (COLUMNS, GUARD):
        run_sql(op, part)
    _seals()
    _around_a_document()
    _handovers()


def _seals() -> None:
    op.create_table(
        "unit_seal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("department_key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), server_default="", nullable=False),
        sa.Column("provider_seal", sa.Text(), server_default="", nullable=False),
        _foreign("unit_seal", "department_key", "department", "key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_seal")),
        sa.UniqueConstraint("department_key", "role", name=op.f("uq_unit_seal_department_key_role")),
    )


def _around_a_document() -> None:
    op.create_table(
        "document_seal",
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("certificate", sa.Text(), server_default="", nullable=False),
        sa.Column("serial", sa.Text(), server_default="", nullable=False),
        _foreign("document_seal", "document_id", "document"),
        _foreign("document_seal", "by_id", "app_user"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_seal")),
    )
    op.create_table(
        "seal_try",
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("final", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _foreign("seal_try", "document_id", "document"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_seal_try")),
    )
    op.create_table(
        "document_file",
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        _foreign("document_file", "document_id", "document"),
        sa.PrimaryKeyConstraint("document_id", "language", "kind", name=op.f("pk_document_file")),
    )
    op.create_table(
        "document_delivery",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        _foreign("document_delivery", "document_id", "document"),
        _foreign("document_delivery", "by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_delivery")),
    )
    op.create_index(op.f("ix_document_delivery_document_id"), "document_delivery", ["document_id"])


def _handovers() -> None:
    op.create_table(
        "material_handover",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("from_key", sa.Text(), nullable=False),
        sa.Column("to_key", sa.Text(), nullable=False),
        sa.Column("handed_by", sa.BigInteger(), nullable=False),
        sa.Column("handed_at", MOMENT, nullable=False),
        sa.Column("received_by", sa.BigInteger(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=True),
        _foreign("material_handover", "case_id", "cases"),
        _foreign("material_handover", "document_id", "document"),
        _foreign("material_handover", "from_key", "department", "key"),
        _foreign("material_handover", "to_key", "department", "key"),
        _foreign("material_handover", "handed_by", "app_user"),
        _foreign("material_handover", "received_by", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_handover")),
        sa.UniqueConstraint("document_id", name=op.f("uq_material_handover_document_id")),
    )
    op.create_index(op.f("ix_material_handover_case_id"), "material_handover", ["case_id"])
    op.create_table(
        "handover_line",
        sa.Column("handover_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("submitted_material_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("copies", sa.BigInteger(), nullable=False),
        _foreign("handover_line", "handover_id", "material_handover"),
        _foreign("handover_line", "submitted_material_id", "submitted_material"),
        sa.PrimaryKeyConstraint("handover_id", "submitted_material_id", name=op.f("pk_handover_line")),
    )
    op.create_index(op.f("ix_handover_line_submitted_material_id"), "handover_line", ["submitted_material_id"])


def _foreign(table: str, column: str, target: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=op.f(f"fk_{table}_{column}_{target}"))


def downgrade() -> None:
    for table in (
        "handover_line",
        "material_handover",
        "document_delivery",
        "document_file",
        "seal_try",
        "document_seal",
        "unit_seal",
    ):
        op.drop_table(table)
    op.execute("drop trigger numbered_at_commit on document")
    op.execute("drop trigger kept_as_issued on document")
    op.execute("drop function document_has_number()")
    op.execute("drop function keep_document()")
    for column in (
        "unit_key",
        "series",
        "serial",
        "template",
        "template_digest",
        "digest_en",
        "seal_zh",
        "seal_en",
        "seal_way",
        "public_code",
    ):
        op.drop_column("document", column)
    op.drop_column("department", "document_mark")
