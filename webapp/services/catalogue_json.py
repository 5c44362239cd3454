"""A catalogue from JSON, with the keys of tables and columns."""

from __future__ import annotations

import json

from engine import Words
from engine.catalogue import SHEETS, Fault, Record, Sheet
from webapp.errors import FileRefused
from webapp.services.catalogue_rows import MOST_ROWS, Cell, Read, cell_of


def read_json(name: str, content: bytes) -> Read:
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
            cell = _json_cell(value)
            cells[key] = cell.text
            if cell.fault:
                read.faults.append(Fault(sheet.key, number, key, cell.fault))
        else:
            read.faults.append(Fault(sheet.key, number, key, Words("类型不对。", "It has the wrong type.")))
    read.records.append(Record(sheet.key, number, cells))


def _json_cell(value: object) -> Cell:
    if not isinstance(value, list):
        return cell_of(value, "")
    cells = [cell_of(one, "") for one in value]
    return Cell("；".join(cell.text for cell in cells), next((cell.fault for cell in cells if cell.fault), None))


def _refused_number(text: str) -> float:
    raise ValueError(text)
