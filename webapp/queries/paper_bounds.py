"""What of a template can be shown as a paper: bounded in length and size, whole characters, places that are names."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from engine import Words
from engine.bundles import Document, PlaceUnknown, TemplateInvalid, place_counts, render
from webapp.errors import ActRefused

#: Characters of a template, and of what becomes of it; cells and columns of its tables, paragraphs.
LONGEST_TEMPLATE, LONGEST_FILLED = 20_000, 40_000
MOST_CELLS, MOST_COLUMNS, MOST_BLOCKS = 3_000, 24, 1_000


class PreviewNotPossible(ActRefused):
    """The template cannot be shown as a paper; the words say what is to be changed."""

    status = 422


def ensured(text: str) -> str:
    """The text, when it is one that a paper can show."""
    if len(text) > LONGEST_TEMPLATE:
        raise _too_long()
    for number, line in enumerate(text.split("\n"), 1):
        for character in line:
            if character == "\ufffd" or (unicodedata.category(character) in ("Cc", "Cs") and character != "\t"):
                raise PreviewNotPossible(
                    Words(
                        f"第 {number} 行有不完整的字符或者控制字符（U+{ord(character):04X}），请删除或者重新输入。",
                        f"Line {number} has half a character or a control character (U+{ord(character):04X}):"
                        " remove it or type it anew.",
                    )
                )
    return text


def _too_long() -> PreviewNotPossible:
    return PreviewNotPossible(
        Words(
            f"文书太长，不能预览：模板最多 {LONGEST_TEMPLATE} 个字符，填好后最多 {LONGEST_FILLED} 个。",
            f"It is too long to be shown: a template has at most {LONGEST_TEMPLATE} characters, {LONGEST_FILLED} when"
            " it is filled.",
        )
    )


def rendered(text: str, values: Mapping[str, object], language: str, known: Iterable[str]) -> Document:
    counts = place_counts(text)
    if len(text) + sum(number * _length(values.get(name)) for name, number in counts.items()) > LONGEST_FILLED:
        raise _too_long()
    try:
        document = render(text, values, language=language, optional=frozenset(known))
    except TemplateInvalid as fault:
        raise PreviewNotPossible(_where_braces(text)) from fault
    except PlaceUnknown as fault:  # of a guide, which has no places at all
        raise PreviewNotPossible(Words("这份文件不能有占位项。", "This file can have no places.")) from fault
    _ensure_bounded(document)
    return document


def _length(value: object) -> int:
    if isinstance(value, (list, tuple)):
        return sum(_length(one) for one in value)
    if isinstance(value, Words):
        return max(len(value.zh), len(value.en))
    return len(str(value)) if value is not None else 0


def _ensure_bounded(document: Document) -> None:
    wide = max((len(row) for block in document.blocks for row in block.rows), default=0)
    cells = sum(len(row) for block in document.blocks for row in block.rows)
    if wide > MOST_COLUMNS or cells > MOST_CELLS or len(document.blocks) > MOST_BLOCKS:
        raise PreviewNotPossible(
            Words(
                f"版面太大，不能预览：最多 {MOST_BLOCKS} 段，表格最多 {MOST_COLUMNS} 栏，一共最多 {MOST_CELLS} 格。",
                f"It is too much to be set: at most {MOST_BLOCKS} paragraphs, tables of {MOST_COLUMNS} columns and"
                f" {MOST_CELLS} cells in all.",
            )
        )


def _where_braces(text: str) -> Words:
    """Which line has braces that are no place."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count("{{") != sum(place_counts(line).values()) or line.count("}}") != sum(place_counts(line).values()):
            return Words(
                f"第 {number} 行的花括号没有配对，或者里面不是占位项的名称：写成 {{{{ 名称 }}}}。",
                f"The braces of line {number} do not belong to a place: write {{{{ name }}}}.",
            )
    return Words("花括号没有配对：写成 {{ 名称 }}。", "Braces do not belong to a place: write {{ name }}.")
