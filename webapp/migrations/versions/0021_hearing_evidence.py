"""What proves the day of an application for a hearing; whoever ordered a procedure has a row among the reviews.

Revision ID: 0021
Revises: 0020
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = """
alter table special_procedure
    add evidence text not null default '',
    add evidence_note text not null default '',
    add late_reason text not null default '';
"""
#: To order a procedure at the review is an act of the review, and bars from the ruling as a proposal does.
ORDERED = """
insert into review (case_id, item_case_id, task_id, step, conclusion, opinion, checklist, by_id, at)
select t.case_id, t.item_case_id, t.id, t.step, 'procedure', p.reason, '{}', p.ordered_by, p.ordered_at
from special_procedure p
join user_task t on t.item_case_id = p.item_case_id and t.step = 'review' and t.act = 'ordered'
    and t.closed_by = p.ordered_by and t.closed_at = p.ordered_at
where not exists (select from review r where r.task_id = t.id);
"""
DROPPED = """
alter table special_procedure
    drop column evidence,
    drop column evidence_note,
    drop column late_reason;
"""
#: Its rows are those of procedures that were ordered, each at the moment of its order.
NOT_ORDERED = "delete from review where step = 'review' and conclusion = 'procedure';"


def upgrade() -> None:
    run_sql(op, COLUMNS)
    run_sql(op, ORDERED)


def downgrade() -> None:
    run_sql(op, NOT_ORDERED)
    run_sql(
        op, "alter table special_procedure drop column evidence, drop column evidence_note, drop column late_reason;"
    )
