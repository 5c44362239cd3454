"""Each turn of a row in a batch is counted before it begins; a row may wait until a moment, and says whose it is.

Revision ID: 0057
Revises: 0056
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

TABLES = ("migration_case", "bulk_repair_row", "bundle_import_part")
ADDED = """
alter table {table}
    add column faults bigint not null default 0,
    add column busy bigint not null default 0,
    add column not_before timestamptz,
    add column claimed_by text;
"""
#: What was counted so far were turns that failed; of cases that have had theirs there is nothing to count.
COUNTED = """
update migration_case set tries = 0 where tries > 0;
update bulk_repair_row set tries = 0 where tries > 0 and state = 'waiting';
"""
REMOVED = """
alter table {table} drop column faults, drop column busy, drop column not_before, drop column claimed_by;
"""


def upgrade() -> None:
    for table in TABLES:
        run_sql(op, ADDED.format(table=table))
    run_sql(op, COUNTED)


def downgrade() -> None:
    for table in TABLES:
        run_sql(op, REMOVED.format(table=table))
