"""Who took a commitment back at the window signed for it: that signature is kept with the letter.

Revision ID: 0029
Revises: 0028
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SIGNED = """
alter table withdrawn_commitment
    add asked_file_id bigint constraint fk_withdrawn_commitment_asked_file_id_stored_file references stored_file (id);
"""


def upgrade() -> None:
    run_sql(op, SIGNED)


def downgrade() -> None:
    run_sql(op, "alter table withdrawn_commitment drop column asked_file_id;")
