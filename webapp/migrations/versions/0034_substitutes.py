"""Substitutes: who stands in for whom, for whom each act was done; and conflicts of an item, that a lead may lift.

Revision ID: 0034
Revises: 0033
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SUBSTITUTION = """
create table substitution (
    id bigserial constraint pk_substitution primary key,
    absent_id bigint not null constraint fk_substitution_absent_id_app_user references app_user (id),
    stand_in_id bigint not null constraint fk_substitution_stand_in_id_app_user references app_user (id),
    from_on date not null,
    until_on date not null,
    groups text[],
    bundles text[],
    reason text not null,
    named_by bigint not null constraint fk_substitution_named_by_app_user references app_user (id),
    named_at timestamptz not null,
    ended_by bigint constraint fk_substitution_ended_by_app_user references app_user (id),
    ended_at timestamptz,
    end_reason text not null default '',
    constraint ck_substitution_of_another check (absent_id <> stand_in_id),
    constraint ck_substitution_ends_after_it_begins check (until_on >= from_on),
    constraint ck_substitution_ended_by_someone check ((ended_at is null) = (ended_by is null)),
    constraint ck_substitution_for_something check (groups <> '{}' and bundles <> '{}')
);
create index substitution_of_stand_in on substitution (stand_in_id, until_on) where ended_at is null;
create index substitution_of_absent on substitution (absent_id, until_on);
"""
#: For whom it was done, where somebody stood in. Accounts are never deleted, so no key is checked on the busy rows.
ACTING_FOR = """
alter table user_task add acting_for bigint;
alter table review add acting_for bigint;
alter table ruling add acting_for bigint;
alter table participant add acting_for bigint;
create index open_task_held_for on user_task (acting_for) where state = 'open' and acting_for is not null;
"""
CONFLICTS = """
alter table declared_conflict add item_case_id bigint
        constraint fk_declared_conflict_item_case_id_item_case references item_case (id),
    add kind text not null default 'interest',
    add withdrawn_by bigint constraint fk_declared_conflict_withdrawn_by_app_user references app_user (id),
    add withdrawn_at timestamptz,
    add withdrawal text not null default '',
    add constraint ck_declared_conflict_known_kind check (kind in ('kinship', 'interest', 'other')),
    add constraint ck_declared_conflict_withdrawn_with_reason
        check ((withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null or withdrawal <> '')),
    drop constraint uq_declared_conflict_case_id_user_id;
create unique index conflict_in_force on declared_conflict (case_id, user_id, coalesce(item_case_id, 0))
    where withdrawn_at is null;
"""


def upgrade() -> None:
    for text in (SUBSTITUTION, ACTING_FOR, CONFLICTS):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(
        op,
        """
        drop index conflict_in_force;
        delete from declared_conflict where withdrawn_at is not null;
        delete from declared_conflict c using declared_conflict d
            where c.case_id = d.case_id and c.user_id = d.user_id and c.id > d.id;
        alter table declared_conflict drop constraint ck_declared_conflict_withdrawn_with_reason,
            drop constraint ck_declared_conflict_known_kind, drop column withdrawal, drop column withdrawn_at,
            drop column withdrawn_by, drop column kind, drop column item_case_id,
            add constraint uq_declared_conflict_case_id_user_id unique (case_id, user_id);
        drop index open_task_held_for;
        alter table participant drop column acting_for;
        alter table ruling drop column acting_for;
        alter table review drop column acting_for;
        alter table user_task drop column acting_for;
        drop table substitution;
        """,
    )
