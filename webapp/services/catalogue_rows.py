"""Rows of a catalogue's tables as somebody sent them, whatever kind of file they came in: headings, cells, bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite

from engine import Words
from engine.catalogue import Column, Fault, Record, Sheet
from webapp.errors import FileRefused

#: Rows of one table, and cells of one row, that are read.
MOST_ROWS, MOST_COLUMNS = 3_000, 60
#: The rows among which the headings are looked for.
HEADING_ROWS = 10
#: The table of a template that says what goes where; it is not read.
NOTES = Words("说明", "Notes")
FORMULA = Words("这里是公式，请改填值。", "This is a formula; put its value.")
#: The ways in which a heading may name a column.
_WAYS_TO_NAME: tuple[Callable[[Column], str], ...] = (
    lambda column: column.key,
    lambda column: column.label.zh,
    lambda column: column.label.en,
)
ENDLESS = Words("这个数字超出可以读取的范围。", "This number is too large to be read.")


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


def read_table(
    read: Read, sheet: Sheet, rows: Iterable[tuple[int, Sequence[Cell]]], columns: list[Column | None]
) -> None:
    """The rows below the headings, each with its number as the file counts it."""
    for number, cells in rows:
        given = {column.key: cell for column, cell in zip(columns, cells, strict=False) if column is not None}
        if not any(cell.text.strip() or cell.fault for cell in given.values()):
            continue
        read.records.append(Record(sheet.key, number, {key: cell.text for key, cell in given.items()}))
        read.faults += [Fault(sheet.key, number, key, cell.fault) for key, cell in given.items() if cell.fault]


def headed(headings: Sequence[str], sheet: Sheet) -> list[Column | None]:
    """The column that each heading names, None of those that name none.

    A heading may be a column's key or its label, and one word may be both: “Material” is the English label of the
    name, and `material` the key of the column of keys. The way in which most headings are written then decides, and
    what only one column is called is settled before.
    """
    ways = [{plain(said(column)): column for column in sheet.columns} for said in _WAYS_TO_NAME]
    written = [plain(heading) for heading in headings]
    ways.sort(key=lambda way: -sum(heading in way for heading in written))
    meant = [list({way[heading].key: way[heading] for way in ways if heading in way}.values()) for heading in written]
    found: list[Column | None] = [None] * len(written)
    for at in sorted(range(len(written)), key=lambda at: len(meant[at])):
        if written[at] not in written[:at]:
            found[at] = next((column for column in meant[at] if column not in found), None)
    return found


def plain(heading: str) -> str:
    return "".join(heading.split()).rstrip("*＊").casefold()


def fits(columns: list[Column | None], sheet: Sheet) -> bool:
    """The headings name every key of the table, and a value beside them."""
    named = {column.key for column in columns if column is not None}
    return {column.key for column in sheet.key_columns} <= named and len(named) > sheet.own


def note_unknown(read: Read, title: Words, headings: Sequence[str], columns: list[Column | None]) -> None:
    strays = [one.strip()[:40] for one, column in zip(headings, columns, strict=True) if one.strip() and column is None]
    if strays:
        zh, en = "、".join(strays), ", ".join(strays)
        read.left_out.append(
            Words(f"“{title.zh}”里的列没有读取：{zh}", f"Columns of “{title.en}” that were not read: {en}")
        )


def bounded(name: str, rows: Iterator[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The rows, as long as they are not too many. Raises FileRefused."""
    for number, cells in rows:
        if number > MOST_ROWS + HEADING_ROWS and any(cell.text or cell.fault for cell in cells):
            raise FileRefused(name, Words(f"一张表最多 {MOST_ROWS} 行。", f"a table has at most {MOST_ROWS} rows."))
        yield number, cells


def cell_of(value: object, data_type: str) -> Cell:
    if value is None:
        return Cell("")
    if data_type == "f":
        return Cell("", FORMULA)
    if data_type == "e":
        return Cell("", Words(f"这里是错误值 {value}。", f"This is the error {value}."))
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, float) and not isfinite(value):  # 1e400
        return Cell("", ENDLESS)
    if isinstance(value, float) and value.is_integer():
        return Cell(str(int(value)))
    if isinstance(value, datetime | date):
        return Cell(value.isoformat())
    return Cell(str(value))
