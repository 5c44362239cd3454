"""Which software this is: its number, and a mark of its own source.

A mended deployment without a new number is another software, too: what an earlier one could not read, or read
otherwise, is read anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import engine

#: The packages whose source counts.
FOLDERS = (Path(engine.__file__).parent, Path(__file__).parent)


@lru_cache(maxsize=1)
def software() -> str:
    """As "0.1.0+3f2a9c1d04be"; the same for all processes of one installation."""
    return f"{version('one-window')}+{mark_of(FOLDERS)}"


def mark_of(folders: Iterable[Path]) -> str:
    """A mark of the names and contents of all modules of these packages."""
    told = hashlib.sha256()
    for folder in folders:
        for path in _modules(folder):
            content = path.read_bytes()
            told.update(f"{path.relative_to(folder)} {len(content)}\n".encode())
            told.update(content)
    return told.hexdigest()[:12]


def _modules(package: Path) -> Iterator[Path]:
    """In a fixed order; folders that are no packages (assets) are left alone."""
    waiting = [package]
    while waiting:
        folder = waiting.pop()
        yield from sorted(folder.glob("*.py"))
        waiting += sorted(one.parent for one in folder.glob("*/__init__.py"))
