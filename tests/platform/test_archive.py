"""Backup and restore: database, files and keys as one archive that comes back whole, or not at all."""

import io
import json
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from webapp import application_for
from webapp.archive import restoring
from webapp.archive.manifest import MANIFEST, ArchiveInvalid
from webapp.archive.restoring import restore
from webapp.archive.writing import back_up
from webapp.embedded.folders import HomeInUse, only_one, remove_postgres
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
def stored(home: Path) -> Iterator[Path]:
    """A file of the store that a row names; both go again after the test."""
    content = "平面图".encode()
    with application_for(settings_of(home)):
        digest = put(content)
    file = home / "files" / digest[:2] / digest[2:4] / digest
    with EmbeddedPostgres(home).connect("onewindow") as connection:
        connection.execute(
            "insert into stored_file (digest, name, media_type, size, by_id, at)"
            " select %s, 'plan.png', 'image/png', %s, min(id), now() from app_user",
            (digest, len(content)),
        )
        yield file
        connection.execute("delete from stored_file where digest = %s", (digest,))
    file.unlink(missing_ok=True)


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "restored"
    yield folder
    if folder.exists():
        remove_postgres(folder)


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


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


def test_a_home_that_another_run_holds_is_refused_and_left_alone(archive: Path, tmp_path: Path) -> None:
    with only_one(tmp_path):
        (tmp_path / "lock").write_text("4711\n")
        with pytest.raises(HomeInUse, match="4711"):
            restore(settings_of(tmp_path), archive)
        assert names_in(tmp_path) == ["lock"]
        (tmp_path / "files").mkdir()
        with pytest.raises(ArchiveInvalid, match="not empty"):
            restore(settings_of(tmp_path), archive)
        assert names_in(tmp_path) == ["files", "lock"]
        assert (tmp_path / "lock").read_text() == "4711\n"


def test_a_run_that_starts_while_the_home_is_looked_at_loses_nothing(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run gets the lock after the first look, works, and ends before the restore takes the lock."""

    @contextmanager
    def late(home: Path) -> Iterator[None]:
        (home / "files").mkdir()
        with only_one(home):
            yield

    monkeypatch.setattr(restoring, "only_one", late)
    with pytest.raises(ArchiveInvalid, match="not empty"):
        restore(settings_of(tmp_path), archive)
    assert names_in(tmp_path) == ["files", "lock"]


def test_another_pepper_than_the_archives_is_refused(archive: Path, new_home: Path) -> None:
    with pytest.raises(ArchiveInvalid, match="ONEWINDOW_PEPPER"):
        restore(replace(settings_of(new_home), pepper="another one"), archive)
    assert names_in(new_home) == ["lock"]


def lose(stored: Path) -> None:
    stored.unlink()


def damage(stored: Path) -> None:
    stored.write_bytes(b"something else")


@pytest.mark.parametrize("befall", [lose, damage])
def test_a_file_that_the_store_has_lost_is_named_and_the_rest_can_be_restored(
    home: Path, stored: Path, tmp_path: Path, new_home: Path, befall: Callable[[Path], None]
) -> None:
    target = tmp_path / "one-window.tar"
    back_up(settings_of(home), target)
    with tarfile.open(target) as content:
        assert stored.name in {Path(name).name for name in content.getnames()}
    target.unlink()
    befall(stored)
    with pytest.raises(ArchiveInvalid, match=f"1 stored files.*{stored.name}"):
        back_up(settings_of(home), target)
    assert names_in(tmp_path) == ["one-window.tar.incomplete"]
    assert restore(settings_of(new_home), tmp_path / "one-window.tar.incomplete").files == 1


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
    assert names_in(new_home) == ["lock"]
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
    assert names_in(new_home) == ["lock"]
