"""In what form each file of a material came: one that a correction brings does not change what came before.

Revision ID: 0030
Revises: 0029
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

FORM = """
alter table material_file add form text not null default '';
update material_file f set form = m.form from submitted_material m where m.id = f.submitted_material_id;
"""


def upgrade() -> None:
    run_sql(op, FORM)


def downgrade() -> None:
    run_sql(op, "alter table material_file drop column form;")
