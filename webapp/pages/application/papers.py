"""Stored words as HTML: the letters' small Markdown, and the lines of a notification sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_HEADING = re.compile(r"(#{1,4})\s+(.*)")
_BULLET = re.compile(r"[-*]\s+(.*)")
_NUMBER = re.compile(r"\d+(?:\.\s+|、\s*)(.*)")
_TABLE_RULE = re.compile(r"\|?\s*:?-{3,}:?\s*(\|\s*:?-{3,}:?\s*)*\|?")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def as_html(text: str, *, top: int = 3) -> Markup:
    """Headings (from level `top`), paragraphs, lists, tables and bold; everything else is escaped."""
    blocks = (block.splitlines() for block in re.split(r"\n\s*\n", text.strip()))
    return Markup("\n").join(part for lines in blocks for part in _block(lines, top))


def _block(lines: Sequence[str], top: int) -> Iterator[Markup]:
    """One block; a heading may stand directly above other lines."""
    if not lines:
        return
    heading = _HEADING.fullmatch(lines[0])
    if heading:
        level = min(top - 1 + len(heading[1]), 6)
        yield Markup(f"<h{level}>") + _line(heading[2]) + Markup(f"</h{level}>")
        yield from _block(lines[1:], top)
    elif all(line.lstrip().startswith("|") for line in lines):
        yield _table([line for line in lines if not _TABLE_RULE.fullmatch(line.strip())])
    elif all(_BULLET.fullmatch(line) for line in lines):
        yield _list("ul", [_BULLET.sub(r"\1", line) for line in lines])
    elif all(_NUMBER.fullmatch(line) for line in lines):
        yield _list("ol", [_NUMBER.sub(r"\1", line) for line in lines])
    else:
        yield Markup("<p>") + Markup("<br>").join(_line(line) for line in lines) + Markup("</p>")


def _list(tag: str, entries: Sequence[str]) -> Markup:
    inner = Markup("").join(Markup("<li>") + _line(entry) + Markup("</li>") for entry in entries)
    return Markup(f"<{tag}>") + inner + Markup(f"</{tag}>")


def _table(lines: Sequence[str]) -> Markup:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    head = _row(rows[0], "th scope=col", "th")
    body = Markup("").join(_row(row, "td", "td") for row in rows[1:])
    return Markup("<table><thead>") + head + Markup("</thead><tbody>") + body + Markup("</tbody></table>")


def _row(cells: Sequence[str], opening: str, closing: str) -> Markup:
    inner = Markup("").join(Markup(f"<{opening}>") + _line(cell) + Markup(f"</{closing}>") for cell in cells)
    return Markup("<tr>") + inner + Markup("</tr>")


def _line(text: str) -> Markup:
    parts = _BOLD.split(text)
    return Markup("").join(
        Markup("<strong>") + escape(part) + Markup("</strong>") if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


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
