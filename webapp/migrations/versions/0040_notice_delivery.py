"""How notices leave the house: settings of people and posts, messages with what became of them.

Revision ID: 0040
Revises: 0039
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

DELIVERY = """
create table notice_setting (
    id bigserial constraint pk_notice_setting primary key,
    user_id bigint constraint uq_notice_setting_user_id unique
        constraint fk_notice_setting_user_id_app_user references app_user (id),
    group_key text constraint uq_notice_setting_group_key unique,
    mail text not null default '',
    sms text not null default '',
    office text not null default '',
    choices jsonb not null default '{}',
    language text not null default 'zh',
    digest text not null default 'none'
        constraint ck_notice_setting_known_digest check (digest in ('none', 'hourly', 'daily')),
    digest_hour smallint not null default 8
        constraint ck_notice_setting_an_hour check (digest_hour between 0 and 23),
    quiet_from time,
    quiet_until time,
    changed_by bigint not null constraint fk_notice_setting_changed_by_app_user references app_user (id),
    changed_at timestamptz not null,
    constraint ck_notice_setting_of_one check ((user_id is null) <> (group_key is null)),
    constraint ck_notice_setting_whole_quiet check ((quiet_from is null) = (quiet_until is null))
);
create table notice_delivery (
    id bigserial constraint pk_notice_delivery primary key,
    public_id text not null constraint uq_notice_delivery_public_id unique,
    user_id bigint constraint fk_notice_delivery_user_id_app_user references app_user (id),
    group_key text,
    channel text not null constraint ck_notice_delivery_known_channel check (channel in ('mail', 'sms', 'office')),
    digest boolean not null default false,
    state text not null default 'waiting' constraint ck_notice_delivery_known_state
        check (state in ('waiting', 'sending', 'sent', 'failed', 'unclear', 'dropped')),
    due_at timestamptz not null,
    tries bigint not null default 0,
    claimed_at timestamptz,
    settled_at timestamptz,
    reason_zh text not null default '',
    reason_en text not null default '',
    reference text not null default '',
    template text not null default '',
    template_version bigint,
    again_by bigint constraint fk_notice_delivery_again_by_app_user references app_user (id),
    constraint ck_notice_delivery_to_one check ((user_id is null) <> (group_key is null))
);
create index ix_notice_delivery_user_id on notice_delivery (user_id);
create index delivery_due on notice_delivery (due_at, id) where state = 'waiting';
create index delivery_sending on notice_delivery (claimed_at) where state = 'sending';
create index delivery_lost on notice_delivery (id) where state in ('failed', 'unclear');
create unique index delivery_gathering on notice_delivery
    (channel, coalesce(user_id, 0), coalesce(group_key, ''), due_at)
    where digest and state = 'waiting' and tries = 0;
create table notice_delivery_line (
    delivery_id bigint not null constraint fk_notice_delivery_line_delivery_id_notice_delivery
        references notice_delivery (id) on delete cascade,
    notice_id bigint not null constraint fk_notice_delivery_line_notice_id_notice
        references notice (id) on delete cascade,
    constraint pk_notice_delivery_line primary key (delivery_id, notice_id)
);
create index ix_notice_delivery_line_notice_id on notice_delivery_line (notice_id);
"""


def upgrade() -> None:
    run_sql(op, DELIVERY)


def downgrade() -> None:
    run_sql(op, "drop table notice_delivery_line, notice_delivery, notice_setting;")
