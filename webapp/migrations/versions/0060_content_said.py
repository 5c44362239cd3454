"""What the files of a release say is kept by its digest, so that a change of law is looked up without reading them.

Revision ID: 0060
Revises: 0059
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

SAID = """
create table content_said (
    digest text constraint pk_content_said primary key,
    reader text not null,
    known bytea not null,
    places bytea not null
);
"""


def upgrade() -> None:
    run_sql(op, SAID)


def downgrade() -> None:
    run_sql(op, "drop table content_said;")
