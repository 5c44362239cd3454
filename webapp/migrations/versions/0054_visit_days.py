"""Days of a joint visit are put to the units that take part, and answered by them.

Revision ID: 0054
Revises: 0053
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

ROUNDS = """
create table visit_round (
    id bigserial constraint pk_visit_round primary key,
    case_id bigint not null constraint fk_visit_round_case_id_cases references cases (id),
    task_id bigint not null constraint fk_visit_round_task_id_user_task references user_task (id),
    note text not null default '',
    asked_by bigint not null constraint fk_visit_round_asked_by_app_user references app_user (id),
    asked_at timestamptz not null,
    outcome text not null default ''
        constraint ck_visit_round_known_outcome check (outcome in ('', 'fixed', 'called-off', 'replaced')),
    reason text not null default '',
    ended_by bigint constraint fk_visit_round_ended_by_app_user references app_user (id),
    ended_at timestamptz,
    constraint ck_visit_round_ends_with_an_outcome check ((outcome = '') = (ended_at is null)),
    constraint ck_visit_round_ended_by_somebody check ((ended_at is null) = (ended_by is null)),
    constraint ck_visit_round_says_why check (outcome <> 'called-off' or reason <> '')
);
create index ix_visit_round_case_id on visit_round (case_id);
create index ix_visit_round_task_id on visit_round (task_id);
create unique index open_visit_round on visit_round (task_id) where ended_at is null;
create table visit_day (
    id bigserial constraint pk_visit_day primary key,
    round_id bigint not null constraint fk_visit_day_round_id_visit_round references visit_round (id),
    on_day date not null,
    part text not null constraint ck_visit_day_known_part check (part in ('morning', 'afternoon')),
    constraint uq_visit_day_round_id_on_day_part unique (round_id, on_day, part)
);
"""
ANSWERS = """
create table visit_asked (
    id bigserial constraint pk_visit_asked primary key,
    round_id bigint not null constraint fk_visit_asked_round_id_visit_round references visit_round (id),
    group_key text not null,
    item_case_ids bigint[] not null default '{}',
    settled_at timestamptz,
    constraint uq_visit_asked_round_id_group_key unique (round_id, group_key)
);
create index visit_days_to_answer on visit_asked (group_key) where settled_at is null;
create table visit_day_answer (
    id bigserial constraint pk_visit_day_answer primary key,
    asked_id bigint not null constraint fk_visit_day_answer_asked_id_visit_asked references visit_asked (id),
    day_id bigint not null constraint fk_visit_day_answer_day_id_visit_day references visit_day (id),
    can boolean not null,
    note text not null default '',
    holds boolean not null default true,
    by_id bigint not null constraint fk_visit_day_answer_by_id_app_user references app_user (id),
    acting_for bigint constraint fk_visit_day_answer_acting_for_app_user references app_user (id),
    at timestamptz not null
);
create index ix_visit_day_answer_asked_id on visit_day_answer (asked_id);
create index ix_visit_day_answer_day_id on visit_day_answer (day_id);
create unique index holding_day_answer on visit_day_answer (asked_id, day_id) where holds;
"""
FIXED = """
alter table visit_appointment add column day_id bigint
    constraint fk_visit_appointment_day_id_visit_day references visit_day (id);
create index ix_visit_appointment_day_id on visit_appointment (day_id);
"""


def upgrade() -> None:
    for text in (ROUNDS, ANSWERS, FIXED):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(op, "alter table visit_appointment drop column day_id;")
    run_sql(op, "drop table visit_day_answer, visit_asked, visit_day, visit_round;")
