"""What a joint visit leaves: photos, the record that two officers sign by its digest, and who was there.

Revision ID: 0048
Revises: 0047
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

PHOTOS = """
create table visit_photo (
    id bigserial constraint pk_visit_photo primary key,
    task_id bigint not null constraint fk_visit_photo_task_id_user_task references user_task (id),
    file_id bigint not null constraint fk_visit_photo_file_id_stored_file references stored_file (id),
    device_key text not null constraint ck_visit_photo_with_key check (device_key <> ''),
    point text not null default '',
    taken_at timestamptz not null,
    place text not null constraint ck_visit_photo_with_place check (place <> ''),
    stated_at text not null default '',
    stated_place text not null default '',
    by_id bigint not null constraint fk_visit_photo_by_id_app_user references app_user (id),
    at timestamptz not null,
    constraint uq_visit_photo_task_id_device_key unique (task_id, device_key)
);
create index ix_visit_photo_file_id on visit_photo (file_id);
"""
RECORDS = """
create table visit_record (
    id bigserial constraint pk_visit_record primary key,
    task_id bigint not null constraint fk_visit_record_task_id_user_task references user_task (id),
    digest text not null,
    content text not null,
    person_name text not null default '',
    person_position text not null default '',
    signature_file_id bigint constraint fk_visit_record_signature_file_id_stored_file references stored_file (id),
    unsigned_because text not null default '',
    by_id bigint not null constraint fk_visit_record_by_id_app_user references app_user (id),
    at timestamptz not null,
    ended_by bigint constraint fk_visit_record_ended_by_app_user references app_user (id),
    ended_at timestamptz,
    end_reason text not null default '',
    constraint ck_visit_record_signed_or_not check (signature_file_id is null or unsigned_because = ''),
    constraint ck_visit_record_ended_by_somebody check ((ended_at is null) = (ended_by is null))
);
create unique index visit_record_that_stands on visit_record (task_id) where ended_at is null;
create index ix_visit_record_signature_file_id on visit_record (signature_file_id);
"""
SIGNED = "alter table participant add column digest text not null default '';"


def upgrade() -> None:
    for text in (PHOTOS, RECORDS, SIGNED):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(op, "drop table visit_photo, visit_record;")
    run_sql(op, "alter table participant drop column digest;")
