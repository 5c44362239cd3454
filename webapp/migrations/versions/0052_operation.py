"""Running processes by release and element, open incidents, and what is done to many cases at once, row by row.

The partial indexes are of what runs, fails or stands still now: they answer for a page what would else be read from
every instance there ever was. None of their columns changes while a process goes on.

Revision ID: 0052
Revises: 0051
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

INDEXES = """
create index running_instance on process_instance (release_id, process, id) where ended_at is null;
create index open_incident on incident (id) where resolved_at is null;
"""
COUNTS = """
create table waiting_count (
    release_id bigint not null,
    process text not null,
    kind text not null constraint ck_waiting_count_known_kind
        check (kind in ('instance', 'item', 'task', 'timer', 'job', 'message')),
    item_key text not null,
    within text not null,
    element text not null,
    waiting bigint not null,
    at timestamptz not null,
    constraint pk_waiting_count primary key (release_id, process, kind, item_key, within, element)
);
"""
BULK = """
create table bulk_repair (
    id bigserial constraint pk_bulk_repair primary key,
    by_id bigint not null constraint fk_bulk_repair_by_id_app_user references app_user (id),
    key text not null,
    act text not null constraint ck_bulk_repair_known_act check (act in ('retry', 'suspend', 'resume')),
    bundle_key text not null default '',
    chosen jsonb not null default '{}',
    reason text not null default '',
    state text not null constraint ck_bulk_repair_known_state check (state in ('under-way', 'done', 'stopped')),
    created_at timestamptz not null,
    ended_at timestamptz
);
create unique index one_bulk_repair_of_a_page on bulk_repair (by_id, key);
create table bulk_repair_row (
    bulk_id bigint not null constraint fk_bulk_repair_row_bulk_id_bulk_repair references bulk_repair (id),
    place bigint not null,
    case_id bigint not null constraint fk_bulk_repair_row_case_id_cases references cases (id),
    incident_id bigint constraint fk_bulk_repair_row_incident_id_incident references incident (id),
    tries bigint not null default 0,
    state text not null constraint ck_bulk_repair_row_known_state check (state in ('waiting', 'done', 'refused')),
    said_zh text not null default '',
    said_en text not null default '',
    at timestamptz,
    constraint pk_bulk_repair_row primary key (bulk_id, place)
);
create index ix_bulk_repair_row_case_id on bulk_repair_row (case_id);
create index bulk_repair_turn on bulk_repair_row (bulk_id, tries, place) where state = 'waiting';
create unique index row_that_waits on bulk_repair_row (case_id, incident_id) nulls not distinct
    where state = 'waiting';
"""


def upgrade() -> None:
    run_sql(op, INDEXES)
    run_sql(op, COUNTS)
    run_sql(op, BULK)


def downgrade() -> None:
    run_sql(op, "drop table bulk_repair_row, bulk_repair, waiting_count;")
    run_sql(op, "drop index running_instance; drop index open_incident;")
