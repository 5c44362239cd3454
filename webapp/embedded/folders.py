"""Which folders of an installation belong to its PostgreSQL server, and which locks keep a second one out."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.binaries import may_enter, reachable_postgres, unprivileged_account
from webapp.embedded.processes import Account
from webapp.settings import SOCKET_RECORD

LONGEST_SOCKET_PATH = 107
SOCKET_FILE = ".s.PGSQL.5432.lock"
ELSEWHERE_RECORD = "postgres-folder"
LOCK = "lock"
"""File in the data folder that whoever uses the folder holds. It stays: a new one could be held by a second."""


class HomeInUse(Exception):
    """Another One Window runs on this data folder."""


def make_home(home: Path) -> None:
    """Make the data folder. Root's may be passed through, because PostgreSQL runs as somebody else in it."""
    if not home.exists():
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the data folder for ourselves. Raises HomeInUse; the kernel frees it even after kill -9."""
    make_home(home)
    descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, home)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, home: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        holder = os.read(descriptor, 32).decode().strip() or "unknown"
        raise HomeInUse(
            f"another One Window (process {holder}) is using {home}; stop it, or set ONEWINDOW_HOME and"
            " ONEWINDOW_PORT to run a second installation beside it"
        ) from held


@dataclass(frozen=True)
class PostgresFolders:
    """Everything the server touches. `root` belongs to `account` (None: to us) and is closed to others."""

    root: Path
    sockets: Path
    log: Path
    installation: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.root / "data"

    def program(self, name: str) -> str:
        """Full path of one of the programs: `initdb`, `postgres`, `pg_dump`, `pg_restore`."""
        return str(self.installation / "bin" / name)


def postgres_folders(home: Path) -> PostgresFolders:
    """Find or make them under `home`; what cannot be there is made elsewhere and remembered in `home`."""
    account = unprivileged_account(_root(home))
    root = _make_root(home, account)
    log = home / "logs" / "postgres.log"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    return PostgresFolders(
        root=root,
        sockets=_make_sockets(home, account),
        log=log,
        installation=reachable_postgres(account, root),
        account=account,
    )


def private_folder(folder: Path, account: Account | None) -> None:
    """Make `folder`, closed to everyone but `account`."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)


def _root(home: Path) -> Path:
    record = home / ELSEWHERE_RECORD
    return Path(record.read_text("utf-8").strip()) if record.exists() else home / "postgres"


def _make_root(home: Path, account: Account | None) -> Path:
    """The server's own folder: in `home`, or under /var/lib when `account` may not enter `home`."""
    root = _root(home)
    if not root.exists() and not may_enter(home, account):
        root = Path(tempfile.mkdtemp(prefix="onewindow-", dir="/var/lib"))
        (home / ELSEWHERE_RECORD).write_text(f"{root}\n", "utf-8")
    private_folder(root, account)
    return root


def _make_sockets(home: Path, account: Account | None) -> Path:
    """A closed folder whose path is short enough for a socket, remembered for every other command."""
    record = home / SOCKET_RECORD
    folder = _usable_sockets(home, record, account)
    private_folder(folder, account)
    record.write_text(f"{folder}\n", "utf-8")
    return folder


def _usable_sockets(home: Path, record: Path, account: Account | None) -> Path:
    here = home / "run"
    if len(os.fsencode(here / SOCKET_FILE)) <= LONGEST_SOCKET_PATH and may_enter(home, account):
        return here
    remembered = Path(record.read_text("utf-8").strip()) if record.exists() else None
    if remembered is not None and _is_ours(remembered, account):
        return remembered
    runtime = Path(f"/run/user/{os.geteuid()}")
    parent = runtime if account is None and os.access(runtime, os.W_OK) else Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(prefix="onewindow-", dir=parent))


def _is_ours(folder: Path, account: Account | None) -> bool:
    """A remembered folder may have been swept away and taken by somebody else."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    owner = account.uid if account is not None else os.geteuid()
    return folder.stat().st_uid == owner and folder.stat().st_mode & 0o077 == 0


def remove_postgres(home: Path) -> None:
    """Remove the server's folders wherever they are (used by tests and by a failed restore)."""
    shutil.rmtree(_root(home), ignore_errors=True)
    record = home / SOCKET_RECORD
    if record.exists():
        shutil.rmtree(record.read_text("utf-8").strip(), ignore_errors=True)
