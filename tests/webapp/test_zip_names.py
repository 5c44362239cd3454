"""Names in a zip: read as they were meant, and no two files of one path."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence

import pytest

from webapp.errors import FileRefused
from webapp.services.bundle_archives import has_many, read_archive
from webapp.services.release_uploads import read_zip, zip_of

BUNDLE = b'key = "one-thing"\n'
#: Stand in a zip until names in another encoding, of as many bytes, take their place.
PLACES = ("AAAAAAAA", "BBBBBBBB")


def zipped(*files: tuple[str, bytes]) -> bytes:
    """A zip in which one path may stand twice."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        for path, content in files:
            archive.writestr(path, content)
    return target.getvalue()


def written_in(encoding: str, names: Sequence[str]) -> bytes:
    """As a program packs it that does not say how it writes names: folders of these names, each with a bundle."""
    content = zipped(*((f"{place}/bundle.toml", BUNDLE) for place in PLACES))
    for place, name in zip(PLACES, names, strict=True):
        raw = name.encode(encoding)
        assert len(raw) == len(place)
        content = content.replace(place.encode(), raw)
    return content


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("gbk", ("开办药店", "开办餐馆")),  # as Chinese Windows packs it
        ("gbk", ("模模模模", "开办药店")),  # of which one could be read as UTF-8, too
        ("utf-8", ("药店ab", "餐馆ab")),  # as macOS packs it
    ],
)
def test_folders_keep_their_names_whoever_packed_them(encoding: str, names: tuple[str, str]) -> None:
    content = written_in(encoding, names)
    assert has_many(content)
    archive = read_archive("many.zip", content)
    assert sorted(archive.bundles) == sorted(f"{name}/" for name in names)
    assert read_zip("one.zip", archive.zip_of(f"{names[0]}/")) == {"bundle.toml": BUNDLE}


def test_what_is_exported_comes_back_as_the_same_bytes() -> None:
    files = {
        "bundle.toml": BUNDLE,
        "documents/准予决定书.md": b"x",
        "documents/e\u0301.md": b"y",
        "documents/ab.md": b"",
    }
    exported = zip_of(files)
    assert read_zip("one.zip", exported) == files
    assert zip_of(read_zip("one.zip", exported)) == exported


@pytest.mark.parametrize(
    "paths",
    [
        ("bundle.toml", "bundle.toml"),
        ("bundle.toml", "documents/\u00e9.md", "documents/e\u0301.md"),
        ("药店/bundle.toml", "药店/bundle.toml"),
    ],
)
def test_two_files_of_one_path_are_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(FileRefused) as refused:
        read_zip("one.zip", zipped(*((path, BUNDLE) for path in paths)))
    assert "路径相同" in refused.value.words.zh
    assert "same path" in refused.value.words.en


def test_of_many_bundles_the_one_with_two_files_of_one_path_is_refused_alone() -> None:
    double = zipped(("a/bundle.toml", BUNDLE), ("a/bundle.toml", b"x"), ("b/bundle.toml", BUNDLE), ("c.zip", b""))
    archive = read_archive("many.zip", double)
    assert list(archive.bundles) == ["a/", "b/", "c.zip"]
    with pytest.raises(FileRefused, match="same path"):
        archive.zip_of("a/")
    assert read_zip("b.zip", archive.zip_of("b/")) == {"bundle.toml": BUNDLE}
    twice = read_archive("many.zip", zipped(("c.zip", b"1"), ("c.zip", b"2")))
    with pytest.raises(FileRefused, match="same path"):
        twice.zip_of("c.zip")
