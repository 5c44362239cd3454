"""The catalogue as a spreadsheet or JSON: what it writes, an import reads again without a difference."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from engine import Words
from engine.catalogue import ITEMS, SHEETS, Catalogue, Column, Kind, Sheet, UnifiedCatalogue, locked_columns
from webapp import clock
from webapp.services.catalogue_rows import MOST_ROWS, NOTES

_HEAD = PatternFill("solid", fgColor="E8EEF7")
_LOCKED = PatternFill("solid", fgColor="EEEEEE")
#: Stands for a control character, which somebody may have written into the file as text.
_NO_CELL_HOLDS_IT = "\N{REPLACEMENT CHARACTER}"
_WIDTHS = {Kind.KEY: 18, Kind.NUMBER: 12, Kind.FLAG: 12, Kind.CHOICE: 14, Kind.LONG: 60, Kind.CONDITION: 48}
_SAYS: Mapping[Kind, Words] = {
    Kind.KEY: Words("字母开头，字母、数字、短横、下划线", "begins with a letter; letters, digits, - and _"),
    Kind.TEXT: Words("文字", "text"),
    Kind.LONG: Words("文字", "text"),
    Kind.NUMBER: Words("整数", "a whole number"),
    Kind.FLAG: Words("是 或 否", "yes or no"),
    Kind.SOURCE: Words(
        "“依据”表里的键，或者法律名称和条款全文", "a key of the table of legal sources, or its whole text"
    ),
    Kind.SOURCES: Words("几个依据以分号隔开", "several sources, parted by semicolons"),
    Kind.CONDITION: Words("FEEL 条件", "a FEEL condition"),
}


def workbook_of(
    files: Mapping[str, bytes], language: str, unified: UnifiedCatalogue | None, *, empty: bool = False
) -> bytes:
    """An .xlsx of a catalogue, one sheet for each table; `empty`: the headings alone, as a template."""
    book = Workbook()
    book.remove(book.active)
    book.properties.created = book.properties.modified = clock.now().replace(tzinfo=None, microsecond=0)
    catalogue = Catalogue(files)
    _write_notes(book, language, unified)
    for sheet in SHEETS.values():
        tab = book.create_sheet(sheet.label.in_language(language)[:31])
        tab.append([column.label.in_language(language) for column in sheet.columns])
        for number, column in enumerate(sheet.columns, start=1):
            head = tab.cell(1, number)
            head.font, head.fill = Font(bold=True), _HEAD
            tab.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column.kind, 28)
            _offer_choices(tab, number, column, language)
        tab.freeze_panes = tab.cell(2, sheet.own + 1)
        if not empty:
            _write_rows(tab, sheet, catalogue, language, unified)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def json_of(files: Mapping[str, bytes]) -> bytes:
    """The catalogue as JSON: tables, each a list of rows by the keys of their columns."""
    tables: dict[str, list[dict[str, str]]] = {key: [] for key in SHEETS}
    for record in Catalogue(files).records("zh"):
        tables[record.sheet].append({key: text for key, text in record.cells.items() if text})
    return json.dumps({"format": 1, **tables}, ensure_ascii=False, indent=1).encode("utf-8")


def _write_rows(
    tab: object, sheet: Sheet, catalogue: Catalogue, language: str, unified: UnifiedCatalogue | None
) -> None:
    for row, keys in enumerate(catalogue.keys_of(sheet), start=2):
        cells = catalogue.record(sheet, keys, row, language).cells
        locked = locked_columns(unified, keys[0]) if sheet is ITEMS else {}
        for number, column in enumerate(sheet.columns, start=1):
            cell = tab.cell(row, number)  # type: ignore[attr-defined]
            text = ILLEGAL_CHARACTERS_RE.sub(_NO_CELL_HOLDS_IT, cells[column.key])
            if column.kind is Kind.NUMBER and text.isascii() and text.isdigit():
                cell.value = int(text)
            elif text:
                cell.value = text
                cell.data_type = "s"  # a text that begins with = is no formula
            cell.alignment = Alignment(vertical="top", wrap_text=column.kind in (Kind.LONG, Kind.SOURCES))
            if column.key in locked:
                cell.fill = _LOCKED


def _offer_choices(tab: object, number: int, column: Column, language: str) -> None:
    """A list to choose from, where a cell takes one of few."""
    labels = [words.in_language(language) for words in column.choices.values()] if column.kind is Kind.CHOICE else []
    if column.kind is Kind.FLAG:
        labels = ["是", "否"] if language == "zh" else ["yes", "no"]
    if not labels:
        return
    offered = DataValidation(type="list", formula1='"' + ",".join(labels) + '"', allow_blank=True)
    letter = get_column_letter(number)
    offered.add(f"{letter}2:{letter}{MOST_ROWS}")
    tab.add_data_validation(offered)  # type: ignore[attr-defined]


def _write_notes(book: Workbook, language: str, unified: UnifiedCatalogue | None) -> None:
    """What each column takes; an import does not read this sheet."""
    tab = book.create_sheet(NOTES.in_language(language))
    heads = (Words("表", "Table"), Words("列", "Column"), Words("必填", "Needed"), Words("填什么", "What it takes"))
    tab.append([one.in_language(language) for one in heads])
    for cell in tab[1]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    for sheet in SHEETS.values():
        for column in sheet.columns:
            tab.append(
                [
                    sheet.label.in_language(language),
                    column.label.in_language(language),
                    Words("是", "yes").in_language(language) if column.required else "",
                    _takes(column, unified if sheet is ITEMS else None, language),
                ]
            )
    for letter, width in zip("ABCD", (14, 26, 8, 90), strict=True):
        tab.column_dimensions[letter].width = width


def _takes(column: Column, unified: UnifiedCatalogue | None, language: str) -> str:
    labels = [words.in_language(language) for words in column.choices.values()]
    said = ("、" if language == "zh" else ", ").join(labels) or _SAYS[column.kind].in_language(language)
    bound = {key for item in unified.items for key in locked_columns(unified, item)} if unified else set()
    if unified is not None and column.key in bound:
        level = unified.level
        said += Words(f"；{level.zh}统一的事项不能改", f"; bound by {level.en}").in_language(language)
    return said
