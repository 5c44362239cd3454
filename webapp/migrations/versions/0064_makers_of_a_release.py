"""Who made a release is noted when it is kept, and whose work a working copy was begun with.

Revision ID: 0064
Revises: 0063
"""

from alembic import op

from webapp.migrations.support import run_sql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

TABLES = """
create table release_author (
    release_id bigint not null constraint fk_release_author_release_id_release references release (id),
    user_id bigint not null constraint fk_release_author_user_id_app_user references app_user (id),
    constraint pk_release_author primary key (release_id, user_id)
);
create table working_copy_author (
    copy_id bigint not null constraint fk_working_copy_author_copy_id_working_copy references working_copy (id),
    user_id bigint not null constraint fk_working_copy_author_user_id_app_user references app_user (id),
    constraint pk_working_copy_author primary key (copy_id, user_id)
);
"""
# As it was found until now: who kept the release, and who saved in the working copy that was kept as it last; but
# nobody whose savings came to nothing.
FOUND = """
insert into release_author (release_id, user_id)
select id, created_by from release
union
select w.release_id, c.by_id from working_copy w join working_change c on c.copy_id = w.id
where w.release_id <> w.base_release_id;
"""
# A copy that was kept again told of its last release alone. Of what waits for publishing, whoever saved one of its
# files as it stands there made it, unless the copy began with that content.
SAVED = """
insert into release_author (release_id, user_id)
select distinct r.id, c.by_id
from release r
join release_file f on f.release_id = r.id
join working_copy w on w.bundle_key = r.bundle_key
join working_change c on c.copy_id = w.id and c.path = f.path and c.after = f.digest
where r.published_at is null and not exists (
    select from release_file b where b.release_id = w.base_release_id and b.path = f.path and b.digest = f.digest)
on conflict do nothing;
"""
# What was begun on a release that was never in force holds the work of its makers, and so on from copy to copy.
TAKEN_OVER = """
with recursive begun (release_id, base_id) as (
    select w.release_id, w.base_release_id from working_copy w join release b on b.id = w.base_release_id
    where w.release_id is not null and w.release_id <> w.base_release_id and b.published_at is null
    union
    select o.release_id, w.base_release_id from begun o
    join working_copy w on w.release_id = o.base_id join release b on b.id = w.base_release_id
    where b.published_at is null
)
insert into release_author (release_id, user_id)
select distinct o.release_id, a.user_id from begun o join release_author a on a.release_id = o.base_id
on conflict do nothing;
"""


def upgrade() -> None:
    for text in (TABLES, FOUND, SAVED, TAKEN_OVER):
        run_sql(op, text)


def downgrade() -> None:
    run_sql(op, "drop table working_copy_author, release_author;")
