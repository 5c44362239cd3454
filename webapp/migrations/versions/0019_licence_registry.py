"""The licence registry: holder, scope, versions and history of licences; files, renewals, reminders, reuse.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from webapp.migrations.support import run_sql
from webapp.search import tokens

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = """
alter table department add code text not null default '';
alter table licence
    add department_key text not null default '',
    add holder_number text not null default '',
    add scope_zh text not null default '',
    add scope_en text not null default '',
    add identifier text not null default '',
    add version bigint not null default 1,
    add version_on date,
    add search_tokens text[] not null default '{}';
update licence l set department_key = ic.department_key, holder_number = coalesce(k.applicant_key, '')
from item_case ic left join cases k on k.id = ic.case_id where ic.id = l.item_case_id;
alter table licence add constraint ck_licence_known_status
    check (status in ('valid', 'suspended', 'revoked', 'cancelled', 'expired'));
create index licence_holder on licence (holder_number, type_key) where holder_number <> '';
create index licence_ends on licence (valid_to) where status in ('valid', 'suspended');
create index licence_of_unit on licence (department_key, id);
create unique index licence_identifier on licence (identifier) where identifier <> '';
create index licence_search on licence using gin (search_tokens);
"""
#: What is known of licences from before: that they were issued, and the revocations that were decided.
HISTORY = """
insert into licence_event (licence_id, kind, version, status, at, printed)
select l.id, 'issued', 1, 'valid', coalesce(ic.ruled_at, l.issued_on::timestamptz),
    jsonb_build_object('number', l.number, 'holder', l.holder, 'valid_to', l.valid_to, 'facts', l.facts)
from licence l join item_case ic on ic.id = l.item_case_id order by l.id;
insert into licence_event (licence_id, kind, version, status, at, by_id, reason, document_id)
select l.id, 'revoked', 1, 'revoked', r.decided_at, r.decided_by, r.grounds, r.document_id
from revocation r join licence l on l.item_case_id = r.item_case_id where r.outcome = 'revoked' order by r.id;
"""
GUARD = """
create trigger append_only before update or delete on licence_event for each row execute function refuse_change();
create trigger append_only_all before truncate on licence_event
    for each statement execute function refuse_change();
"""
MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    run_sql(op, COLUMNS)
    _history()
    _files()
    _renewals()
    run_sql(op, HISTORY)
    run_sql(op, GUARD)
    _make_searchable()


def _history() -> None:
    op.create_table(
        "licence_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("licence_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("printed", JSONB(), server_default="{}", nullable=False),
        _foreign("licence_event", "licence_id", "licence"),
        _foreign("licence_event", "by_id", "app_user"),
        _foreign("licence_event", "document_id", "document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_event")),
    )
    op.create_index(op.f("ix_licence_event_licence_id"), "licence_event", ["licence_id"])


def _files() -> None:
    op.create_table(
        "licence_file",
        sa.Column("licence_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("signer", sa.Text(), server_default="", nullable=False),
        sa.Column("serial", sa.Text(), server_default="", nullable=False),
        sa.Column("profile", sa.Text(), server_default="", nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _foreign("licence_file", "licence_id", "licence"),
        sa.PrimaryKeyConstraint("licence_id", "version", "kind", name=op.f("pk_licence_file")),
    )
    op.create_index(op.f("ix_licence_file_digest"), "licence_file", ["digest"])
    op.create_table(
        "licence_sign_try",
        sa.Column("licence_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("final", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _foreign("licence_sign_try", "licence_id", "licence"),
        sa.PrimaryKeyConstraint("licence_id", name=op.f("pk_licence_sign_try")),
    )


def _renewals() -> None:
    op.create_table(
        "licence_renewal",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("licence_id", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=False),
        sa.Column("taken_by", sa.BigInteger(), nullable=False),
        sa.Column("in_time", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("renewed_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        _foreign("licence_renewal", "licence_id", "licence"),
        _foreign("licence_renewal", "taken_by", "app_user"),
        _foreign("licence_renewal", "decided_by", "app_user"),
        _foreign("licence_renewal", "document_id", "document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_renewal")),
    )
    op.create_index(op.f("ix_licence_renewal_licence_id"), "licence_renewal", ["licence_id"])
    op.create_index(
        "open_renewal", "licence_renewal", ["licence_id"], unique=True, postgresql_where=sa.text("outcome is null")
    )
    op.create_table(
        "licence_reminder",
        sa.Column("licence_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("days", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        _foreign("licence_reminder", "licence_id", "licence"),
        _foreign("licence_reminder", "document_id", "document"),
        sa.PrimaryKeyConstraint("licence_id", "valid_to", "days", name=op.f("pk_licence_reminder")),
    )
    op.create_table(
        "reused_licence",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("material_key", sa.Text(), nullable=False),
        sa.Column("licence_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("basis_zh", sa.Text(), nullable=False),
        sa.Column("basis_en", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _foreign("reused_licence", "case_id", "cases"),
        _foreign("reused_licence", "licence_id", "licence"),
        sa.PrimaryKeyConstraint("case_id", "material_key", name=op.f("pk_reused_licence")),
    )
    op.create_index(op.f("ix_reused_licence_licence_id"), "reused_licence", ["licence_id"])


def _make_searchable() -> None:
    """The words by which licences from before are found."""
    bind = op.get_bind()
    for id_, number, holder, name in bind.execute(
        sa.text("select id, number, holder, name_zh from licence")
    ).fetchall():
        found = tokens(f"{number} {holder} {name}")
        bind.execute(sa.text("update licence set search_tokens = :found where id = :id"), {"found": found, "id": id_})


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def downgrade() -> None:
    for table in (
        "reused_licence",
        "licence_reminder",
        "licence_renewal",
        "licence_sign_try",
        "licence_file",
        "licence_event",
    ):
        op.drop_table(table)
    op.execute("alter table licence drop constraint ck_licence_known_status")
    for column in (
        "department_key",
        "holder_number",
        "scope_zh",
        "scope_en",
        "identifier",
        "version",
        "version_on",
        "search_tokens",
    ):
        op.drop_column("licence", column)
    op.drop_column("department", "code")
