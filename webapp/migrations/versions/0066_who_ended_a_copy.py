"""Who put a working copy away.

Revision ID: 0066
Revises: 0065
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

ENDED_BY = """
alter table working_copy
    add column ended_by bigint constraint fk_working_copy_ended_by_app_user references app_user (id);
"""


def upgrade() -> None:
    run_sql(op, ENDED_BY)


def downgrade() -> None:
    run_sql(op, "alter table working_copy drop column ended_by;")
