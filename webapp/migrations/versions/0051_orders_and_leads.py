"""An order of supervision is lifted by who gave it, or ends with its task; which posts lead their department.

Revision ID: 0051
Revises: 0050
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

WAITS = "answered_at is null and lifted_at is null and ended_at is null"
UP = f"""
alter table supervisory_order
    add column lift_reason text not null default '',
    add column lifted_by bigint constraint fk_supervisory_order_lifted_by_app_user references app_user (id),
    add column lifted_at timestamptz,
    add column ended_at timestamptz,
    add constraint ck_supervisory_order_lifted_with_reason
        check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_reason = '')),
    add constraint ck_supervisory_order_over_once check (num_nonnulls(answered_at, lifted_at, ended_at) <= 1);
drop index order_by_its_day;
create index order_by_its_day on supervisory_order (finish_by) where {WAITS} and overdue_at is null;
create index order_that_waits on supervisory_order (task_id) where {WAITS};
"""
#: The day of an order stands beside its words in a notice from now on, not in them.
DAYS = """
update notice set facts = facts || jsonb_build_object('day', left(facts ->> 'reason', 10),
    'reason', substr(facts ->> 'reason', 12))
where kind = 'ordered' and not facts ? 'day' and facts ->> 'reason' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}：';
"""
TOGETHER = """
update notice set facts = (facts - 'day') || jsonb_build_object(
    'reason', (facts ->> 'day') || '：' || (facts ->> 'reason'))
where kind = 'ordered' and facts ? 'day';
"""
DOWN = """
drop index order_that_waits;
drop index order_by_its_day;
alter table supervisory_order drop constraint ck_supervisory_order_over_once,
    drop constraint ck_supervisory_order_lifted_with_reason, drop column ended_at, drop column lifted_at,
    drop column lifted_by, drop column lift_reason;
create index order_by_its_day on supervisory_order (finish_by) where answered_at is null and overdue_at is null;
"""

#: As it was before: by the role; and where a department has no such post, its deciders.
LEADS = """
alter table candidate_group add leads boolean not null default false;
update candidate_group g set leads = g.role in ('head', 'lead') or (g.role = 'decider' and not exists (
    select from candidate_group h where h.department_id = g.department_id and h.role in ('head', 'lead')));
"""
STANDING_IN = """
create or replace function standing_in(who bigint, department bigint, today date, lent_roles text[]) returns json
language plpgsql stable as $$
begin
    return (
        select json_agg(json_build_array(s.absent_id, a.name, s.until_on, s.bundles, lent.groups, lent.roles)
            order by a.name_pinyin, s.id)
        from substitution s
        join app_user a on a.id = s.absent_id
        cross join lateral (
            select array_agg(g.key) as groups, {roles} as roles
            from membership m join candidate_group g on g.id = m.group_id
            where m.user_id = s.absent_id and g.role = any(lent_roles)
                and (s.groups is null or g.key = any(s.groups))
        ) lent
        where s.stand_in_id = who and s.ended_at is null and s.until_on >= today and s.from_on <= today
            and a.department_id = department and lent.groups is not null
    );
end $$;
"""
WITH_LEADING = "array_agg(g.role) || array_agg('leading'::text) filter (where g.leads)"


def upgrade() -> None:
    run_sql(op, UP)
    run_sql(op, DAYS)
    run_sql(op, LEADS)
    run_sql(op, STANDING_IN.format(roles=WITH_LEADING))


def downgrade() -> None:
    run_sql(op, STANDING_IN.format(roles="array_agg(g.role)"))
    run_sql(op, "alter table candidate_group drop column leads;")
    run_sql(op, TOGETHER)
    run_sql(op, DOWN)
