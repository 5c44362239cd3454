"""Which changes of a working copy's files were one saving, so that they can be undone as one.

Revision ID: 0063
Revises: 0062
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

TOGETHER = """
alter table working_change
    add column saving_id bigint constraint fk_working_change_saving_id_working_change references working_change (id);
"""


def upgrade() -> None:
    run_sql(op, TOGETHER)


def downgrade() -> None:
    run_sql(op, "alter table working_change drop column saving_id;")
