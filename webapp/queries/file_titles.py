"""What a file of a bundle is called by those who read it: the title of a letter, the name of a diagram or a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from webapp.queries.editing import DECISION_ENDING
from webapp.queries.release_diagrams import Diagram, xml_root

LONGEST_TITLE = 80


def titles_of(files: Mapping[str, bytes], diagrams: Iterable[Diagram]) -> dict[str, str]:
    """Path -> title of the files that have one, in the language that they are written in."""
    drawn = {one.path: one.title for one in diagrams if not one.path.endswith(one.title)}
    found = {path: drawn.get(path) or _title(path, content) for path, content in files.items()}
    return {path: title[:LONGEST_TITLE] for path, title in found.items() if title}


def _title(path: str, content: bytes) -> str:
    if path.endswith(".md"):
        return _heading(content.decode("utf-8", "replace"))
    if path.lower().endswith(DECISION_ENDING):
        root = xml_root(content)
        return "" if root is None else str(root.get("name", ""))
    return ""


def _heading(text: str) -> str:
    """The first heading of a letter, "" where it begins with none."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return first.lstrip("#").strip() if first.startswith("#") else ""
