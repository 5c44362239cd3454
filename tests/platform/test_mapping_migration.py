"""Migrations of many cases from before each release had a mapping of its own."""

from __future__ import annotations

from tests.platform.test_migrations import behind_its_back, older  # noqa: F401  # the fixture
from webapp.migrations.commands import upgrade
from webapp.settings import Settings

BEFORE = """
insert into app_user (id, login, name, name_pinyin, password_hash, department_id) values (3, 'three', '', '', '', 1);
insert into release (id, bundle_key, number, state, digest, created_by, created_at)
values (9, 'shop', 2, 'published', '', 3, '2026-09-01');
insert into migration_run (id, bundle_key, to_release_id, mapping, reason, state, first_cases, created_by, created_at,
    confirmed_at)
values (1, 'shop', 9, '{"shop:a": "z"}', '改名', 'paused', 1, 3, '2026-09-01', '2026-09-02'),
    (2, 'cafe', 9, '{}', '改名', 'paused', 1, 3, '2026-09-01', '2026-09-02');
insert into migration_case (run_id, case_id, from_release_id, place, state)
values (1, 11, 4, 1, 'moved'), (1, 12, 5, 2, 'moved'), (1, 13, 5, 3, 'fits'), (2, 14, 4, 1, 'moved'),
    (2, 15, 4, 2, 'fits');
"""
KEPT = "select mappings, rest_at is not null from migration_run order by id"


def test_what_was_said_of_all_releases_is_said_of_each(older: Settings, database_server: str) -> None:  # noqa: F811
    """0065: a paused migration whose rest had begun goes on with it; one whose first batch had not gone has a look."""
    upgrade(older, "0064")
    with behind_its_back(older, database_server) as other:
        other.execute("set session_replication_role = replica")
        other.execute(BEFORE)
        upgrade(older, "0065")
        told = {"shop:a": "z"}
        assert other.execute(KEPT).fetchall() == [({"4": told, "5": told}, True), ({}, False)]
