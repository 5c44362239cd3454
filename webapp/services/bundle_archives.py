"""A zip with many bundles: which it has, and each as a zip of its own. Nothing is unpacked to disk.

Each bundle stands in a folder with its bundle.toml, or is a zip inside the zip, as it was exported.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from engine import Words
from webapp.errors import FileRefused
from webapp.services.release_uploads import (
    BROKEN,
    LARGEST_BUNDLE,
    LARGEST_FILE,
    LITTER,
    MOST_FILES,
    damaged,
    ensure_inside,
    plain_name,
    zip_of,
)
from webapp.services.zip_names import ensure_apart, entries_of

CATALOGUE = "bundle.toml"
MOST_BUNDLES = 1000
#: Entries of the whole zip, and bytes of them all unpacked.
MOST_ENTRIES, LARGEST_UNPACKED = 60_000, 1024 * 1024 * 1024
NO_BUNDLE = Words(
    "其中没有一件事：每件事放在一个有 bundle.toml 的文件夹里，或者是一个压缩包。",
    "it holds no bundle: each stands in a folder with a bundle.toml, or is a zip of its own.",
)
NO_PART = Words("不属于任何一件事，没有导入。", "it belongs to no bundle and was left out.")
TOO_MUCH = Words(
    f"解压后超过 {LARGEST_UNPACKED // 1024 // 1024} MB，或者超过 {MOST_ENTRIES} 个文件。",
    f"unpacked it is more than {LARGEST_UNPACKED // 1024 // 1024} MB or {MOST_ENTRIES} files.",
)
UNPACKED = Words(
    f"解压后超过 {LARGEST_BUNDLE // 1024 // 1024} MB 或 {MOST_FILES} 个文件。",
    f"unpacked it is more than {LARGEST_BUNDLE // 1024 // 1024} MB or {MOST_FILES} files.",
)
TOO_MANY = Words(f"其中超过 {MOST_BUNDLES} 件事。", f"it holds more than {MOST_BUNDLES} bundles.")


@dataclass(frozen=True, slots=True)
class Archive:
    """A readable zip of many bundles.

    `bundles`: folder (ending `/`) or zip of each -> its entries; `rest`: the names of files that are of none.
    """

    file: zipfile.ZipFile
    bundles: Mapping[str, tuple[zipfile.ZipInfo, ...]]
    rest: tuple[str, ...]

    def zip_of(self, bundle: str) -> bytes:
        """One bundle as its zip. Raises FileRefused: too large, damaged, two files of one path."""
        entries = self.bundles[bundle]
        ensure_apart(bundle, (one.filename for one in entries))
        with damaged(bundle):
            if not bundle.endswith("/"):
                return _read(self.file, entries[0], LARGEST_BUNDLE)
            if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > LARGEST_BUNDLE:
                raise FileRefused(bundle, UNPACKED)
            return zip_of({one.filename.removeprefix(bundle): _read(self.file, one, LARGEST_FILE) for one in entries})


def has_many(content: bytes) -> bool:
    """Whether it is a readable zip of many bundles rather than one of a bundle, or of none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [one.filename for one in archive.infolist() if not one.is_dir()]
    except BROKEN:
        return False
    folders = {name.rpartition("/")[0] for name in names if name.rpartition("/")[2] == CATALOGUE}
    return "" not in folders and (len(folders) > 1 or any(name.lower().endswith(".zip") for name in names))


def read_archive(name: str, content: bytes) -> Archive:
    """The zip and its bundles, in the order of their names.

    Raises FileRefused for what no honest zip has: climbing paths, links, what is encrypted, too much, too many.
    """
    shown = plain_name(name)
    with damaged(shown):
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [one for one in entries_of(archive) if not LITTER.fullmatch(one.filename)]
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > LARGEST_UNPACKED:
        raise FileRefused(shown, TOO_MUCH)
    for entry in entries:
        ensure_inside(shown, entry)
    bundles: dict[str, list[zipfile.ZipInfo]] = {}
    rest: list[str] = []
    folders = {one.filename.removesuffix(CATALOGUE) for one in entries if one.filename.rpartition("/")[2] == CATALOGUE}
    for entry in entries:
        bundle = _bundle_of(entry.filename, folders)
        if bundle:
            bundles.setdefault(bundle, []).append(entry)
        else:
            rest.append(entry.filename)
    if not bundles:
        raise FileRefused(shown, NO_BUNDLE)
    if len(bundles) > MOST_BUNDLES:
        raise FileRefused(shown, TOO_MANY)
    return Archive(archive, {key: tuple(those) for key, those in sorted(bundles.items())}, tuple(rest))


def _bundle_of(name: str, folders: set[str]) -> str:
    """The outermost folder with a bundle.toml that the file stands in, else the file itself where it is a zip."""
    at = name.find("/")
    while at >= 0:
        if name[: at + 1] in folders:
            return name[: at + 1]
        at = name.find("/", at + 1)
    return name if name.lower().endswith(".zip") else ""


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, largest: int) -> bytes:
    with archive.open(entry) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        size = largest // 1024 // 1024
        raise FileRefused(entry.filename, Words(f"超过 {size} MB。", f"it is larger than {size} MB."))
    return content
