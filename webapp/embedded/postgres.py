"""Start and stop the embedded PostgreSQL server of one data folder."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from webapp.embedded.binaries import PostgresUnavailable, initialising_account
from webapp.embedded.folders import PostgresFolders, postgres_folders, private_folder
from webapp.embedded.processes import Account, before_exec
from webapp.settings import APP_ROLE, DATABASE_NAME, OWNER_ROLE

SUPERUSER = "postgres"
START_SECONDS = 600
"""Recovery after a crash may take minutes; while the process lives we wait."""
STOP_SECONDS = 30
POLL_SECONDS = 0.02

LOCALE = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "cluster_name": "onewindow",
}


class EmbeddedPostgres:
    """One server: reachable only through a socket in a folder that is closed to other users.

    Inside that folder everyone is trusted, so the folder is the lock. The caller holds the data folder
    (`only_one`); a server found on it is therefore an orphan of a killed run and is stopped first.
    """

    def __init__(self, home: Path, server_settings: Mapping[str, str] | None = None) -> None:
        self.folders: PostgresFolders = postgres_folders(home)
        self._settings = {**SERVER_SETTINGS, **(server_settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster if there is none, start it, wait until it answers. Raises PostgresUnavailable."""
        if not self.folders.data.exists():
            self._init_cluster()
        _stop_orphan(self.folders.data)
        self._process = self._spawn()
        self._wait_until_ready()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Fast shutdown: sessions are cut, data is safe. Harder after 30 seconds."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(STOP_SECONDS)
        self._process = None

    def connect(self, database: str = "postgres", role: str = SUPERUSER) -> psycopg.Connection:
        """A connection of its own, committing each statement."""
        return psycopg.connect(
            host=str(self.folders.sockets), dbname=database, user=role, autocommit=True, connect_timeout=5
        )

    def prepare_database(self) -> None:
        """Make what is missing of the roles (the owner migrates, the plain one works) and the database."""
        with self.connect() as connection:
            for role in (OWNER_ROLE, APP_ROLE):
                if not _exists(connection, "select from pg_roles where rolname = %s", role):
                    connection.execute(f"create role {role} login".encode())
            if not _exists(connection, "select from pg_database where datname = %s", DATABASE_NAME):
                connection.execute(f"create database {DATABASE_NAME} owner {OWNER_ROLE}".encode())

    def drop_database(self) -> None:
        """Drop the database with everything in it."""
        with self.connect() as connection:
            connection.execute(f"drop database if exists {DATABASE_NAME} with (force)".encode())

    def _init_cluster(self) -> None:
        """Into a folder beside, then renamed: a broken attempt never looks like a cluster."""
        fresh = self.folders.root / "init"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [self.folders.program("initdb"), "-D", str(fresh), "-U", SUPERUSER, "-A", "trust", *LOCALE]
        initialiser = initialising_account(self.folders.account)
        private_folder(self.folders.root, initialiser)
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd="/",
            preexec_fn=before_exec(signal.SIGKILL, initialiser),
        )
        if self.folders.account is not None:
            _give(self.folders.root, self.folders.account)
        if done.returncode != 0:
            raise PostgresUnavailable(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
        fresh.rename(self.folders.data)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [self.folders.program("postgres"), "-D", str(self.folders.data)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        command += ["-c", f"unix_socket_directories={self.folders.sockets}"]
        with self.folders.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must reach us first and the server last.
            return subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=before_exec(signal.SIGINT, self.folders.account),
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.is_running() and time.monotonic() < deadline:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                time.sleep(POLL_SECONDS)
        self.stop()
        raise PostgresUnavailable(f"PostgreSQL did not start; its last words: {_tail(self.folders.log)}")


@contextmanager
def running_postgres(home: Path, server_settings: Mapping[str, str] | None = None) -> Iterator[EmbeddedPostgres]:
    """A started server with roles and database, stopped at the end of the block."""
    server = EmbeddedPostgres(home, server_settings)
    server.start()
    try:
        server.prepare_database()
        yield server
    finally:
        server.stop()


def _exists(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query.encode(), (name,)).fetchone() is not None


def _give(folder: Path, account: Account) -> None:
    """Hand a whole folder over to `account`."""
    os.chown(folder, account.uid, account.gid)
    for parent, names, files in os.walk(folder):
        for name in (*names, *files):
            os.lchown(os.path.join(parent, name), account.uid, account.gid)


def _stop_orphan(data: Path) -> None:
    """Stop a server left by a killed run; forget a pid file whose process is gone or somebody else's.

    Raises PostgresUnavailable when that server lives on: without its pid file a second one could start on the
    same data and destroy it.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    first_line = pid_file.read_text("utf-8", "replace").partition("\n")[0].strip()
    pid = int(first_line) if first_line.isdecimal() else 0
    if pid and _is_server_of(data, pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while _is_server_of(data, pid):
            if time.monotonic() >= deadline:
                raise PostgresUnavailable(
                    f"a PostgreSQL server of an earlier run (process {pid}) still works in {data} and did not"
                    f" stop within {STOP_SECONDS} seconds; wait until it ends, or stop it, and start again"
                )
            time.sleep(POLL_SECONDS)
    pid_file.unlink(missing_ok=True)


def _is_server_of(data: Path, pid: int) -> bool:
    """Whether `pid` is a live (not a zombie) PostgreSQL server that works in `data`.

    A process number alone proves nothing: after a restart of the machine it belongs to somebody else.
    """
    status = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        done = subprocess.run(["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True)
        return str(data) in done.stdout and not done.stdout.lstrip().startswith("Z")
    try:
        name, _, rest = status.read_text("utf-8", "replace").partition("(")[2].rpartition(")")
        return name == "postgres" and rest.split()[0] != "Z" and _works_in(data, pid)
    except (FileNotFoundError, ProcessLookupError):
        return False


def _works_in(data: Path, pid: int) -> bool:
    """Whether the server `pid` has `data` as its folder. Raises FileNotFoundError when it is gone."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == data.resolve()
    except PermissionError:
        # Root in a container may not look into other accounts' processes, but their command lines are open.
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def _tail(log: Path, lines: int = 5) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:]) if log.exists() else "(no log)"
