"""In which order a bundle's files are listed: its own before those that bundles share, diagrams first."""

from __future__ import annotations

from webapp.services.release_uploads import is_diagram

SHARED = ("_shared/", "forms/_shared/")
#: What a file is by its folder or ending, in the order of a list: diagrams before these, anything else behind them.
_FOLDERS = {"documents/": 4, "guide/": 4, "texts/": 5, "examples/": 6}
_ENDINGS = {".form": 1, ".dmn": 2, ".toml": 3}
_LAST = 7


def is_shared(path: str) -> bool:
    """Whether bundles share the file; each release keeps a copy of its own."""
    return path.startswith(SHARED)


def file_order(path: str) -> tuple[bool, int, str]:
    """The key of a sorted list: diagrams, forms, tables, catalogue, letters, texts, examples."""
    inside = path.removeprefix("_shared/")
    of_folder = next((place for folder, place in _FOLDERS.items() if inside.startswith(folder)), None)
    of_ending = next((place for ending, place in _ENDINGS.items() if inside.lower().endswith(ending)), _LAST)
    place = 0 if is_diagram(path) else of_ending if of_folder is None else of_folder
    return is_shared(path), place, path
