"""For whom somebody stands in, as a function: planned and begun only for those who do, and every request asks.

Revision ID: 0045
Revises: 0044
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

#: The absent one's own posts of these roles, never those that they borrow.
STANDING_IN = """
create function standing_in(who bigint, department bigint, today date, lent_roles text[]) returns json
language plpgsql stable as $$
begin
    return (
        select json_agg(json_build_array(s.absent_id, a.name, s.until_on, s.bundles, lent.groups, lent.roles)
            order by a.name_pinyin, s.id)
        from substitution s
        join app_user a on a.id = s.absent_id
        cross join lateral (
            select array_agg(g.key) as groups, array_agg(g.role) as roles
            from membership m join candidate_group g on g.id = m.group_id
            where m.user_id = s.absent_id and g.role = any(lent_roles)
                and (s.groups is null or g.key = any(s.groups))
        ) lent
        where s.stand_in_id = who and s.ended_at is null and s.until_on >= today and s.from_on <= today
            and a.department_id = department and lent.groups is not null
    );
end $$;
"""


def upgrade() -> None:
    run_sql(op, STANDING_IN)


def downgrade() -> None:
    run_sql(op, "drop function standing_in(bigint, bigint, date, text[]);")
