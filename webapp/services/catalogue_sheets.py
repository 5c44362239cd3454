"""Spreadsheets and JSON of a catalogue: read within bounds, whoever made them, and written so that they come back.

A file is refused as a whole where it cannot be read; what is wrong with one row is a fault of that row.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils.exceptions import InvalidFileException

from engine import Words
from engine.catalogue import SHEETS, Column, Fault, Record, Sheet
from webapp.errors import FileRefused
from webapp.services.release_uploads import LARGEST_FILE, plain_name

ENDINGS = (".xlsx", ".csv", ".json")
#: Rows of one table, and cells of one row, that are read.
MOST_ROWS, MOST_COLUMNS = 3_000, 60
#: What a spreadsheet may unpack to, of how many parts, and how many marks (<) these may have: each becomes an object.
LARGEST_UNPACKED, MOST_PARTS, MOST_MARKS = 16 * 1024 * 1024, 200, 300_000
#: The rows among which the headings are looked for.
HEADING_ROWS = 10
#: The table of a template that says what goes where; it is not read.
NOTES = Words("说明", "Notes")
_TOO_MUCH = Words("解开后过大，不读取。", "it unpacks to more than is read.")
_ENCODINGS = ("utf-8-sig", "gb18030")
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


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text; `fault` says why it cannot be taken."""

    text: str
    fault: Words | None = None


@dataclass(slots=True)
class Read:
    """What a file holds: rows, faults of single cells, and tables and headings that nobody knows."""

    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[Words] = field(default_factory=list)


def read_catalogue(name: str, content: bytes) -> Read:
    """The rows of an uploaded spreadsheet, table of text or JSON. Raises FileRefused by name and reason."""
    plain = plain_name(name)
    if not content:
        raise FileRefused(plain, Words("文件是空的。", "the file is empty."))
    if len(content) > LARGEST_FILE:
        raise FileRefused(plain, Words("超过 2 MB。", "it is larger than 2 MB."))
    ending = next((one for one in ENDINGS if plain.lower().endswith(one)), "")
    if ending == ".xlsx":
        read = _read_workbook(plain, content)
    elif ending == ".csv":
        read = _read_text(plain, content)
    elif ending == ".json":
        read = _read_json(plain, content)
    else:
        raise FileRefused(
            plain,
            Words(
                "只接收 .xlsx、.csv 和 .json；旧的 .xls 和带宏的表格请另存为 .xlsx。",
                "only .xlsx, .csv and .json are taken; save an old .xls, or one with macros, as .xlsx.",
            ),
        )
    if not read.records and not read.faults:
        told = read.left_out[0] if read.left_out else Words("没有内容。", "It holds nothing.")
        raise FileRefused(plain, Words(f"没有读到任何行。{told.zh}", f"no row was found. {told.en}"))
    return read


# ---------------------------------------------------------------- tables


def _read_table(
    read: Read, sheet: Sheet, rows: Iterable[tuple[int, Sequence[Cell]]], columns: list[Column | None]
) -> None:
    """The rows below the headings, each with its number as the file counts it."""
    for number, cells in rows:
        given = {column.key: cell for column, cell in zip(columns, cells, strict=False) if column is not None}
        if not any(cell.text.strip() or cell.fault for cell in given.values()):
            continue
        read.records.append(Record(sheet.key, number, {key: cell.text for key, cell in given.items()}))
        read.faults += [Fault(sheet.key, number, key, cell.fault) for key, cell in given.items() if cell.fault]


def _headed(headings: Sequence[str], sheet: Sheet) -> list[Column | None]:
    """The column that each heading names, None of those that name none."""
    known: dict[str, Column] = {}
    for column in sheet.columns:
        for said in (column.key, column.label.zh, column.label.en):
            known.setdefault(_plain(said), column)
    found: list[Column | None] = []
    for heading in headings:
        named = known.get(_plain(heading))
        found.append(named if named not in found else None)
    return found


def _plain(heading: str) -> str:
    return "".join(heading.split()).rstrip("*＊").casefold()


def _fits(columns: list[Column | None], sheet: Sheet) -> bool:
    """The headings name every key of the table, and a value beside them."""
    named = {column.key for column in columns if column is not None}
    return {column.key for column in sheet.key_columns} <= named and len(named) > sheet.own


def _unknown(read: Read, title: str, headings: Sequence[str], columns: list[Column | None]) -> None:
    strays = [one.strip()[:40] for one, column in zip(headings, columns, strict=True) if one.strip() and column is None]
    if strays:
        zh, en = "、".join(strays), ", ".join(strays)
        read.left_out.append(Words(f"“{title}”里的列没有读取：{zh}", f"Columns of “{title}” that were not read: {en}"))


# ---------------------------------------------------------------- spreadsheets


def _read_workbook(name: str, content: bytes) -> Read:
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
        (one for one in SHEETS.values() if _plain(tab.title) in (one.key, one.label.zh, _plain(one.label.en))), None
    )
    if sheet is None:
        title = str(tab.title)[:40]
        read.left_out.append(
            Words(f"工作表“{title}”不认识，没有读取。", f"The sheet “{title}” is not known, and was not read.")
        )
        return
    rows = _rows_of(name, tab)
    heading = next(
        (row for row in _first(rows, HEADING_ROWS) if _fits(_headed([cell.text for cell in row[1]], sheet), sheet)),
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
    columns = _headed(headings, sheet)
    _unknown(read, str(tab.title), headings, columns)
    _read_table(read, sheet, _bounded(name, rows), columns)


def _rows_of(name: str, tab: Any) -> Iterator[tuple[int, Sequence[Cell]]]:
    with _readable(name):
        tab.reset_dimensions()  # a file may say anything of its size
        found = tab.iter_rows(max_row=MOST_ROWS + HEADING_ROWS + 1, max_col=MOST_COLUMNS)
    for number in itertools.count(1):
        with _readable(name):
            row = next(found, None)
        if row is None:
            return
        yield number, [_cell(one.value, one.data_type) for one in row]


def _cell(value: object, data_type: str) -> Cell:
    if value is None:
        return Cell("")
    if data_type == "f":
        return Cell("", Words("这里是公式，请改填值。", "This is a formula; put its value."))
    if data_type == "e":
        return Cell("", Words(f"这里是错误值 {value}。", f"This is the error {value}."))
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, float) and value.is_integer():
        return Cell(str(int(value)))
    if isinstance(value, datetime | date):
        return Cell(value.isoformat())
    return Cell(str(value))


def _first(rows: Iterator[tuple[int, Sequence[Cell]]], most: int) -> Iterator[tuple[int, Sequence[Cell]]]:
    for row in rows:
        yield row
        if row[0] >= most:
            return


def _bounded(name: str, rows: Iterator[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The rows, as long as they are not too many. Raises FileRefused."""
    for number, cells in rows:
        if number > MOST_ROWS + HEADING_ROWS and any(cell.text or cell.fault for cell in cells):
            raise FileRefused(name, Words(f"一张表最多 {MOST_ROWS} 行。", f"a table has at most {MOST_ROWS} rows."))
        yield number, cells


# ---------------------------------------------------------------- text


def _read_text(name: str, content: bytes) -> Read:
    """One table, which its headings tell; UTF-8, UTF-16 with its mark, or GBK, as Chinese spreadsheets save it."""
    text = _decoded(name, content)
    read = Read()
    try:
        sheet, separator = _told_by_headings(name, text)
        rows = _lines(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        _, heading = next(rows)
        headings = [cell.text for cell in heading]
        columns = _headed(headings, sheet)
        _unknown(read, sheet.label.zh, headings, columns)
        _read_table(read, sheet, _bounded(name, rows), columns)
    except csv.Error as broken:
        raise FileRefused(name, Words("不是能读的 csv。", "it is no csv that can be read.")) from broken
    return read


def _told_by_headings(name: str, text: str) -> tuple[Sheet, str]:
    """Which table the first line is the heading of, and what parts its cells. Raises FileRefused, csv.Error."""
    best: tuple[int, Sheet, str] | None = None
    for separator in (",", "\t", ";"):
        headings = next(csv.reader(text.split("\n", 1)[:1], delimiter=separator), [])
        for sheet in SHEETS.values():
            columns = _headed(headings, sheet)
            count = sum(column is not None for column in columns)
            if _fits(columns, sheet) and (best is None or count > best[0]):
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
        return Cell("", Words("这里是公式，请改填值。", "This is a formula; put its value."))
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


# ---------------------------------------------------------------- JSON


def _read_json(name: str, content: bytes) -> Read:
    """{"<table>": [{"<column>": value, …}, …], …}, with the keys of tables and columns."""
    try:
        given = json.loads(content, parse_constant=_refused_number)
        json.dumps(given, ensure_ascii=False).encode("utf-8")  # an escape may name half a character
    except (ValueError, RecursionError) as broken:
        raise FileRefused(name, Words("不是有效的 JSON。", "it is no valid JSON.")) from broken
    if not isinstance(given, dict):
        raise FileRefused(name, Words("最外层应为对象。", "its outermost value must be an object."))
    read = Read()
    for key, rows in given.items():
        sheet = SHEETS.get(key)
        if sheet is None or not isinstance(rows, list):
            if key != "format":
                read.left_out.append(Words(f"“{key[:40]}”没有读取。", f"“{key[:40]}” was not read."))
            continue
        if len(rows) > MOST_ROWS:
            raise FileRefused(name, Words(f"一张表最多 {MOST_ROWS} 行。", f"a table has at most {MOST_ROWS} rows."))
        for number, row in enumerate(rows, start=1):
            _read_row(read, sheet, number, row)
    return read


def _read_row(read: Read, sheet: Sheet, number: int, row: object) -> None:
    if not isinstance(row, dict):
        read.faults.append(Fault(sheet.key, number, "", Words("应为对象。", "It must be an object.")))
        return
    cells: dict[str, str] = {}
    known = {column.key for column in sheet.columns}
    for key, value in row.items():
        if key not in known:
            words = Words(f"没有“{key[:40]}”这一列。", f"There is no column “{key[:40]}”.")
            read.faults.append(Fault(sheet.key, number, "", words))
        elif isinstance(value, str | int | float | list) or value is None:
            cells[key] = _json_text(value)
        else:
            read.faults.append(Fault(sheet.key, number, key, Words("类型不对。", "It has the wrong type.")))
    read.records.append(Record(sheet.key, number, cells))


def _json_text(value: object) -> str:
    if isinstance(value, list):
        return "；".join(str(one) for one in value)
    return _cell(value, "").text


def _refused_number(text: str) -> float:
    raise ValueError(text)
