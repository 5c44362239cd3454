"""`onewindow bundles import` and `publish`: zips and folders as drafts, a named PUBLISHER, nothing lost on the way."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import office
from tests.support.office import person
from webapp.catalogue import current_releases, release_files
from webapp.cli import bundle_files, main
from webapp.cli import bundles as bundles_command
from webapp.services.bundle_folders import bundles_of, read_tree
from webapp.services.release_uploads import zip_of
from webapp.services.releases import submit_release
from webapp.settings import current_settings
from webapp.unit_of_work import sql

DESIGNER, PUBLISHER, LEGAL = "taoran", "jiangwen", "qixin"


@pytest.fixture
def command(app, db, monkeypatch):
    """Run `onewindow bundles …` inside the test's transaction."""

    @contextmanager
    def here():
        yield app

    monkeypatch.setattr(bundles_command, "application", here)
    monkeypatch.setattr(bundle_files, "application", here)
    return lambda *arguments: main(["bundles", *arguments])


def drafts(key: str) -> list[int]:
    found = sql().execute("select id from release where bundle_key = %s and state = 'draft' order by id", (key,))
    return [row[0] for row in found]


def folder_of(files: dict[str, bytes], folder: Path) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def renamed(files: dict[str, bytes], key: str) -> dict[str, bytes]:
    """The same bundle under another key."""
    return {**files, "bundle.toml": files["bundle.toml"].replace(office.BUNDLE.encode(), key.encode(), 1)}


def test_every_bundle_of_the_folders_comes_back_from_a_zip_byte_for_byte(command, tmp_path) -> None:
    bundles = bundles_of(read_tree(current_settings()))
    assert bundles
    for key, files in bundles.items():
        changed = {**files, "guide/zh.md": files.get("guide/zh.md", b"") + b"\n"}  # else it is the release in force
        first, second = tmp_path / f"{key}.zip", tmp_path / f"{key}-again.zip"
        first.write_bytes(zip_of(changed))
        assert command("import", "--as", DESIGNER, str(first)) == 0
        (draft,) = drafts(key)
        assert release_files(draft) == changed
        assert command("export", str(draft), str(second)) == 0
        assert second.read_bytes() == first.read_bytes()
        assert command("import", "--as", DESIGNER, str(second)) == 0
        assert drafts(key) == [draft]  # the same files are the same release


def test_a_folder_is_imported_as_its_zip(command, capsys, tmp_path) -> None:
    files = renamed(release_files(current_releases()[office.BUNDLE]), "open-bakery")
    folder = folder_of(files, tmp_path / "bakery")
    (folder / ".hidden").write_text("left by an editor")
    assert command("import", "--as", DESIGNER, "--note", "从文件夹", str(folder)) == 0
    (draft,) = drafts("open-bakery")
    assert release_files(draft) == files
    assert f"release id {draft}" in capsys.readouterr().out


def test_many_are_told_one_by_one_and_one_refused_stops_no_other(command, capsys, tmp_path) -> None:
    files = release_files(current_releases()[office.BUNDLE])
    for number in range(3):
        (tmp_path / f"{number}.zip").write_bytes(zip_of(renamed(files, f"many-{number}")))
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    assert command("import", "--as", DESIGNER, str(tmp_path)) == 1
    told = capsys.readouterr()
    assert [len(drafts(f"many-{number}")) for number in range(3)] == [1, 1, 1]
    assert "不是压缩包" in told.err
    assert "4/4" in told.err


def test_a_folder_with_a_link_is_refused(command, capsys, tmp_path) -> None:
    files = renamed(release_files(current_releases()[office.BUNDLE]), "open-bakery")
    folder = folder_of(files, tmp_path / "bakery")
    (folder / "guide" / "secret.md").symlink_to("/etc/hostname")
    assert command("import", "--as", DESIGNER, str(folder)) == 1
    assert drafts("open-bakery") == []


def test_what_a_bundle_costs_does_not_grow_with_those_before(command, db, tmp_path) -> None:
    files = release_files(current_releases()[office.BUNDLE])
    costs = []
    for number in range(6):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(zip_of(renamed(files, f"many-{number}")))
        with counted(sql()) as statements:
            assert command("import", "--as", DESIGNER, str(path)) == 0
        costs.append(len(statements))
    assert len(set(costs[1:])) == 1


@contextmanager
def counted(connection):
    """The statements that go through a connection."""
    seen: list[str] = []
    execute = type(connection).execute

    def counting(self, query, *rest, **named):
        seen.append(str(query))
        return execute(self, query, *rest, **named)

    type(connection).execute = counting
    try:
        yield seen
    finally:
        type(connection).execute = execute


def test_who_may_not_draft_imports_nothing(command, tmp_path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of(release_files(current_releases()[office.BUNDLE])))
    assert command("import", "--as", LEGAL, str(path)) == 2
    assert command("import", "--as", "nobody", str(path)) == 2
    assert command("import", "--as", DESIGNER, str(tmp_path / "missing")) == 2
    assert command("import", "--as", DESIGNER, str(tmp_path.parent / "none.zip")) == 2


def test_publishing_has_the_rules_of_the_page(command, capsys, tmp_path) -> None:
    files = release_files(current_releases()[office.BUNDLE])
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of({**files, "guide/zh.md": files.get("guide/zh.md", b"") + b"\n"}))
    assert command("import", "--as", DESIGNER, str(path)) == 0
    (draft,) = drafts(office.BUNDLE)
    assert command("publish", "--as", PUBLISHER, str(draft)) == 2
    assert "尚未提交" in capsys.readouterr().err
    submit_release(draft, by=person(DESIGNER))
    assert command("publish", "--as", DESIGNER, str(draft)) == 2
    assert command("publish", "--as", PUBLISHER, "999999") == 2


def test_a_zip_with_many_is_imported_as_the_studio_does(command, capsys, tmp_path) -> None:
    files = release_files(current_releases()[office.BUNDLE])
    content = {f"{key}/{path}": text for key in ("a-one", "b-two") for path, text in renamed(files, key).items()}
    path = tmp_path / "many.zip"
    path.write_bytes(zip_of({**content, "c-three/bundle.toml": b"key = 5", "README.md": b"# Read me"}))
    assert command("import", "--as", DESIGNER, str(path)) == 1
    told = capsys.readouterr()
    assert [len(drafts(key)) for key in ("a-one", "b-two")] == [1, 1]
    assert f"many.zip: a-one: release id {drafts('a-one')[0]}" in told.out
    assert "many.zip: c-three: " in told.err
    assert "many.zip: README.md: " in told.err
    assert "4/4" in told.err
    climbing = tmp_path / "climbing.zip"
    climbing.write_bytes(zip_of({"a/bundle.toml": b"", "b/bundle.toml": b"", "b/../../x.md": b"x"}))
    assert command("import", "--as", DESIGNER, str(climbing)) == 1
    assert "文件路径" in capsys.readouterr().err


def test_a_zip_is_checked_as_the_folders_are(command, capsys, tmp_path) -> None:
    files = renamed(release_files(current_releases()[office.BUNDLE]), "a-one")
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(zip_of(files))
    bad.write_bytes(zip_of({**files, "items/P2.toml": b"broken ="}))
    assert command("check", str(good)) == 0
    assert "a-one: " in capsys.readouterr().out
    assert command("check", str(good), str(bad)) == 1
    assert "items/P2.toml" in capsys.readouterr().out
    (tmp_path / "no.zip").write_bytes(b"no zip")
    assert command("check", str(tmp_path / "no.zip")) == 1
    assert "不是压缩包" in capsys.readouterr().err
