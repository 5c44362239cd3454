"""Where the embedded server may live, and what is done when it may not live there."""

import os
import subprocess
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import pytest

from webapp.embedded import binaries, postgres
from webapp.embedded.binaries import (
    PostgresUnavailable,
    initialising_account,
    installed_postgres,
    may_enter,
    reachable_postgres,
    unprivileged_account,
)
from webapp.embedded.children import Child
from webapp.embedded.demo import UNFINISHED, forget_unfinished_demo
from webapp.embedded.folders import HomeInUse, only_one, remove_postgres
from webapp.embedded.keys import make_secrets, write_private
from webapp.embedded.postgres import EmbeddedPostgres, running_postgres
from webapp.embedded.processes import Account, before_exec
from webapp.embedded.supervisor import prepare_home
from webapp.settings import OWNER_ROLE

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
SOMEBODY = Account(64100, 64100)


def test_a_home_is_used_by_one_at_a_time(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(HomeInUse, match=str(os.getpid())), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_secrets_are_made_once(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    first = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    make_secrets(tmp_path)
    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == first
    assert len(set(first.values())) == len(first) == 2


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write_private(tmp_path / "accounts", "one")
    write_private(tmp_path / "accounts", "two")
    assert (tmp_path / "accounts").read_text() == "two\n"
    assert [file.name for file in tmp_path.iterdir()] == ["accounts"]


def test_a_closed_folder_on_the_way_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "closed" / "inner").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert may_enter(Path("/usr"), SOMEBODY)
    assert not may_enter(tmp_path / "closed" / "inner", SOMEBODY)
    assert may_enter(tmp_path / "closed" / "inner", None)


def test_an_account_without_a_name_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    with pytest.raises(PostgresUnavailable, match=r"4000000.*DATABASE_URL"):
        initialising_account(None)


def test_the_programs_come_from_the_package_when_they_can(tmp_path: Path) -> None:
    assert reachable_postgres(None, tmp_path) == installed_postgres()


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_and_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "may_enter", lambda folder, account: False)
    copy = reachable_postgres(SOMEBODY, tmp_path)
    assert tmp_path in copy.parents
    # Away from the package, so that only what was copied can be found.
    told = subprocess.run([copy / "bin" / "initdb", "--version"], capture_output=True, text=True, cwd="/")
    assert told.stdout.startswith("initdb (PostgreSQL) 18")
    loaded = subprocess.run(["ldd", copy / "bin" / "postgres"], capture_output=True, text=True).stdout
    assert str(installed_postgres().parent.parent) not in loaded
    assert reachable_postgres(SOMEBODY, tmp_path) == copy


@as_root
def test_the_server_never_runs_as_root(tmp_path: Path) -> None:
    account = unprivileged_account(tmp_path / "postgres")
    assert account is not None
    assert account.uid > 60000
    told = subprocess.run(
        ["id", "-u"], capture_output=True, text=True, preexec_fn=before_exec(SIGTERM, account), cwd="/"
    )
    assert told.stdout.strip() == str(account.uid)


@as_root
def test_the_account_of_last_time_is_kept(tmp_path: Path) -> None:
    os.chown(tmp_path, 64123, 64123)
    assert unprivileged_account(tmp_path) == Account(64123, 64123)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embedded") / "var"
    prepare_home(folder)
    return folder


@pytest.mark.slow
@pytest.mark.xdist_group("installations")
def test_a_stale_pid_file_does_not_stop_the_start(home: Path) -> None:
    with running_postgres(home) as server:
        data = server.folders.data
    # The number now belongs to somebody else, as after a restart of the machine.
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    with running_postgres(home) as server, server.connect("onewindow") as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    remove_postgres(home)


@pytest.mark.slow
@pytest.mark.xdist_group("installations")
def test_an_orphan_that_will_not_stop_keeps_its_pid_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "STOP_SECONDS", 0)
    with running_postgres(home) as orphan:
        pid_file = orphan.folders.data / "postmaster.pid"
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, SIGSTOP)
        try:
            with pytest.raises(PostgresUnavailable, match=f"process {pid}"):
                EmbeddedPostgres(home).start()
            assert pid_file.exists()
        finally:
            os.kill(pid, SIGCONT)
            monkeypatch.undo()
    assert not pid_file.exists()
    remove_postgres(home)


@pytest.mark.slow
@pytest.mark.xdist_group("installations")
def test_an_orphan_is_known_by_its_command_line_where_its_folder_may_not_be_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> str:
        raise PermissionError(path)

    with running_postgres(home) as orphan:
        pid_file = orphan.folders.data / "postmaster.pid"
        with monkeypatch.context() as closed:
            closed.setattr(postgres.os, "readlink", refuse)
            postgres._stop_orphan(orphan.folders.data)
        assert not orphan.is_running()
        assert not pid_file.exists()
    remove_postgres(home)


def test_a_demo_that_was_killed_while_it_was_loaded_starts_afresh(home: Path) -> None:
    with running_postgres(home) as server:
        with server.connect("onewindow", OWNER_ROLE) as connection:
            connection.execute("create table half_loaded (id int)")
        forget_unfinished_demo(home, server)
        assert tables(server) == ["half_loaded"]
        (home / UNFINISHED).touch()
        forget_unfinished_demo(home, server)
        assert tables(server) == []
        assert not (home / UNFINISHED).exists()
    remove_postgres(home)


def tables(server: EmbeddedPostgres) -> list[str]:
    with server.connect("onewindow", OWNER_ROLE) as connection:
        return [row[0] for row in connection.execute("select tablename from pg_tables where schemaname = 'public'")]


def test_names_sort_the_same_on_every_machine(home: Path) -> None:
    query = "select datlocprovider, datlocale, pg_encoding_to_char(encoding) from pg_database where datname = %s"
    with running_postgres(home) as server, server.connect() as connection:
        assert connection.execute(query, ("onewindow",)).fetchone() == ("b", "C.UTF-8", "UTF8")
    remove_postgres(home)


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    server = EmbeddedPostgres(home, {"shared_buffers": "nonsense"})
    with pytest.raises(PostgresUnavailable, match="nonsense"):
        server.start()
    remove_postgres(home)


def test_a_child_that_ends_rests_before_it_starts_again(capfd: pytest.CaptureFixture[str]) -> None:
    child = Child("test", ["sh", "-c", "exit 3"], SIGTERM)
    child.look_after()
    process = child._process
    assert process is not None
    process.wait()
    child.look_after()
    assert child._process is None
    assert child._failures == 1
    child.wait(0)


def test_a_child_that_will_not_end_is_killed() -> None:
    child = Child("test", ["sh", "-c", "trap '' TERM; echo; while :; do sleep 60; done"], SIGTERM)
    child.look_after()
    process = child._process
    assert process is not None
    child.end()
    child.wait(0)
    assert process.returncode in (-SIGKILL, -SIGTERM)  # SIGTERM may come before the trap is set
