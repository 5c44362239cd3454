"""Credit records have source, term and bars; requests to repair or correct them; a chain of their own.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from webapp.migrations.support import run_sql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

RECORDS = """
alter table credit_record
    add subject_name text not null default '',
    add kind_zh text not null default '',
    add kind_en text not null default '',
    add basis_zh text not null default '',
    add basis_en text not null default '',
    add source_kind text not null default 'carried-over',
    add source_number text not null default '',
    add document_id bigint constraint fk_credit_record_document_id_document references document (id),
    add item_case_id bigint constraint fk_credit_record_item_case_id_item_case references item_case (id),
    add unit_key text not null default '',
    add place text not null default '',
    add facts text not null default '',
    add since date,
    add until_repaired boolean not null default true,
    add repair_from date,
    add repair_basis_zh text not null default '',
    add repair_basis_en text not null default '',
    add recorded_at timestamptz,
    add recorded_by bigint constraint fk_credit_record_recorded_by_app_user references app_user (id),
    add repaired_at timestamptz,
    add annulled_at timestamptz,
    add ledger_seq bigint not null default 0,
    add ledger_hash bytea not null default decode(repeat('00', 32), 'hex');
update credit_record set since = recorded_on, until_repaired = until is null, repair_from = recorded_on, kind_zh = kind,
    kind_en = kind,
    subject_key = upper(btrim(subject_key)), source = coalesce(nullif(source, ''), '—');
alter table credit_record alter since set not null;
alter table credit_record add constraint ck_credit_record_with_term check (until is not null or until_repaired);
alter table credit_record add constraint ck_credit_record_with_source check (
    source_kind = 'own' and document_id is not null and item_case_id is not null
    or source_kind = 'outside' and source <> '' and source_number <> ''
    or source_kind = 'carried-over' and source <> '');
create index ix_credit_record_item_case_id on credit_record (item_case_id);
create index credit_record_of_unit on credit_record (unit_key, id);
"""
#: Every record from before barred its subject from commitment for all items, and goes on doing so.
BARS = """
insert into credit_bar (record_id, effect, lifted_by_repair, basis_zh, basis_en)
select id, 'commitment', true, '有较严重不良信用记录或者曾作虚假承诺，信用修复前不适用告知承诺',
    'No commitment before the repair of a bad credit record'
from credit_record order by id;
"""
GUARD = """
create trigger append_only before update or delete on credit_event for each row execute function refuse_change();
create trigger append_only_all before truncate on credit_event
    for each statement execute function refuse_change();
"""
MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    run_sql(op, RECORDS)
    _bars()
    _requests()
    op.create_table(
        "credit_event",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "seq", name=op.f("pk_credit_event")),
    )
    run_sql(op, BARS)
    run_sql(op, GUARD)


def _bars() -> None:
    op.create_table(
        "credit_bar",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("item_code", sa.Text(), server_default="", nullable=False),
        sa.Column("item_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("item_en", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lifted_by_repair", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("basis_zh", sa.Text(), nullable=False),
        sa.Column("basis_en", sa.Text(), nullable=False),
        _foreign("credit_bar", "record_id", "credit_record"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_bar")),
    )
    op.create_index(op.f("ix_credit_bar_record_id"), "credit_bar", ["record_id"])


def _requests() -> None:
    op.create_table(
        "credit_request",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("taken_by", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("limit_value", sa.BigInteger(), nullable=False),
        sa.Column("limit_unit", sa.Text(), nullable=False),
        sa.Column("limit_basis_zh", sa.Text(), nullable=False),
        sa.Column("limit_basis_en", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Text(), server_default="", nullable=False),
        sa.Column("opinion", sa.Text(), server_default="", nullable=False),
        sa.Column("proposed_until", sa.Date(), nullable=True),
        sa.Column("examined_by", sa.BigInteger(), nullable=True),
        sa.Column("examined_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), server_default="", nullable=False),
        sa.Column("source_number", sa.Text(), server_default="", nullable=False),
        sa.Column("new_until", sa.Date(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "outcome is null or (reasons <> '' and decided_by is not null)",
            name=op.f("ck_credit_request_decided_with_reasons"),
        ),
        sa.CheckConstraint("decided_by is null or decided_by <> examined_by", name=op.f("ck_credit_request_four_eyes")),
        _foreign("credit_request", "record_id", "credit_record"),
        _foreign("credit_request", "taken_by", "app_user"),
        _foreign("credit_request", "examined_by", "app_user"),
        _foreign("credit_request", "decided_by", "app_user"),
        _foreign("credit_request", "document_id", "document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_request")),
    )
    op.create_index(op.f("ix_credit_request_record_id"), "credit_request", ["record_id"])
    op.create_index(
        "open_credit_request",
        "credit_request",
        ["record_id", "kind"],
        unique=True,
        postgresql_where=sa.text("outcome is null"),
    )
    op.create_table(
        "credit_request_file",
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _foreign("credit_request_file", "request_id", "credit_request"),
        _foreign("credit_request_file", "file_id", "stored_file"),
        sa.PrimaryKeyConstraint("request_id", "file_id", name=op.f("pk_credit_request_file")),
    )
    op.create_index(op.f("ix_credit_request_file_file_id"), "credit_request_file", ["file_id"])


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def downgrade() -> None:
    for table in ("credit_event", "credit_request_file", "credit_request", "credit_bar"):
        op.drop_table(table)
    op.execute("drop index credit_record_of_unit")
    for column in (
        "subject_name",
        "kind_zh",
        "kind_en",
        "basis_zh",
        "basis_en",
        "source_kind",
        "source_number",
        "document_id",
        "item_case_id",
        "unit_key",
        "place",
        "facts",
        "since",
        "until_repaired",
        "repair_from",
        "repair_basis_zh",
        "repair_basis_en",
        "recorded_at",
        "recorded_by",
        "repaired_at",
        "annulled_at",
        "ledger_seq",
        "ledger_hash",
    ):
        op.drop_column("credit_record", column)
