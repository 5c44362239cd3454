"""Whose work a verification is whose officers are drawn, so that their inbox shows it as theirs.

Revision ID: 0038
Revises: 0037
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

OFFICERS = """
create table drawn_officer (
    user_id bigint not null constraint fk_drawn_officer_user_id_app_user references app_user (id),
    item_case_id bigint not null constraint fk_drawn_officer_item_case_id_item_case references item_case (id),
    constraint pk_drawn_officer primary key (user_id, item_case_id)
);
create index ix_drawn_officer_item_case_id on drawn_officer (item_case_id);
"""
#: Of verifications that are under way: drawn, and neither passed nor revoked yet.
UNDER_WAY = """
insert into drawn_officer (user_id, item_case_id)
select (o.id)::bigint, d.item_case_id
from verification_draw d cross join lateral jsonb_array_elements_text(d.officers) o(id)
where d.number = (select max(e.number) from verification_draw e where e.item_case_id = d.item_case_id)
    and exists (select from user_task t where t.item_case_id = d.item_case_id and t.state = 'open'
        and t.step in ('verify', 'recheck'))
on conflict do nothing;
"""


def upgrade() -> None:
    for text in (OFFICERS, UNDER_WAY):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(op, "drop table drawn_officer;")
