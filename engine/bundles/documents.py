"""Letters, notices and licences: Markdown templates with places `{{ name }}` filled with values.

A small strict subset: headings, paragraphs, lists, tables, bold. The template is parsed before anything
is filled in, so a value is data and never markup: `**` in a name stays two asterisks. The result is
blocks that a page (or a PDF) prints; nothing here is HTML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from engine.bundles.document_kinds import (
    COMMON,
    OF_ITEM,
    OF_LETTERS,
    OF_LICENCES,
    OF_PROOFS,
    REMEDY,
    SITUATION,
    national_kinds,
)
from engine.errors import EngineError
from engine.law.clock_words import day_words
from engine.words import Words

#: Every place that the application fills in some document besides the answers of the form; see docs/documents.md.
PLACES = frozenset(
    {
        *COMMON,
        *OF_ITEM,
        *OF_LETTERS,
        *OF_PROOFS,
        *OF_LICENCES,
        REMEDY,
        SITUATION,
        *(name for kind in national_kinds().values() for name in kind.fields),
    }
)

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}", re.ASCII)
_SPACED = re.compile(r"(?P<before> ?)\{\{\s*(?P<name>\w+)\s*\}\}(?P<after> ?)", re.ASCII)
_CHINESE_END = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”]")
_BEGINS = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”]|\d+年\d+月|\d+(个工作日|日|个月)")
_BRACES = re.compile(r"\{\{|\}\}")
_HEADING = re.compile(r"(#{1,4})\s+(.*)")
_BULLET = re.compile(r"[-*]\s+(.*)")
_NUMBERED = re.compile(r"\d+(?:\.\s+|、\s*)(.*)")
_RULE = re.compile(r"\|?\s*:?-{3,}:?\s*(\|\s*:?-{3,}:?\s*)*\|?")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


class PlaceUnknown(EngineError):
    """A template names a place that nobody fills; printing it empty would hide the fault."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(f"the template names an unknown place {place!r}")


class TemplateInvalid(EngineError):
    """A template with braces that are no place."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one weight."""

    text: str
    bold: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document. `kind`: "heading", "paragraph", "bullets", "numbers" or "table".

    `lines` hold one line for a heading, the lines of a paragraph, or the entries of a list. `rows` hold
    the table's cells; its first row is the head. `level` is the heading's, from 1.
    """

    kind: str
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A filled template; `str()` of it is its plain text."""

    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """The text of the first heading."""
        return next((_plain(block.lines[0]) for block in self.blocks if block.kind == "heading"), "")

    def __str__(self) -> str:
        return "\n\n".join(_block_text(block) for block in self.blocks) + "\n"


def places_of(template: str) -> tuple[str, ...]:
    """The names of the places of a template, each once, in order."""
    return tuple(place_counts(template))


def place_counts(template: str) -> Counter[str]:
    """How often a template names each of its places, in order."""
    return Counter(_PLACE.findall(template))


def render(
    template: str, values: Mapping[str, object], *, language: str = "zh", optional: Collection[str] = ()
) -> Document:
    """Fills a template.

    A value may be text, `Words`, a number, a date, a list of texts (prints as a numbered list where the
    place stands alone) or rows of texts (a table; the first row is the head). None and "" print nothing,
    and a paragraph that is nothing but empty places is left out. `optional` names places that may be
    missing from `values`. Raises PlaceUnknown, TemplateInvalid.
    """
    if _BRACES.search(_PLACE.sub("", template)):
        raise TemplateInvalid("braces that are no place")
    filling = _Filling(values, language, frozenset(optional))
    blocks = (filling.fill(block) for block in _parse(template))
    return Document(tuple(block for block in blocks if block is not None))


# ---------------------------------------------------------------- filling


@dataclass(frozen=True)
class _Filling:
    values: Mapping[str, object]
    language: str
    optional: frozenset[str]

    def value(self, place: str) -> object:
        if place not in self.values and place not in self.optional:
            raise PlaceUnknown(place)
        return self.values.get(place)

    def fill(self, block: Block) -> Block | None:
        alone = self.alone(block)
        if alone is not None:
            return self.of_value(self.value(alone))
        lines = tuple(self.line(line) for line in block.lines)
        rows = tuple(tuple(self.line(cell) for cell in row) for row in block.rows)
        if block.kind == "paragraph" and not any(_plain(line).strip() for line in lines):
            return None
        if block.kind == "table" and not rows:  # nothing but the line under a head
            return None
        return Block(block.kind, lines, rows, block.level)

    def alone(self, block: Block) -> str | None:
        """The name of the place that is all of a paragraph."""
        if block.kind != "paragraph" or len(block.lines) != 1:
            return None
        whole = _PLACE.fullmatch(_plain(block.lines[0]).strip())
        return whole[1] if whole else None

    def of_value(self, value: object) -> Block | None:
        if isinstance(value, (list, tuple)):
            return self.of_list(value)
        text = self.text(value)
        lines = tuple((Run(line),) for line in text.splitlines())
        return Block("paragraph", lines) if lines else None

    def of_list(self, value: Sequence[object]) -> Block | None:
        if not value:
            return None
        if all(isinstance(row, (list, tuple)) for row in value):
            rows = (row for row in value if isinstance(row, (list, tuple)))
            return Block("table", rows=tuple(tuple((Run(self.text(cell)),) for cell in row) for row in rows))
        return Block("numbers", tuple((Run(self.text(one)),) for one in value))

    def line(self, line: Line) -> Line:
        return tuple(Run(_SPACED.sub(self.placed, run.text), run.bold) for run in line)

    def placed(self, place: re.Match[str]) -> str:
        """The value of a place with the spaces around it, but for those between two Chinese characters."""
        text = self.text(self.value(place["name"]))
        before, after = place["before"], place["after"]
        if before and place.start() and _CHINESE_END.match(place.string[place.start() - 1]) and _BEGINS.match(text):
            before = ""
        if after and _CHINESE_END.match(place.string[place.end() : place.end() + 1]) and _CHINESE_END.match(text[-1:]):
            after = ""
        return f"{before}{text}{after}"

    def text(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, Words):
            return value.in_language(self.language)
        if isinstance(value, bool):
            return (
                Words("是", "yes").in_language(self.language) if value else Words("否", "no").in_language(self.language)
            )
        if isinstance(value, datetime):
            at = Words(f"{value.hour}时{value.minute:02}分", f" {value:%H:%M}").in_language(self.language)
            return f"{day_words(value.date()).in_language(self.language)}{at}"
        if isinstance(value, date):
            return day_words(value).in_language(self.language)
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, (list, tuple)):
            return Words("、", ", ").in_language(self.language).join(self.text(one) for one in value)
        return str(value)


# ---------------------------------------------------------------- parsing


def _parse(template: str) -> Iterator[Block]:
    paragraph: list[str] = []
    for line in [*template.replace("\r\n", "\n").split("\n"), ""]:
        kind = _kind(line)
        if paragraph and kind != _kind(paragraph[-1]):
            yield _block(paragraph)
            paragraph = []
        if kind == "heading":
            yield _block([line])
        elif kind != "empty":
            paragraph.append(line)


def _kind(line: str) -> str:
    stripped = line.strip()
    if not stripped:
        return "empty"
    if _HEADING.fullmatch(stripped):
        return "heading"
    if _BULLET.fullmatch(stripped):
        return "bullets"
    if _NUMBERED.fullmatch(stripped):
        return "numbers"
    return "table" if stripped.startswith("|") else "paragraph"


def _block(lines: Sequence[str]) -> Block:
    kind = _kind(lines[0])
    stripped = [line.strip() for line in lines]
    if kind == "heading":
        parts = _HEADING.fullmatch(stripped[0])
        marks, text = parts.groups() if parts else ("#", stripped[0])
        return Block(kind, (_runs(text),), level=len(marks))
    if kind in ("bullets", "numbers"):
        pattern = _BULLET if kind == "bullets" else _NUMBERED
        entries = (pattern.fullmatch(line) for line in stripped)
        return Block(kind, tuple(_runs(entry[1]) for entry in entries if entry))
    if kind == "table":
        rows = (line.strip("|").split("|") for line in stripped if not _RULE.fullmatch(line))
        return Block(kind, rows=tuple(tuple(_runs(cell.strip()) for cell in row) for row in rows))
    return Block(kind, tuple(_runs(line) for line in stripped))


def _runs(text: str) -> Line:
    """Plain and bold stretches."""
    parts = _BOLD.split(text)
    return tuple(Run(part, bold=place % 2 == 1) for place, part in enumerate(parts) if part)


def _plain(line: Line) -> str:
    return "".join(run.text for run in line)


def _block_text(block: Block) -> str:
    if block.kind == "table":
        return "\n".join("  ".join(_plain(cell) for cell in row) for row in block.rows)
    lines = [_plain(line) for line in block.lines]
    if block.kind == "numbers":
        return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
    if block.kind == "bullets":
        return "\n".join(f"- {line}" for line in lines)
    return "\n".join(lines)
