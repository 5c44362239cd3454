"""From an empty database to the models, and what the plain role may do there."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import make_url

from tests.support.database import settings_for, superuser
from webapp import cli
from webapp.migrations import support
from webapp.migrations.commands import StillAtWork, TableHeld, differences, ensure_nobody_works, is_current, upgrade
from webapp.settings import OWNER_ROLE, Settings
from webapp.unit_of_work import sql


def test_the_migrated_database_is_what_the_models_say(app: Flask) -> None:
    settings: Settings = app.extensions["onewindow_settings"]
    assert is_current(settings)
    assert differences(settings) == []


def test_migrating_again_changes_nothing(app: Flask) -> None:
    settings: Settings = app.extensions["onewindow_settings"]
    upgrade(settings)
    assert is_current(settings)


def test_the_plain_role_owns_nothing(app: Flask, database_server: str) -> None:
    settings: Settings = app.extensions["onewindow_settings"]
    name = settings.database_url.rpartition("/onewindow")[0] and settings.database_url.split("/")[3].split("?")[0]
    with superuser(database_server, name) as connection:
        owners = connection.execute("select distinct tableowner from pg_tables where schemaname = 'public'").fetchall()
    assert owners == [("onewindow_owner",)]


def test_the_plain_role_may_not_truncate_or_drop(db: SQLAlchemy) -> None:
    with pytest.raises(InsufficientPrivilege):
        sql().execute("drop table worker_heartbeat")


#: What the application reads and never writes.
ONLY_READ = {"alembic_version"}


@pytest.mark.parametrize("right", ["select", "insert", "update", "delete"])
def test_the_plain_role_has_the_rights_that_acts_need_on_every_table(db: SQLAlchemy, right: str) -> None:
    """A table whose migration gave none would be found by the first act that needs it; what is append-only is so by
    its triggers."""
    rows = sql().execute(
        "select tablename, has_table_privilege(current_user, format('public.%%I', tablename), %s)"
        " from pg_tables where schemaname = 'public'",
        (right,),
    )
    assert {table for table, may in rows if not may} == (set() if right == "select" else ONLY_READ)


def test_the_plain_role_may_use_every_sequence(db: SQLAlchemy) -> None:
    rows = sql().execute(
        "select sequencename, has_sequence_privilege(current_user, format('public.%I', sequencename), 'usage')"
        " from pg_sequences where schemaname = 'public'"
    )
    assert [sequence for sequence, may in rows if not may] == []


def test_indexes_that_an_early_copy_of_a_revision_lacked_are_there_after_the_last(
    database_server: str, tmp_path: Path, older: Settings
) -> None:
    upgrade(older, "0027")
    with behind_its_back(older, database_server) as other:
        other.execute("drop index verification_done, verification_found")
        upgrade(older)
        found = other.execute(
            "select indexname from pg_indexes where indexname like 'verification_%' order by indexname"
        ).fetchall()
    assert [name for (name,) in found if name in ("verification_done", "verification_found")] == [
        "verification_done",
        "verification_found",
    ]
    assert differences(older) == []


@pytest.fixture
def older(database_server: str, tmp_path: Path) -> Iterator[Settings]:
    """An installation of the first release: the database stands at revision 0001."""
    name = f"older_{tmp_path.name}".replace("-", "_")
    with superuser(database_server) as connection:
        connection.execute(f"create database {name} owner {OWNER_ROLE}")
    settings = settings_for(database_server, name, tmp_path)
    upgrade(settings, "0001")
    yield settings
    with superuser(database_server) as connection:
        connection.execute(f"drop database {name} with (force)")


def behind_its_back(settings: Settings, sockets: str) -> psycopg.Connection:
    return superuser(sockets, make_url(settings.database_url).database or "")


def test_a_migration_waits_for_a_held_table_only_so_long_and_says_so(
    older: Settings, database_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(support, "LOCK_TIMEOUT", "20ms")
    with behind_its_back(older, database_server) as other, other.transaction():
        other.execute("lock table cases in access share mode")
        with pytest.raises(TableHeld):
            upgrade(older)
    assert not is_current(older)
    upgrade(older)
    assert is_current(older)
    assert differences(older) == []


def test_the_database_is_not_migrated_while_a_worker_lives(
    older: Settings, database_server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONEWINDOW_ENV", "test")
    monkeypatch.setenv("ONEWINDOW_HOME", str(older.home))
    monkeypatch.setenv("DATABASE_URL", older.database_url)
    monkeypatch.setenv("DATABASE_OWNER_URL", older.database_owner_url)
    with behind_its_back(older, database_server) as other:
        other.execute("insert into worker_heartbeat values ('window-1', clock_timestamp() - interval '30 seconds')")
        assert cli.main(["db", "upgrade"]) == 2
        assert "window-1" in capsys.readouterr().err
        assert not is_current(older)
        assert cli.main(["db", "upgrade", "--while-running"]) == 0
        assert is_current(older)
        assert cli.main(["db", "upgrade"]) == 0  # there is nothing to migrate
        with pytest.raises(StillAtWork):
            ensure_nobody_works(older)
        other.execute("update worker_heartbeat set seen_at = clock_timestamp() - interval '2 minutes'")
    ensure_nobody_works(older)


def test_the_rows_of_running_processes_have_room_after_the_migration(older: Settings, database_server: str) -> None:
    """0003 writes each of them anew: onto pages that keep room for the next versions."""
    with behind_its_back(older, database_server) as other:
        other.execute("set session_replication_role = replica")
        other.execute(
            "insert into process_instance (case_id, release_id, process, state, started_at)"
            " select 1, 1, 'p', convert_to(repeat(md5(n::text), 10), 'UTF8'), now() from generate_series(1, 500) n"
        )
        upgrade(older)
        fullest = other.execute(
            "select max(rows) from (select count(*) rows from process_instance group by (ctid::text::point)[0]) pages"
        ).fetchone()
    assert fullest is not None
    assert fullest[0] * 400 < 8192 * 0.65


CORRECTED = """
insert into app_user (id, login, name, name_pinyin, password_hash, department_id)
    values (3, 'three', '', '', '', 1), (4, 'four', '', '', '', 1);
insert into item_case (id, case_id, item_key, department_key, way, received_at)
    values (11, 7, 'P2', 'drug', 'ordinary', '2026-08-31'), (12, 8, 'P2', 'drug', 'ordinary', '2026-08-31');
insert into submitted_material (case_id, material_key, form, by_id, at)
    values (7, 'lease', 'copy', 3, '2026-08-31'), (8, 'floor-plan', 'copy', 3, '2026-08-31');
insert into document (id, case_id, item_case_id, kind, number, title_zh, title_en, content_zh, content_en, digest,
    issued_at, by_id)
select n, c, i, k, n::text, '', '', '', '', '', at::timestamptz, 3 from (values
    (21, 7, 11, 'correction-notice', '2026-09-01 02:00+00'),
    (22, 7, 11, 'correction-notice', '2026-09-08 02:00+00'),
    (23, 8, 12, 'correction-notice', '2026-09-02 02:00+00'),
    (24, 8, 12, 'receipt', '2026-08-31 02:00+00')) as d(n, c, i, k, at);
insert into user_task (case_id, item_case_id, instance_id, engine_task, process, element, step, name_zh, name_en, state,
    priority, opened_at, closed_at, closed_by)
values (7, 11, 1, 1, '', '', 'correct', '', '', 'completed', 0, '2026-09-01', '2026-09-03 02:00+00', 4),
    (7, 11, 1, 2, '', '', 'correct', '', '', 'open', 0, '2026-09-08', null, null),
    (8, 12, 1, 3, '', '', 'correct', '', '', 'open', 0, '2026-09-02', null, null);
"""


def test_corrections_asked_for_before_are_rounds_after_the_migration(older: Settings, database_server: str) -> None:
    """0008: what is open can be answered, and silence after an answer counts from the answer."""
    upgrade(older, "0005")
    with behind_its_back(older, database_server) as other:
        other.execute("set session_replication_role = replica")
        other.execute(CORRECTED)
        upgrade(older, "0008")
        rounds = other.execute(
            "select item_case_id, round, document_id, faults, answered_at::date::text, answered_by, channel"
            " from correction order by item_case_id, round"
        ).fetchall()
    lease, plan = [["material", "lease", "见补正告知书"]], [["material", "floor-plan", "见补正告知书"]]
    assert rounds == [
        (11, 1, 21, lease, "2026-09-03", 4, "window"),
        (11, 2, 22, lease, None, None, ""),
        (12, 1, 23, plan, None, None, ""),
    ]


def test_a_database_that_was_past_the_revision_gets_its_rounds_too(older: Settings, database_server: str) -> None:
    """0018: also where a later round was counted without the ones before it."""
    upgrade(older, "0005")
    with behind_its_back(older, database_server) as other:
        other.execute("set session_replication_role = replica")
        other.execute(CORRECTED)
        upgrade(older, "0008")
        other.execute("delete from correction where document_id <> 22")  # as the first version of 0008 left it
        other.execute(
            "update correction set round = 1, answered_at = '2026-09-09', answered_by = 4, channel = 'window'"
        )
        upgrade(older, "0018")
        rounds = other.execute(
            "select item_case_id, round, document_id, answered_at::date::text from correction"
            " order by item_case_id, round"
        ).fetchall()
    assert rounds == [(11, 1, 21, "2026-09-03"), (11, 2, 22, "2026-09-09"), (12, 1, 23, None)]
