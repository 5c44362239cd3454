"""Limits that run from the delivery of the paper that tells of them; what a rule writes, in both languages.

Revision ID: 0047
Revises: 0046
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

PAPER_OF_LIMIT = """
alter table legal_clock add column document_id bigint
    constraint fk_legal_clock_document_id_document references document (id);
create index limit_of_paper on legal_clock (document_id) where document_id is not null;
"""
BOTH_LANGUAGES = """
alter table item_case add column intake_note_en text not null default '';
alter table ruling add column facts_en text not null default '', add column reasons_en text not null default '';
alter table termination add column reason_en text not null default '';
"""


def upgrade() -> None:
    run_sql(op, PAPER_OF_LIMIT)
    run_sql(op, BOTH_LANGUAGES)


def downgrade() -> None:
    run_sql(
        op,
        """
alter table termination drop column reason_en;
alter table ruling drop column facts_en, drop column reasons_en;
alter table item_case drop column intake_note_en;
drop index limit_of_paper;
alter table legal_clock drop column document_id;
""",
    )
