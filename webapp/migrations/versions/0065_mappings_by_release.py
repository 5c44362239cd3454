"""A migration of many cases says of each release what its elements become, and when its first batch was looked at.

Revision ID: 0065
Revises: 0064
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

BY_RELEASE = """
alter table migration_run rename column mapping to mappings;
update migration_run m set mappings = coalesce(
    (select jsonb_object_agg(c.id, m.mappings) from
        (select distinct from_release_id as id from migration_case where run_id = m.id) c), '{}')
where mappings <> '{}';
"""
RELEASES_ALIKE = """
update migration_run m set mappings = coalesce(
    (select jsonb_object_agg(told.key, told.value) from jsonb_each(m.mappings) r, jsonb_each(r.value) told), '{}');
alter table migration_run rename column mappings to mapping;
"""
# Where the rest has begun, somebody let it go.
LOOKED_AT = """
alter table migration_run add column rest_at timestamptz;
update migration_run m set rest_at = m.confirmed_at where m.state = 'rest' or (m.state = 'paused' and exists (
    select from migration_case c
    where c.run_id = m.id and c.place > m.first_cases and c.state in ('moved', 'refused')));
"""


def upgrade() -> None:
    run_sql(op, BY_RELEASE)
    run_sql(op, LOOKED_AT)


def downgrade() -> None:
    run_sql(op, "alter table migration_run drop column rest_at;")
    run_sql(op, RELEASES_ALIKE)
