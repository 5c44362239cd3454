"""Who made a release before it was noted: found by the working copies that there are."""

from __future__ import annotations

from tests.platform.test_migrations import behind_its_back, older  # noqa: F401  # the fixture
from webapp.migrations.commands import upgrade
from webapp.settings import Settings

#: Release 1 is in force; 2 was kept from the copy 1, then 3 from the same; 4 from a copy that was begun on 3.
BEFORE = """
insert into app_user (id, login, name, name_pinyin, password_hash, department_id)
select n, n::text, '', '', '', 1 from generate_series(10, 14) as n;
insert into release (id, bundle_key, number, state, digest, created_by, created_at, published_at)
values (1, 'b', 1, 'published', 'd1', 10, now(), now()), (2, 'b', 2, 'submitted', 'd2', 11, now(), null),
    (3, 'b', 3, 'draft', 'd3', 11, now(), null), (4, 'b', 4, 'draft', 'd4', 13, now(), null);
insert into release_file (release_id, path, digest)
values (1, 'x', 'old'), (1, 'y', 'same'), (2, 'x', 'longer'), (2, 'y', 'same'), (3, 'x', 'later'), (3, 'y', 'same'),
    (4, 'x', 'last'), (4, 'y', 'same');
insert into working_copy (id, bundle_key, base_release_id, title, created_by, created_at, changed_at, release_id)
values (1, 'b', 1, '', 11, now(), now(), 3), (2, 'b', 3, '', 13, now(), now(), 4), (3, 'b', 1, '', 14, now(), now(), 1);
insert into working_change (copy_id, path, before, after, by_id, at)
values (1, 'x', 'old', 'longer', 12, now()), (1, 'x', 'longer', 'later', 11, now()),
    (2, 'x', 'later', 'last', 13, now()), (3, 'y', 'same', 'try', 14, now()), (3, 'y', 'try', 'same', 14, now());
"""


def test_the_makers_of_releases_from_before_are_noted(
    older: Settings,  # noqa: F811
    database_server: str,
) -> None:
    """0064: also of a release whose copy was kept again since, and of what was begun on a draft."""
    upgrade(older, "0063")
    with behind_its_back(older, database_server) as other:
        other.execute("set session_replication_role = replica")
        other.execute(BEFORE)
        upgrade(older, "0064")
        found = other.execute(
            "select release_id, array_agg(user_id order by user_id) from release_author group by 1 order by 1"
        ).fetchall()
    assert found == [(1, [10]), (2, [11, 12]), (3, [11, 12]), (4, [11, 12, 13])]
