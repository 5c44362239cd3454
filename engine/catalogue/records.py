"""The records of a catalogue: as its files have them, and as somebody typed them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.catalogue.cells import text_of
from engine.catalogue.sheets import (
    BUNDLE_FILE,
    SHEETS,
    Column,
    Sheet,
    path_of,
)
from engine.catalogue.toml_edit import tables_of, value_at

#: The bundle's own texts in another language; those of `_shared` serve other bundles too.
_TEXTS = re.compile(r"texts/[^/]+\.toml")


@dataclass(frozen=True, slots=True)
class Record:
    """A row: its table, its number there (from 1, as people count), and the cells that were given, by column.

    A cell that is not given leaves what stands; an empty one takes it away. `remove`: the record itself goes.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]
    remove: bool = False


@dataclass(slots=True)
class Catalogue:
    """The files of a catalogue as plain values, each read once."""

    files: Mapping[str, bytes]
    _tables: dict[str, dict[str, Any]] = field(default_factory=dict)

    def tables(self, file: str) -> dict[str, Any]:
        if file not in self._tables:
            self._tables[file] = tables_of(self.files, file)
        return self._tables[file]

    def value(self, sheet: Sheet, column: Column, keys: tuple[str, ...]) -> Any:
        """The value that stands, or what it means that none does."""
        file, path = path_of(sheet, column, keys)
        found = value_at(self.tables(file), path)
        return column.default if found is None else found

    @property
    def items(self) -> list[str]:
        """The keys of the items, in their order."""
        named = self.tables(BUNDLE_FILE).get("items", [])
        return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []

    @property
    def sources(self) -> dict[str, str]:
        """Key -> text of the legal sources."""
        return {key: one for key, one in self._named("basis").items() if isinstance(one, str)}

    def keys_of(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """The keys of every record of a table, in the order of the files."""
        return list(self._keys_of(sheet))

    def _keys_of(self, sheet: Sheet) -> Iterator[tuple[str, ...]]:
        match sheet.key:
            case "items":
                yield from ((item,) for item in self.items)
            case "situations":
                for item in self.items:
                    yield from ((item, key) for key in _tables_in(self.tables(f"items/{item}.toml").get("situations")))
            case "options":
                for question, table in self._named("questions").items():
                    yield from ((question, key) for key in _tables_in(_inside(table, "options")))
            case "requirements":
                for material, table in self._named("materials").items():
                    yield from ((material, key) for key in _tables_in(_inside(table, "required")))
            case _:
                yield from ((key,) for key in self._named(sheet.key))

    def _named(self, name: str) -> dict[str, Any]:
        return _tables_in(self.tables(BUNDLE_FILE).get(name))

    def record(self, sheet: Sheet, keys: tuple[str, ...], number: int = 1, language: str = "zh") -> Record:
        """The record of these keys as cells."""
        cells = {column.key: key for column, key in zip(sheet.key_columns, keys, strict=True)}
        for column in sheet.value_columns:
            cells[column.key] = text_of(column, self.value(sheet, column, keys), language)
        return Record(sheet.key, number, cells)

    def records(self, language: str = "zh") -> Iterator[Record]:
        """Every record of every table."""
        for sheet in SHEETS.values():
            for number, keys in enumerate(self.keys_of(sheet), start=1):
                yield self.record(sheet, keys, number, language)

    def translations(self, file: str, element: str, *, inside: bool = True) -> Iterator[tuple[str, str]]:
        """(file of texts, its line) of what stands in an element, or (not `inside`) of just this line, per language."""
        for texts in sorted(path for path in self.files if _TEXTS.fullmatch(path)):
            for line in _tables_in(self.tables(texts).get(file)):
                if line.startswith(f"{element}.") if inside else line == element:
                    yield texts, line

    def count_of_translations(self) -> int:
        """How many lines the files of texts have together."""
        texts = (self.tables(path) for path in self.files if _TEXTS.fullmatch(path))
        return sum(len(_tables_in(lines)) for tables in texts for lines in tables.values())

    def translating(self, file: str) -> list[str]:
        """The files of texts that have a table of this file."""
        return sorted(path for path in self.files if _TEXTS.fullmatch(path) and file in self.tables(path))


def _tables_in(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _inside(table: object, name: str) -> object:
    return table.get(name) if isinstance(table, dict) else None
