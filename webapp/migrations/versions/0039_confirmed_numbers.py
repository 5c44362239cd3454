"""On the phone that signs the number declared for the signer is confirmed by a code, before the signature.

Revision ID: 0039
Revises: 0038
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

NUMBERS = """
alter table signing_request add number_hash bytea, add code_hash bytea, add code_until timestamptz,
    add confirmed_at timestamptz;
"""
WITHOUT = """
alter table signing_request drop column number_hash, drop column code_hash, drop column code_until,
    drop column confirmed_at;
"""


def upgrade() -> None:
    run_sql(op, NUMBERS)


def downgrade() -> None:
    run_sql(op, WITHOUT)
