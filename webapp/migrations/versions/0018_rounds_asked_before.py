"""Corrections asked for before rounds were kept are rounds also where the database was past revision 0008 by then.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

#: As in 0008, which makes them since a later version of it: what was asked stands in the notice, and any material that
#: was handed in could be put right. Notices that have their round already are left as they are; rounds that were
#: counted without an earlier notice move behind it.
ROUNDS = """
create temporary table missing_round on commit drop as
select d.id as document_id, d.item_case_id, d.case_id, d.by_id, d.issued_at,
    row_number() over (partition by d.item_case_id order by d.id) as place
from document d
where d.kind = 'correction-notice' and d.item_case_id is not null and d.by_id is not null
    and not exists (select from correction c where c.document_id = d.id);

create temporary table moved_round on commit drop as
select c.id, c.round + count(m.document_id) as round
from correction c join missing_round m on m.item_case_id = c.item_case_id and m.document_id < c.document_id
group by c.id;

update correction c set round = -r.round from moved_round r where r.id = c.id;
update correction c set round = -round where round < 0;

insert into correction (item_case_id, round, document_id, faults, note, asked_by, asked_at, answered_at, answered_by,
    channel)
select m.item_case_id,
    m.place + (select count(*) from correction c where c.item_case_id = m.item_case_id
        and c.document_id < m.document_id),
    m.document_id,
    coalesce((select jsonb_agg(jsonb_build_array('material', s.material_key, '见补正告知书') order by s.id)
        from submitted_material s where s.case_id = m.case_id), '[]'),
    '', m.by_id, m.issued_at, t.closed_at, t.closed_by, case when t.closed_at is null then '' else 'window' end
from missing_round m
left join lateral (select u.closed_at, u.closed_by from user_task u
    where u.item_case_id = m.item_case_id and u.step = 'correct' and u.state = 'completed'
        and u.closed_at >= m.issued_at order by u.closed_at limit 1) t on true;
"""


def upgrade() -> None:
    run_sql(op, ROUNDS)


def downgrade() -> None:
    """What was told stays told."""
