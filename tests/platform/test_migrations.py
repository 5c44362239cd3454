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
