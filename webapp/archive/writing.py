"""Write an archive while the installation goes on working."""

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psycopg

from webapp.archive.manifest import DATABASE, MANIFEST, MEMBER_NAMES, ArchiveInvalid, Manifest, Member
from webapp.archive.programs import run_as_owner
from webapp.clock import now
from webapp.embedded.demo import ACCOUNTS_FILE
from webapp.embedded.keys import SECRETS
from webapp.settings import Settings, plain_url, secret_file


def back_up(settings: Settings, target: Path) -> Manifest:
    """Write everything to `target` (a tar file, 0600). Raises ArchiveInvalid; never overwrites.

    The database is dumped first, the files are copied after it: a file is written before the row that names
    it and never changes, so whatever the dump names is there when the files are copied. Files that came
    later are in the archive without a row, which does no harm. When the store has lost a file, `target` is
    not written; what is there goes to `target` with `.incomplete` after its name.
    """
    if target.exists():
        raise ArchiveInvalid(f"{target} exists already")
    aside = target.with_name(f".{target.name}.partial")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent or None) as scratch:
            manifest, lost = _write(settings, Path(scratch) / DATABASE, aside)
        if lost:
            incomplete = target.with_name(f"{target.name}.incomplete")
            aside.replace(incomplete)
            raise ArchiveInvalid(
                f"{len(lost)} stored files are missing or damaged: {', '.join(lost)}; an archive without them"
                f" is in {incomplete}"
            )
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return manifest


def _write(settings: Settings, dump: Path, aside: Path) -> tuple[Manifest, list[str]]:
    """The archive's manifest, and the digests of files that the database names and the archive lacks."""
    run_as_owner(settings, "pg_dump", ["--format=custom", "--compress=1", "--no-owner", f"--file={dump}"])
    named = _named_files(settings)
    members: dict[str, Member] = {}
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, file in _sources(settings, dump):
                if member := _add_file(archive, name, file):
                    members[name] = member
            for name, secret in _secrets(settings):
                members[name] = _add_text(archive, name, secret)
            manifest = _manifest(settings, members)
            _add_text(archive, MANIFEST, manifest.to_json())
        raw.flush()
        os.fsync(raw.fileno())
    # What no row names any more was swept away meanwhile; nothing needs it.
    return manifest, sorted((named & _named_files(settings)) - {Path(name).name for name in members})


def _named_files(settings: Settings) -> set[str]:
    """Digests of all files that the database names."""
    with psycopg.connect(plain_url(settings.database_owner_url)) as connection:
        named = "select digest from stored_file union select digest from document_file"
        return {row[0] for row in connection.execute(named)}


def _sources(settings: Settings, dump: Path) -> Iterator[tuple[str, Path]]:
    yield DATABASE, dump
    if (settings.home / ACCOUNTS_FILE).exists():
        yield ACCOUNTS_FILE, settings.home / ACCOUNTS_FILE
    for file in sorted(settings.files_dir.glob("*/*/*")):
        name = f"files/{file.relative_to(settings.files_dir).as_posix()}"
        # Uploads in progress have other names; they have no row yet.
        if MEMBER_NAMES.fullmatch(name):
            yield name, file


def _secrets(settings: Settings) -> Iterator[tuple[str, str]]:
    """From the settings, because production takes them from the environment."""
    values = {"ONEWINDOW_SECRET_KEY": settings.secret_key, "ONEWINDOW_PEPPER": settings.pepper}
    for variable in SECRETS:
        yield f"secrets/{secret_file(settings.home, variable).name}", f"{values[variable]}\n"


def _manifest(settings: Settings, members: dict[str, Member]) -> Manifest:
    with psycopg.connect(plain_url(settings.database_owner_url)) as connection:
        row = connection.execute("select version_num, current_setting('server_version') from alembic_version")
        revision, server = row.fetchone() or ("", "")
    return Manifest(version("one-window"), revision, server, now().isoformat(), members)


def _add_file(archive: tarfile.TarFile, name: str, file: Path) -> Member | None:
    """None when the file has gone, or its content is no longer what its name says: no restore would take it."""
    try:
        content = file.open("rb")
    except FileNotFoundError:
        return None
    with content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        if name.startswith("files/") and digest != file.name:
            return None
        content.seek(0)
        entry = _anonymous(archive.gettarinfo(arcname=name, fileobj=content))
        archive.addfile(entry, content)
    return Member(digest, entry.size)


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> Member:
    content = text.encode()
    entry = _anonymous(tarfile.TarInfo(name))
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
    return Member(hashlib.sha256(content).hexdigest(), len(content))


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Accounts of this machine mean nothing on another."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry
