"""What a working copy may be given: shared letters to begin its own from, shared processes that it does not have."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from engine import Words
from webapp.queries.file_titles import titles_of
from webapp.queries.release_diagrams import xml_root
from webapp.services.bundle_folders import Tree, read_tree
from webapp.services.new_files import SHARED_LETTERS, letters_offered, shared_offered
from webapp.settings import current_settings


@dataclass(frozen=True, slots=True)
class Offered:
    """(key, title) of each."""

    letters: tuple[tuple[str, Words], ...]
    processes: tuple[tuple[str, Words], ...]


def offered(files: Mapping[str, bytes]) -> Offered:
    """For the files of a copy as they stand."""
    titles = titles_of({path: content for path, content in files.items() if path.startswith(SHARED_LETTERS)}, ())
    tree = read_tree(current_settings())
    shared = shared_offered(files, tree)
    english = _english(tree) if shared else {}
    processes = ((name, _process(one, name, english.get(f"_shared/{name}.bpmn", {}))) for name, one in shared.items())
    return Offered(tuple((key, _letter(titles, key)) for key in letters_offered(files)), tuple(processes))


def _letter(titles: Mapping[str, str], key: str) -> Words:
    chinese = titles.get(f"{SHARED_LETTERS}{key}.md", key)
    return Words(chinese, titles.get(f"{SHARED_LETTERS}{key}.en.md", chinese))


def _process(diagram: bytes, name: str, english: Mapping[str, str]) -> Words:
    """The process as it is called; the English may stand at its pool, which has the same name."""
    root = xml_root(diagram)
    process = None if root is None else root.find("{*}process")
    chinese = "" if process is None else str(process.get("name", ""))
    return Words(chinese or name, english.get(f"{name}.name") or english.get(f"pool-{name}.name") or name)


def _english(tree: Tree) -> Mapping[str, Mapping[str, str]]:
    """File -> its lines of the shared English texts."""
    return tomllib.loads(tree.get("processes/_shared/texts/en.toml", b"").decode("utf-8"))
