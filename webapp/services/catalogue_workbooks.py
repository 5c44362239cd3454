"""A catalogue from a spreadsheet (.xlsx): the package is looked into before anything of it is read."""

from __future__ import annotations

import io
import itertools
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils.exceptions import InvalidFileException

from engine import Words
from engine.catalogue import SHEETS
from webapp.errors import FileRefused
from webapp.services.catalogue_rows import (
    HEADING_ROWS,
    MOST_COLUMNS,
    MOST_ROWS,
    NOTES,
    Cell,
    Read,
    bounded,
    cell_of,
    fits,
    headed,
    note_unknown,
    plain,
    read_table,
)

#: What a spreadsheet may unpack to, of how many parts, and how many marks (<) these may have: each becomes an object.
LARGEST_UNPACKED, MOST_PARTS, MOST_MARKS = 16 * 1024 * 1024, 200, 300_000
_TOO_MUCH = Words("解开后过大，不读取。", "it unpacks to more than is read.")
#: What openpyxl raises for files that are not what they say.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    etree.XMLSyntaxError,
    SyntaxError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    ValueError,
    OverflowError,
    EOFError,
    OSError,
    NotImplementedError,
)


def read_workbook(name: str, content: bytes) -> Read:
    _inspect(name, content)
    read = Read()
    with _readable(name):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        tabs = [tab for tab in book.worksheets if tab.title not in (NOTES.zh, NOTES.en)]
    for tab in tabs:
        _read_tab(name, tab, read)
    return read


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Around what the library alone does: whatever it stumbles over is a damaged file. Raises FileRefused."""
    try:
        yield
    except _BROKEN as broken:
        raise FileRefused(
            name, Words("不是 .xlsx 表格，或者已经损坏。", "it is no .xlsx spreadsheet, or a damaged one.")
        ) from broken


def _inspect(name: str, xlsx: bytes) -> None:
    """What the package is made of, before anything of it is read. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(xlsx)) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise FileRefused(name, _TOO_MUCH)
            marks = 0
            for part in parts:
                if part.flag_bits & 0x1:
                    raise FileRefused(name, Words("设有密码。", "it has a password."))
                if "vbaproject" in part.filename.lower():
                    raise FileRefused(
                        name,
                        Words("带有宏，请另存为不带宏的 .xlsx。", "it holds macros; save it as .xlsx without them."),
                    )
                content = package.read(part)
                if _is_xml(content):  # whatever it is called: another part may name it
                    marks += _inspect_part(name, content)
            if marks > MOST_MARKS:
                raise FileRefused(name, _TOO_MUCH)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as broken:
        raise FileRefused(
            name, Words("不是 .xlsx 表格，或者已经损坏。", "it is no .xlsx spreadsheet, or a damaged one.")
        ) from broken


def _is_xml(content: bytes) -> bool:
    """Whether a parser may take it for XML, in whichever encoding."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or content[:2] in (
        b"\xff\xfe",
        b"\xfe\xff",
        b"\x00<",
    )


def _inspect_part(name: str, xml: bytes) -> int:
    """How many marks it has. Spreadsheet programs write UTF-8 without a DOCTYPE; what has one means to have entities
    expanded. Raises FileRefused.
    """
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\x00" in xml[:200]:
        raise FileRefused(
            name,
            Words("其中有不能读取的声明（DOCTYPE）。", "it has declarations (DOCTYPE) that are not read."),
        )
    return xml.count(b"<")


def _read_tab(name: str, tab: Any, read: Read) -> None:
    sheet = next(
        (one for one in SHEETS.values() if plain(tab.title) in (one.key, one.label.zh, plain(one.label.en))), None
    )
    if sheet is None:
        title = str(tab.title)[:40]
        read.left_out.append(
            Words(f"工作表“{title}”不认识，没有读取。", f"The sheet “{title}” is not known, and was not read.")
        )
        return
    rows = _rows_of(name, tab)
    heading = next(
        (row for row in _first(rows, HEADING_ROWS) if fits(headed([cell.text for cell in row[1]], sheet), sheet)),
        None,
    )
    if heading is None:
        zh, en = (
            "、".join(one.label.zh for one in sheet.key_columns),
            ", ".join(one.label.en for one in sheet.key_columns),
        )
        read.left_out.append(
            Words(
                f"工作表“{sheet.label.zh}”没有表头（{zh}）。", f"The sheet “{sheet.label.en}” has no headings ({en})."
            )
        )
        return
    headings = [cell.text for cell in heading[1]]
    columns = headed(headings, sheet)
    note_unknown(read, Words(str(tab.title), str(tab.title)), headings, columns)
    read_table(read, sheet, bounded(name, rows), columns)


def _rows_of(name: str, tab: Any) -> Iterator[tuple[int, Sequence[Cell]]]:
    with _readable(name):
        tab.reset_dimensions()  # a file may say anything of its size
        found = tab.iter_rows(max_row=MOST_ROWS + HEADING_ROWS + 1, max_col=MOST_COLUMNS)
    for number in itertools.count(1):
        with _readable(name):
            row = next(found, None)
        if row is None:
            return
        yield number, [cell_of(one.value, one.data_type) for one in row]


def _first(rows: Iterator[tuple[int, Sequence[Cell]]], most: int) -> Iterator[tuple[int, Sequence[Cell]]]:
    for row in rows:
        yield row
        if row[0] >= most:
            return
