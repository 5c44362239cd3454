"""What a working copy may be given: shared letters to begin its own from, shared processes that it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.queries.file_titles import titles_of
from webapp.queries.release_diagrams import xml_root
from webapp.services.bundle_folders import read_tree
from webapp.services.new_files import SHARED_LETTERS, letters_offered, shared_offered
from webapp.settings import current_settings


@dataclass(frozen=True, slots=True)
class Offered:
    """(key, title) of each."""

    letters: tuple[tuple[str, str], ...]
    processes: tuple[tuple[str, str], ...]


def offered(files: Mapping[str, bytes]) -> Offered:
    """For the files of a copy as they stand."""
    titles = titles_of({path: content for path, content in files.items() if path.startswith(SHARED_LETTERS)}, ())
    letters = tuple((key, titles.get(f"{SHARED_LETTERS}{key}.md", key)) for key in letters_offered(files))
    shared = shared_offered(files, read_tree(current_settings()))
    return Offered(letters, tuple((name, _name(content) or name) for name, content in shared.items()))


def _name(diagram: bytes) -> str:
    root = xml_root(diagram)
    process = None if root is None else root.find("{*}process")
    return "" if process is None else str(process.get("name", ""))
