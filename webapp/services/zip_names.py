"""The names in a zip as whoever packed it wrote them, and no two files of one name."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterable, Sequence

from engine import Words
from webapp.errors import FileRefused

#: The bit of an entry that says that its name is in UTF-8; without it the format means code page 437.
UTF8_NAME = 0x800
ASSUMED = "cp437"
#: What is written without that bit: UTF-8 by macOS and many programs, GBK by Chinese Windows. One program packs a zip,
#: so that one encoding holds for all of it: the first in which every name can be read.
WRITTEN = ("utf-8", "gb18030")


def entries_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of a zip; `filename` of each is what was meant by who packed it."""
    unmarked = [
        one for one in archive.infolist() if not one.flag_bits & UTF8_NAME and one.filename == one.orig_filename
    ]
    raw = [one.filename.encode(ASSUMED) for one in unmarked]
    for entry, name in zip(unmarked, _read(raw) or [one.filename for one in unmarked], strict=True):
        entry.filename = name  # the bytes are found by `orig_filename`
    return [one for one in archive.infolist() if not one.is_dir()]


def _read(names: Sequence[bytes]) -> list[str] | None:
    for encoding in WRITTEN:
        try:
            return [one.decode(encoding) for one in names]
        except UnicodeDecodeError:
            continue
    return None


def ensure_apart(name: str, paths: Iterable[str]) -> None:
    """Raises FileRefused where two files in the zip `name` have one path, also one that is only written otherwise
    (an accent as a character of its own): which of them counts, nobody could tell."""
    seen: set[str] = set()
    for path in paths:
        plain = unicodedata.normalize("NFC", path)
        if plain in seen:
            said = Words(f"其中有两个文件的路径相同：{plain}", f"two files in it have the same path: {plain}")
            raise FileRefused(name, said)
        seen.add(plain)
