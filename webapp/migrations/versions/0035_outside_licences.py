"""What another system did with its licence, with source and day; indexes that were missing.

Revision ID: 0035
Revises: 0034
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

NOTED = """
alter table licence_event
    add source text not null default '',
    add source_number text not null default '',
    add happened_on date,
    add constraint ck_licence_event_with_source_and_day check (
        source = '' or source_number <> '' and happened_on is not null);
create index licence_not_valid on licence (status, id) where status <> 'valid';
"""
#: A database that was migrated between two states of revision 0027 has them not.
MISSING = """
create index if not exists verification_done on legal_clock (stopped_on) where name = 'verification';
create index if not exists verification_found on review (at) where step in ('verify', 'recheck');
"""


def upgrade() -> None:
    for text in (NOTED, MISSING):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(
        op,
        """
        drop index licence_not_valid;
        alter table licence_event drop column source, drop column source_number, drop column happened_on;
        """,
    )
