"""Bring an archive back into an empty data folder, and prove that it is whole."""

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from webapp import application_for
from webapp.archive.manifest import DATABASE, MANIFEST, MEMBER_NAMES, ArchiveInvalid, Manifest, describe
from webapp.archive.programs import run_as_owner
from webapp.embedded.demo import ACCOUNTS_FILE
from webapp.embedded.folders import LOCK, only_one, remove_postgres
from webapp.embedded.postgres import running_postgres
from webapp.embedded.supervisor import prepare_home
from webapp.migrations.commands import upgrade
from webapp.settings import Settings, plain_url, secret_file

INCOMING = "restoring"
"""Folder in the home where the archive is unpacked and checked before anything else happens."""


@dataclass(frozen=True)
class Restored:
    """How many stored files came back, and what the ledger's verification said."""

    files: int
    ledger: str


def restore(settings: Settings, source: Path) -> Restored:
    """Restore `source`. Raises ArchiveInvalid and leaves the home empty again when anything is wrong.

    Raises HomeInUse while another run holds the home. The home must be empty, and so must the database when
    DATABASE_URL names one. Digests are checked before the database is touched, chains of the ledger after.
    """
    # Looked at twice: a folder that is not ours gets no lock file, and what was empty may be in use by now.
    _refuse_used_home(settings.home)
    with only_one(settings.home):
        _refuse_used_home(settings.home)
        with _emptied_unless_done(settings.home):
            prepare_home(settings.home)
            manifest = unpack(source, settings.home / INCOMING)
            _refuse_other_pepper(settings)
            return _bring_back(settings, manifest)


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack into `folder` and compare with the manifest, name by name and digest by digest."""
    folder.mkdir(mode=0o700)
    try:
        with tarfile.open(source) as archive:
            for entry in archive:
                if not entry.isfile() or not (entry.name == MANIFEST or MEMBER_NAMES.fullmatch(entry.name)):
                    raise ArchiveInvalid(f"{entry.name!r} does not belong into an archive")
                _write(archive, entry, folder / entry.name)
        manifest = Manifest.from_json((folder / MANIFEST).read_text("utf-8"))
    except (tarfile.TarError, OSError) as fault:
        raise ArchiveInvalid(f"{source} cannot be read: {fault}") from fault
    _compare(folder, manifest)
    return manifest


def _write(archive: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> None:
    """The content alone: neither owner, mode nor time of an archive means anything here."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = archive.extractfile(entry)
    assert content is not None
    with content, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file)


def _compare(folder: Path, manifest: Manifest) -> None:
    found = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
    found.pop(MANIFEST)
    if found.keys() != manifest.members.keys():
        odd = sorted(found.keys() ^ manifest.members.keys())
        raise ArchiveInvalid(f"missing or surplus in the archive: {', '.join(odd[:5])}")
    for name, file in found.items():
        facts = describe(file)
        named_after = file.name if name.startswith("files/") else facts.sha256
        if facts != manifest.members[name] or facts.sha256 != named_after:
            raise ArchiveInvalid(f"{name} is not what was backed up")


def _bring_back(settings: Settings, manifest: Manifest) -> Restored:
    home, incoming = settings.home, settings.home / INCOMING
    for name in ("files", "secrets", ACCOUNTS_FILE):
        if (incoming / name).exists():
            (incoming / name).rename(home / name)
    for folder in (home / "files", home / "secrets"):
        if folder.exists():
            folder.chmod(0o700)
    with ExitStack() as stack:
        if settings.embedded_database:
            stack.enter_context(running_postgres(home))
        settings = Settings.from_environment(os.environ | {"ONEWINDOW_HOME": str(home)})
        _refuse_used_database(settings)
        arguments = ["--no-owner", "--exit-on-error", "--single-transaction", str(incoming / DATABASE)]
        run_as_owner(settings, "pg_restore", arguments)
        upgrade(settings)
        ledger = verify_ledger(settings)
    shutil.rmtree(incoming)
    return Restored(sum(name.startswith("files/") for name in manifest.members), ledger)


def verify_ledger(settings: Settings) -> str:
    """Recompute every chain. Raises ArchiveInvalid at the first break."""
    from webapp.queries.audit import verify_all

    with application_for(settings):
        breaks = list(verify_all())
    if breaks:
        raise ArchiveInvalid(f"the ledger does not verify: {breaks[0]}")
    return "every chain of the ledger holds"


def _refuse_used_home(home: Path) -> None:
    if home.exists() and any(entry.name != LOCK for entry in home.iterdir()):
        raise ArchiveInvalid(f"{home} is not empty; restore into an empty data folder (ONEWINDOW_HOME)")


def _refuse_other_pepper(settings: Settings) -> None:
    """A tracking code is found by its hash with the pepper: with another one, none would be found any more."""
    file = secret_file(settings.home / INCOMING, "ONEWINDOW_PEPPER")
    archived = file.read_text("utf-8").strip() if file.exists() else ""
    if settings.pepper not in ("", archived):
        raise ArchiveInvalid(
            "ONEWINDOW_PEPPER is not the one of the archive, so that no tracking code would be found any more;"
            " set it to what secrets/pepper in the archive says"
        )


def _refuse_used_database(settings: Settings) -> None:
    with psycopg.connect(plain_url(settings.database_owner_url)) as connection:
        row = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    if row and row[0]:
        raise ArchiveInvalid("the database has tables already; restore into an empty one")


@contextmanager
def _emptied_unless_done(home: Path) -> Iterator[None]:
    """Empty the home again when the block fails or is interrupted. The caller holds it, and found it empty."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            _empty(home)


def _empty(home: Path) -> None:
    remove_postgres(home)
    for entry in home.iterdir():
        if entry.name != LOCK:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
