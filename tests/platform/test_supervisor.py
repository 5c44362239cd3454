"""`onewindow up`: starts everything, keeps it alive, stops it; nothing is lost and nothing is left behind."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.installation import Installation, free_port, installation
from webapp.embedded.postgres import running_postgres
from webapp.settings import SOCKET_RECORD

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installations")]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("home") / "var") as one:
        yield one


def leave_mark(one: Installation) -> int:
    """Leave a mark in the database, as its owner, and answer how many marks there are."""
    with owner(one) as connection:
        connection.execute("create table if not exists mark (id int generated always as identity)")
        row = connection.execute("with one as (insert into mark default values) select count(*) from mark").fetchone()
        assert row is not None
        return int(row[0])


def owner(one: Installation) -> psycopg.Connection:
    sockets = (one.home / SOCKET_RECORD).read_text().strip()
    return psycopg.connect(host=sockets, dbname="onewindow", user="onewindow_owner", autocommit=True)


def test_everything_answers(running: Installation) -> None:
    assert running.get("/health") == (200, {"status": "ok"})
    assert running.get("/ready") == (200, {"status": "ok"})


def test_secrets_are_made_and_closed_to_others(running: Installation) -> None:
    secrets = sorted((running.home / "secrets").iterdir())
    assert [file.name for file in secrets] == ["pepper", "secret_key"]
    for file in secrets:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(file.read_text().strip()) >= 43


def test_the_database_listens_to_nobody_else(running: Installation) -> None:
    sockets = Path((running.home / SOCKET_RECORD).read_text().strip())
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    with psycopg.connect(host=str(sockets), dbname="onewindow", user="onewindow_app") as connection:
        row = connection.execute("select current_setting('listen_addresses')").fetchone()
    assert row == ("",)


def test_the_application_role_cannot_touch_the_schema(running: Installation) -> None:
    sockets = (running.home / SOCKET_RECORD).read_text().strip()
    with psycopg.connect(host=sockets, dbname="onewindow", user="onewindow_app") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table mine (id int)")
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("truncate worker_heartbeat")


def test_a_second_start_on_the_same_home_is_refused(running: Installation) -> None:
    second = Installation(running.home).command("up")
    assert second.returncode == 2
    assert "another One Window" in second.stderr
    assert running.get("/health")[0] == 200


def test_a_taken_port_is_named(running: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path / "var", port=running.port).command("up")
    assert other.returncode == 2
    assert f"127.0.0.1:{running.port}" in other.stderr


def test_commands_reach_a_running_installation(running: Installation) -> None:
    assert running.command("db", "upgrade").returncode == 0


def test_a_killed_worker_and_a_killed_web_server_come_back(running: Installation) -> None:
    for part, words in (("webapp.cli\0worker", "process=worker"), ("gunicorn", "process=web")):
        before = running.processes(part)
        os.kill(before[0], signal.SIGKILL)
        assert "starting it again" in running.read_until(words)


def test_a_killed_database_comes_back(running: Installation) -> None:
    marks = leave_mark(running)
    postmaster = min(running.processes("postgres\0-D"))
    os.kill(postmaster, signal.SIGKILL)
    running.read_until("PostgreSQL is back")
    assert leave_mark(running) == marks + 1


def test_two_homes_run_side_by_side(running: Installation, tmp_path: Path) -> None:
    with installation(tmp_path / "var") as second:
        assert second.port != running.port
        assert second.get("/health")[0] == running.get("/health")[0] == 200
        assert second.stop(signal.SIGINT) == 0


def test_ctrl_c_stops_everything(tmp_path: Path) -> None:
    with installation(tmp_path / "var") as one:
        assert len(one.processes()) > 3  # the supervisor with database, web and worker, and what each has started
        assert one.stop(signal.SIGINT) == 0
        assert one.processes() == []
        with running_postgres(one.home) as server, server.connect("onewindow") as connection:
            assert connection.execute("select name from worker_heartbeat").fetchall() == []


def test_after_kill_9_nothing_is_left_and_nothing_is_lost(tmp_path: Path) -> None:
    home, port = tmp_path / "var", free_port()
    with installation(home, port=port) as one:
        marks = leave_mark(one)
        one.stop(signal.SIGKILL)
        assert one.processes() == []
        with installation(home, port=port) as again:
            assert leave_mark(again) == marks + 1


def test_a_path_too_long_for_a_socket_still_works(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 20) / ("deeper" * 10) / "var"
    with installation(home) as one:
        sockets = Path((home / SOCKET_RECORD).read_text().strip())
        assert home not in sockets.parents
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert one.get("/health")[0] == 200
