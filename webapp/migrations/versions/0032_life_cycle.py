"""What colleagues do around a task: given out to be prepared, opinions, signers, copies, urging, an act taken back.

Revision ID: 0032
Revises: 0031
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TASKS = """
alter table user_task add waits smallint not null default 0,
    add owner_id bigint constraint fk_user_task_owner_id_app_user references app_user (id);
create index open_task_of_owner on user_task (owner_id) where state = 'open' and owner_id is not null;
alter table review add withdrawn_at timestamptz;
"""
TABLES = """
create table delegation (
    id bigserial not null,
    case_id bigint not null,
    task_id bigint not null,
    owner_id bigint not null,
    to_id bigint not null,
    asked text not null,
    at timestamptz not null,
    remark text default '' not null,
    outcome text default '' not null,
    ended_at timestamptz,
    constraint pk_delegation primary key (id),
    constraint ck_delegation_known_outcome check (outcome in ('', 'given-back', 'called-back')),
    constraint ck_delegation_ends_with_an_outcome check ((outcome = '') = (ended_at is null)),
    constraint fk_delegation_case_id_cases foreign key(case_id) references cases (id),
    constraint fk_delegation_task_id_user_task foreign key(task_id) references user_task (id),
    constraint fk_delegation_owner_id_app_user foreign key(owner_id) references app_user (id),
    constraint fk_delegation_to_id_app_user foreign key(to_id) references app_user (id)
);
create index ix_delegation_case_id on delegation (case_id);
create index ix_delegation_task_id on delegation (task_id);
create unique index open_delegation on delegation (task_id) where ended_at is null;
create table opinion_request (
    id bigserial not null,
    case_id bigint not null,
    task_id bigint not null,
    kind text default 'opinion' not null,
    question text not null,
    to_id bigint,
    to_group text,
    waits boolean not null,
    asked_by bigint not null,
    asked_at timestamptz not null,
    answer text default '' not null,
    file_id bigint,
    answered_by bigint,
    outcome text default '' not null,
    ended_at timestamptz,
    constraint pk_opinion_request primary key (id),
    constraint ck_opinion_request_known_kind check (kind in ('opinion', 'window')),
    constraint ck_opinion_request_one_addressee check ((to_id is null) <> (to_group is null)),
    constraint ck_opinion_request_known_outcome check (outcome in ('', 'answered', 'withdrawn')),
    constraint ck_opinion_request_ends_with_an_outcome check ((outcome = '') = (ended_at is null)),
    constraint ck_opinion_request_answered_in_words check (outcome <> 'answered' or answer <> ''),
    constraint fk_opinion_request_case_id_cases foreign key(case_id) references cases (id),
    constraint fk_opinion_request_task_id_user_task foreign key(task_id) references user_task (id),
    constraint fk_opinion_request_to_id_app_user foreign key(to_id) references app_user (id),
    constraint fk_opinion_request_asked_by_app_user foreign key(asked_by) references app_user (id),
    constraint fk_opinion_request_file_id_stored_file foreign key(file_id) references stored_file (id),
    constraint fk_opinion_request_answered_by_app_user foreign key(answered_by) references app_user (id)
);
create index ix_opinion_request_case_id on opinion_request (case_id);
create index ix_opinion_request_task_id on opinion_request (task_id);
create index open_opinion_of_group on opinion_request (to_group) where ended_at is null and to_group is not null;
create index open_opinion_of_person on opinion_request (to_id) where ended_at is null and to_id is not null;
create index opinion_of_asker on opinion_request (asked_by, ended_at);
create table prepared_act (
    task_id bigint not null,
    fields jsonb not null,
    digest text not null,
    by_id bigint not null,
    at timestamptz not null,
    constraint pk_prepared_act primary key (task_id),
    constraint fk_prepared_act_task_id_user_task foreign key(task_id) references user_task (id),
    constraint fk_prepared_act_by_id_app_user foreign key(by_id) references app_user (id)
);
create table cosign_round (
    id bigserial not null,
    case_id bigint not null,
    task_id bigint not null,
    position text not null,
    rule text not null,
    quorum bigint,
    note text default '' not null,
    digest text default '' not null,
    asked_by bigint not null,
    asked_at timestamptz not null,
    outcome text default '' not null,
    ended_at timestamptz,
    constraint pk_cosign_round primary key (id),
    constraint ck_cosign_round_known_position check (position in ('before', 'after')),
    constraint ck_cosign_round_known_rule check (rule in ('all', 'any', 'quorum')),
    constraint ck_cosign_round_quorum_has_its_number check ((rule = 'quorum') = (quorum is not null)),
    constraint ck_cosign_round_known_outcome check (outcome in ('', 'agreed', 'disagreed', 'cancelled')),
    constraint ck_cosign_round_ends_with_an_outcome check ((outcome = '') = (ended_at is null)),
    constraint fk_cosign_round_case_id_cases foreign key(case_id) references cases (id),
    constraint fk_cosign_round_task_id_user_task foreign key(task_id) references user_task (id),
    constraint fk_cosign_round_asked_by_app_user foreign key(asked_by) references app_user (id)
);
create index ix_cosign_round_case_id on cosign_round (case_id);
create index ix_cosign_round_task_id on cosign_round (task_id);
create unique index open_cosign_round on cosign_round (task_id) where ended_at is null;
create table cosigner (
    id bigserial not null,
    round_id bigint not null,
    user_id bigint not null,
    added_at timestamptz not null,
    removed_at timestamptz,
    verdict text default '' not null,
    reason text default '' not null,
    digest text default '' not null,
    signed_at timestamptz,
    constraint pk_cosigner primary key (id),
    constraint uq_cosigner_round_id_user_id unique (round_id, user_id),
    constraint ck_cosigner_known_verdict check (verdict in ('', 'agree', 'disagree')),
    constraint ck_cosigner_says_why check (verdict <> 'disagree' or reason <> ''),
    constraint fk_cosigner_round_id_cosign_round foreign key(round_id) references cosign_round (id),
    constraint fk_cosigner_user_id_app_user foreign key(user_id) references app_user (id)
);
create index cosigner_to_sign on cosigner (user_id) where verdict = '' and removed_at is null;
create table case_copy (
    id bigserial not null,
    case_id bigint not null,
    task_id bigint not null,
    to_id bigint,
    to_group text,
    note text default '' not null,
    sent_by bigint not null,
    sent_at timestamptz not null,
    constraint pk_case_copy primary key (id),
    constraint ck_case_copy_one_addressee check ((to_id is null) <> (to_group is null)),
    constraint fk_case_copy_case_id_cases foreign key(case_id) references cases (id),
    constraint fk_case_copy_task_id_user_task foreign key(task_id) references user_task (id),
    constraint fk_case_copy_to_id_app_user foreign key(to_id) references app_user (id),
    constraint fk_case_copy_sent_by_app_user foreign key(sent_by) references app_user (id)
);
create index copy_to_group on case_copy (to_group, id) where to_group is not null;
create index copy_to_person on case_copy (to_id, id) where to_id is not null;
create index ix_case_copy_case_id on case_copy (case_id);
create index ix_case_copy_task_id on case_copy (task_id);
create table copy_read (
    copy_id bigint not null,
    user_id bigint not null,
    at timestamptz not null,
    constraint pk_copy_read primary key (copy_id, user_id),
    constraint fk_copy_read_copy_id_case_copy foreign key(copy_id) references case_copy (id),
    constraint fk_copy_read_user_id_app_user foreign key(user_id) references app_user (id)
);
create table urging (
    id bigserial not null,
    case_id bigint not null,
    task_id bigint not null,
    by_id bigint not null,
    on_day date not null,
    note text default '' not null,
    from_above boolean not null,
    at timestamptz not null,
    constraint pk_urging primary key (id),
    constraint uq_urging_task_id_by_id_on_day unique (task_id, by_id, on_day),
    constraint fk_urging_case_id_cases foreign key(case_id) references cases (id),
    constraint fk_urging_task_id_user_task foreign key(task_id) references user_task (id),
    constraint fk_urging_by_id_app_user foreign key(by_id) references app_user (id)
);
create index ix_urging_case_id on urging (case_id);
"""


def upgrade() -> None:
    for text in (TASKS, TABLES):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(
        op,
        """
        drop table urging, copy_read, case_copy, cosigner, cosign_round, prepared_act, opinion_request, delegation;
        alter table review drop column withdrawn_at;
        drop index open_task_of_owner;
        alter table user_task drop column owner_id, drop column waits;
        """,
    )
