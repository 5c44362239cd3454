"""Backup and restore: database, files and keys as one archive that comes back whole, or not at all."""

import io
import json
import stat
import tarfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from webapp import application_for
from webapp.archive.manifest import MANIFEST, ArchiveInvalid
from webapp.archive.restoring import restore
from webapp.archive.writing import back_up
from webapp.embedded.folders import remove_postgres
from webapp.embedded.keys import make_secrets
from webapp.embedded.postgres import EmbeddedPostgres, running_postgres
from webapp.embedded.supervisor import prepare_home
from webapp.file_store import put
from webapp.migrations.commands import is_current, upgrade
from webapp.queries.audit import verify_all
from webapp.services.demo import load_demo
from webapp.settings import Settings
from webapp.unit_of_work import sql

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("archives")]

CONTENT = "营业执照".encode()


def settings_of(home: Path) -> Settings:
    return Settings.from_environment({"ONEWINDOW_ENV": "test", "ONEWINDOW_HOME": str(home)})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with secrets, the demo in its database, and one stored file."""
    folder = tmp_path_factory.mktemp("original") / "var"
    prepare_home(folder)
    make_secrets(folder)
    with running_postgres(folder):
        settings = settings_of(folder)
        upgrade(settings)
        with application_for(settings):
            load_demo(settings)
            put(CONTENT)
        yield folder
    remove_postgres(folder)


@pytest.fixture(scope="module")
def archive(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("backup") / "one-window.tar"
    back_up(settings_of(home), target)
    return target


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "restored"
    yield folder
    if folder.exists():
        remove_postgres(folder)


def changed(archive: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of the archive whose members `change` has changed."""
    with tarfile.open(archive) as source:
        members = {entry.name: source.extractfile(entry).read() for entry in source}  # type: ignore[union-attr]
    change(members)
    with tarfile.open(target, "w") as copy:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            copy.addfile(entry, io.BytesIO(content))
    return target


def test_an_archive_is_for_its_owner_alone_and_lists_its_members(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as content:
        names = set(content.getnames())
        manifest = json.loads(content.extractfile(MANIFEST).read())  # type: ignore[union-attr]
    digest = sha256(CONTENT).hexdigest()
    stored = f"files/{digest[:2]}/{digest[2:4]}/{digest}"
    assert names == {MANIFEST, "database.dump", "secrets/pepper", "secrets/secret_key", stored}
    assert manifest["members"][stored] == {"sha256": digest, "bytes": len(CONTENT)}


def test_everything_comes_back_and_the_ledger_holds(home: Path, archive: Path, new_home: Path) -> None:
    report = restore(settings_of(new_home), archive)
    assert (report.files, report.ledger) == (1, "every chain of the ledger holds")
    before, after = settings_of(home), settings_of(new_home)
    assert (after.secret_key, after.pepper) == (before.secret_key, before.pepper)
    with application_for(before):
        people = sql().execute("select count(*), max(login) from app_user").fetchone()
    with running_postgres(new_home):
        after = settings_of(new_home)
        assert is_current(after)
        with application_for(after):
            assert sql().execute("select count(*), max(login) from app_user").fetchone() == people
            assert sql().execute("select count(*) from release_event").fetchone() != (0,)
            assert list(verify_all()) == []


def test_a_used_home_is_refused_and_left_alone(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "something").write_text("mine")
    with pytest.raises(ArchiveInvalid, match="not empty"):
        restore(settings_of(tmp_path), archive)
    assert (tmp_path / "something").read_text() == "mine"


def test_an_existing_archive_is_never_overwritten(home: Path, archive: Path) -> None:
    with pytest.raises(ArchiveInvalid, match="exists already"):
        back_up(settings_of(home), archive)


def flip(members: dict[str, bytes]) -> None:
    name = next(name for name in members if name.startswith("files/"))
    members[name] = bytes([members[name][0] ^ 1]) + members[name][1:]


def drop(members: dict[str, bytes]) -> None:
    del members[next(name for name in members if name.startswith("files/"))]


def climb(members: dict[str, bytes]) -> None:
    members["../outside"] = b"evil"


def other_format(members: dict[str, bytes]) -> None:
    members[MANIFEST] = members[MANIFEST].replace(b'"format": 1', b'"format": 2')


def break_database(members: dict[str, bytes]) -> None:
    dump = members["database.dump"][:-100]
    manifest = json.loads(members[MANIFEST])
    manifest["members"]["database.dump"] = {"sha256": sha256(dump).hexdigest(), "bytes": len(dump)}
    members |= {"database.dump": dump, MANIFEST: json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (flip, "is not what was backed up"),
        (drop, "missing or surplus"),
        (climb, "does not belong"),
        (other_format, "format 1 only"),
        (break_database, "pg_restore failed"),
    ],
)
def test_a_damaged_archive_is_refused_and_the_home_stays_empty(
    archive: Path, tmp_path: Path, new_home: Path, change: Callable[[dict[str, bytes]], None], reason: str
) -> None:
    damaged = changed(archive, tmp_path / "damaged.tar", change)
    with pytest.raises(ArchiveInvalid, match=reason):
        restore(settings_of(new_home), damaged)
    assert list(new_home.iterdir()) == []
    assert not (tmp_path / "outside").exists()


def test_what_is_no_archive_is_refused(tmp_path: Path, new_home: Path) -> None:
    (tmp_path / "letter.txt").write_text("no archive")
    with pytest.raises(ArchiveInvalid, match="cannot be read"):
        restore(settings_of(new_home), tmp_path / "letter.txt")


def test_a_forged_ledger_is_found_when_it_is_restored(home: Path, tmp_path: Path, new_home: Path) -> None:
    forged = tmp_path / "forged.tar"
    database = EmbeddedPostgres(home)
    with database.connect("onewindow") as connection:
        kept = connection.execute("select id, body from release_event order by id limit 1").fetchone()
        assert kept is not None
        connection.execute("set session_replication_role = replica")
        connection.execute("update release_event set body = body || ' ' where id = %s", kept[:1])
        back_up(settings_of(home), forged)
        connection.execute("update release_event set body = %s where id = %s", (kept[1], kept[0]))
    with pytest.raises(ArchiveInvalid, match="ledger does not verify"):
        restore(settings_of(new_home), forged)
    assert list(new_home.iterdir()) == []
