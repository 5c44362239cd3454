"""Tasks whose act waits for colleagues are few: the folder of what waits begins with them.

Revision ID: 0043
Revises: 0042
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op, "create index waiting_task on user_task (id) where state = 'open' and waits > 0;")


def downgrade() -> None:
    run_sql(op, "drop index waiting_task;")
