"""A kept notification sheet as lines: the print view marks them up and changes not a word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a kept sheet. `kind`: title, answer, item, material, note or detail; `text` is unchanged."""

    kind: str
    text: str


_MARKS = {"? ": "answer", "# ": "item", "* ": "material", "  ": "detail"}


def sheet_lines(content: str) -> list[SheetLine]:
    """The lines of a notification sheet by their marks; not a word is added or left out."""
    lines = [line for line in content.splitlines() if line.strip()]
    return [_sheet_line(line, first=place == 0) for place, line in enumerate(lines)]


def _sheet_line(line: str, *, first: bool) -> SheetLine:
    kind = _MARKS.get(line[:2])
    if kind is None:
        return SheetLine("title" if first else "note", line.strip())
    return SheetLine(kind, line[2:].strip())
