"""A catalogue's table from text (.csv): which table it is, and what parts its cells, its headings tell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from engine import Words
from engine.catalogue import SHEETS, Sheet
from webapp.errors import FileRefused
from webapp.services.catalogue_rows import (
    FORMULA,
    MOST_COLUMNS,
    Cell,
    Read,
    bounded,
    fits,
    headed,
    note_unknown,
    read_table,
)

_ENCODINGS = ("utf-8-sig", "gb18030")


def read_csv(name: str, content: bytes) -> Read:
    """One table, which its headings tell; UTF-8, UTF-16 with its mark, or GBK, as Chinese spreadsheets save it."""
    text = _decoded(name, content)
    read = Read()
    try:
        sheet, separator = _told_by_headings(name, text)
        rows = _lines(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        _, heading = next(rows)
        headings = [cell.text for cell in heading]
        columns = headed(headings, sheet)
        note_unknown(read, sheet.label, headings, columns)
        read_table(read, sheet, bounded(name, rows), columns)
    except csv.Error as broken:
        raise FileRefused(name, Words("不是能读的 csv。", "it is no csv that can be read.")) from broken
    return read


def _told_by_headings(name: str, text: str) -> tuple[Sheet, str]:
    """Which table the first line is the heading of, and what parts its cells. Raises FileRefused, csv.Error."""
    best: tuple[int, Sheet, str] | None = None
    for separator in (",", "\t", ";"):
        headings = next(csv.reader(text.split("\n", 1)[:1], delimiter=separator), [])
        for sheet in SHEETS.values():
            columns = headed(headings, sheet)
            count = sum(column is not None for column in columns)
            if fits(columns, sheet) and (best is None or count > best[0]):
                best = (count, sheet, separator)
    if best is None:
        raise FileRefused(
            name,
            Words(
                "第一行不是认识的表头。请按模板的表头另存为 csv。",
                "its first line has no headings that are known. Use those of the template.",
            ),
        )
    return best[1], best[2]


def _lines(rows: Iterator[list[str]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    for number, row in enumerate(rows, start=1):
        yield number, [_text_cell(text) for text in row[:MOST_COLUMNS]]


def _text_cell(text: str) -> Cell:
    if text.startswith("=") and len(text) > 1:
        return Cell("", FORMULA)
    return Cell(text)


def _decoded(name: str, content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise FileRefused(
        name,
        Words("文字编码读不出来，请存为 UTF-8 或 GBK。", "its encoding cannot be read; save it as UTF-8 or GBK."),
    )
