"""A credit record has an address that nobody guesses; one entered from outside counts when a second officer confirmed.

Revision ID: 0036
Revises: 0035
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

CONFIRMED = """
alter table credit_record add key uuid not null default gen_random_uuid(), add confirmed_at timestamptz,
    add confirmed_by bigint constraint fk_credit_record_confirmed_by_app_user references app_user (id),
    add turned_down_reason text not null default '',
    add constraint uq_credit_record_key unique (key),
    add constraint ck_credit_record_second_officer check (confirmed_by <> recorded_by);
update credit_record set confirmed_at = coalesce(recorded_at, recorded_on::timestamptz);
create index unconfirmed_credit on credit_record (unit_key, id) where confirmed_at is null and annulled_at is null;
alter table credit_request add key uuid not null default gen_random_uuid(),
    add constraint uq_credit_request_key unique (key);
"""
WITHOUT = """
alter table credit_request drop column key;
drop index unconfirmed_credit;
alter table credit_record drop constraint ck_credit_record_second_officer, drop column key, drop column confirmed_at,
    drop column confirmed_by, drop column turned_down_reason;
"""


def upgrade() -> None:
    run_sql(op, CONFIRMED)


def downgrade() -> None:
    run_sql(op, WITHOUT)
