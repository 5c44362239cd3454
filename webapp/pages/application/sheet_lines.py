"""A kept notification sheet, grouped for print: layout marks become markup, not a word changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

#: The marks with which `engine.bundles` begins the lines of a sheet.
_MARKS = {"==": "part", "? ": "answer", "# ": "item", "* ": "material"}


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A line and what stands under it. `kind`: part, answer, item, material, or note (title and closing lines)."""

    kind: str
    text: str
    details: list[str] = field(default_factory=list)


def sheet_entries(content: str) -> list[SheetEntry]:
    """The entries of a sheet in the order of its lines; the first is its title."""
    entries: list[SheetEntry] = []
    for line in _lines(content):
        if line.startswith("  ") and entries:
            entries[-1].details.append(line.strip())
            continue
        kind = _MARKS.get(line[:2])
        entries.append(SheetEntry(kind, line[2:].strip()) if kind else SheetEntry("note", line.strip()))
    return entries


def _lines(content: str) -> Iterator[str]:
    return (line for line in content.splitlines() if line.strip())
