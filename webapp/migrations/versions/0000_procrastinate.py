"""Who may do what by default, the job queue, and the worker's sign of life."""

from alembic import op

from webapp.migrations.support import run_sql, run_sql_file

revision = "0000"
down_revision = None
branch_labels = None
depends_on = None

# The plain role reads and writes every table the owner makes from here on; it owns none, so it cannot
# switch triggers off, and it may not truncate.
DEFAULT_PRIVILEGES = """
grant usage on schema public to onewindow_app;
grant select on alembic_version to onewindow_app;
alter default privileges in schema public grant select, insert, update, delete on tables to onewindow_app;
alter default privileges in schema public grant usage, select on sequences to onewindow_app;
alter default privileges in schema public grant execute on functions to onewindow_app;
"""

# One row per worker process name; `/health` reads the newest.
WORKER_HEARTBEAT = """
create table worker_heartbeat (
    name text primary key,
    seen_at timestamptz not null
);
"""


def upgrade() -> None:
    run_sql(op, DEFAULT_PRIVILEGES)
    run_sql_file(op, "procrastinate_3_10_0.sql")
    run_sql(op, WORKER_HEARTBEAT)


def downgrade() -> None:
    raise NotImplementedError("the first revision is not taken back; restore a backup instead")
