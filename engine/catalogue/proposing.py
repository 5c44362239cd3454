"""What rows would change: the edits of the files, the difference in words, and what is wrong with which cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.catalogue.cells import CellRefused, text_of, value_of
from engine.catalogue.records import Catalogue, Record
from engine.catalogue.removing import removal_of
from engine.catalogue.sheets import (
    BUNDLE_FILE,
    DEPARTMENTS,
    POSTS,
    SHEETS,
    Column,
    Kind,
    Sheet,
    path_of,
    place_of,
)
from engine.catalogue.toml_edit import Edit, TomlValue
from engine.words import Words

#: What an item begins with that a table makes; who does which part of it, its diagram says and its own file.
NEW_ITEM: Mapping[str, TomlValue] = {"decided_in": "here", "accepts": "department", "immediate": False}
#: Tables that a record of another one names by its key.
_NAMES = {
    "items": Words("事项", "item"),
    "questions": Words("问题", "question"),
    "materials": Words("材料", "material"),
}
#: Tables whose rows go with a record of another one.
_BELOW: Mapping[str, tuple[str, ...]] = {
    "items": ("situations", "requirements"),
    "questions": ("options",),
    "materials": ("requirements",),
}
_OFFICE = {DEPARTMENTS: Words("部门", "department"), POSTS: Words("岗位", "post")}
_THERE, _REMOVED = Words("在目录中", "there"), Words("删去", "removed")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell: table, row number, column ("" for the row as such)."""

    sheet: str
    number: int
    column: str
    words: Words


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be another; `column` "" where the whole record is new or goes."""

    sheet: str
    number: int
    keys: tuple[str, ...]
    column: str
    before: Words
    after: Words


@dataclass(slots=True)
class Proposal:
    """What rows would do. Nothing is to be applied while there are faults. `removed`: files that go as a whole."""

    edits: list[Edit] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def propose(
    files: Mapping[str, bytes],
    records: Iterable[Record],
    departments: Mapping[str, Words] | None = None,
    posts: Mapping[str, Words] | None = None,
) -> Proposal:
    """What these rows would change in the files. Raises nothing for bad rows: each has its faults.

    `departments`, `posts`: key -> name of those of the office; a cell names one by either. None: any is taken as it is.
    """
    given = sorted(records, key=lambda one: list(SHEETS).index(one.sheet))
    office = {name: one for name, one in ((DEPARTMENTS, departments), (POSTS, posts)) if one is not None}
    return _Proposing(Catalogue(files), given, office).made()


class _Proposing:
    def __init__(self, catalogue: Catalogue, records: list[Record], office: Mapping[str, Mapping[str, Words]]) -> None:
        self.office = office
        self.catalogue = catalogue
        self.records = records
        self.proposal = Proposal()
        self.known = {key: {keys[0] for keys in catalogue.keys_of(SHEETS[key])} for key in (*_NAMES, "basis")}
        self.sources = catalogue.sources
        self.items = list(catalogue.items)
        self.there = {key: set(catalogue.keys_of(sheet)) for key, sheet in SHEETS.items()}
        self.seen: dict[tuple[str, ...], int] = {}
        self.refused: set[tuple[str, int, str]] = set()
        self.going: list[tuple[Sheet, tuple[str, ...]]] = []

    def made(self) -> Proposal:
        for record in self.records:
            self._name(record)
        for record in self.records:
            self._propose(SHEETS[record.sheet], record)
        gone = removal_of(self.catalogue, self.going)
        self.proposal.edits += gone.edits
        self.proposal.removed += gone.files
        if self.items != self.catalogue.items:
            self.proposal.edits.append(Edit(BUNDLE_FILE, ("items",), self.items))
        return self.proposal

    def _name(self, record: Record) -> None:
        """What the rows bring may be named by other rows, wherever they stand."""
        key = record.cells.get(SHEETS[record.sheet].columns[0].key, "").strip()
        if not key or record.remove:
            return
        if record.sheet in self.known:
            self.known[record.sheet].add(key)
        if record.sheet == "basis" and record.cells.get("text", "").strip():
            self.sources[key] = record.cells["text"].strip()

    # ------------------------------------------------------------ one row

    def _propose(self, sheet: Sheet, record: Record) -> None:
        keys = self._keys(sheet, record)
        if keys is None:
            return
        exists = keys in self.there[sheet.key]
        if record.remove:
            if exists:
                self._remove(sheet, record, keys)
            return
        if not exists:
            self._change(record, keys, "", Words("", ""), Words("新增", "new"))
            self._begin(sheet, record, keys)
        values: dict[str, TomlValue | None] = {}
        for column in sheet.value_columns:
            text = record.cells.get(column.key)
            if text is None:
                if not exists and column.required and not column.limit:
                    self._fault(record, column.key, Words(f"请填写{column.label.zh}。", f"Fill in: {column.label.en}."))
                continue
            try:
                values[column.key] = self._meant(column, value_of(column, text, self.sources))
            except CellRefused as refused:
                self._fault(record, column.key, refused.words)
                continue
            self._check_named(record, column, values[column.key])
        self._check_limits(sheet, record, keys, values)
        if not exists and sheet.key == "items" and values.get("supervised_by") is None:
            values["supervised_by"] = values.get("department")
        for name, value in values.items():
            self._put(sheet, record, keys, sheet.column(name), value)

    def _meant(self, column: Column, value: TomlValue | None) -> TomlValue | None:
        """A department or post by its key, where it was named. Raises CellRefused."""
        known = self.office.get(column.office)
        if known is None or value is None:
            return value
        named = [key for key, words in known.items() if str(value) in (key, words.zh, words.en)]
        if len(named) == 1:
            return named[0]
        what = _OFFICE[column.office]
        listed = "、".join(f"{words.zh}（{key}）" for key, words in known.items())
        listed_en = ", ".join(f"{words.en} ({key})" for key, words in known.items())
        raise CellRefused(
            Words(
                f"没有{what.zh}“{str(value)[:60]}”。请填{what.zh}的名称或者编号：{listed}。",
                f"There is no {what.en} “{str(value)[:60]}”. Give its name or key: {listed_en}.",
            )
        )

    def _keys(self, sheet: Sheet, record: Record) -> tuple[str, ...] | None:
        found = []
        for column in sheet.key_columns:
            try:
                key = str(value_of(column, record.cells.get(column.key, ""), {}))
            except CellRefused as refused:
                self._fault(record, column.key, refused.words)
                return None
            if column.names and key not in self.known[column.names]:
                self._fault(record, column.key, _missing(column.names, key))
                return None
            found.append(key)
        keys = tuple(found)
        earlier = self.seen.setdefault((sheet.key, *keys), record.number)
        if earlier != record.number:
            self._fault(
                record,
                sheet.columns[sheet.own - 1].key,
                Words(f"与第 {earlier} 行重复。", f"The same as row {earlier}."),
            )
            return None
        return keys

    def _check_named(self, record: Record, column: Column, value: TomlValue | None) -> None:
        if column.kind is Kind.KEY and column.names and value is not None and value not in self.known[column.names]:
            self._fault(record, column.key, _missing(column.names, str(value)))

    def _check_limits(
        self, sheet: Sheet, record: Record, keys: tuple[str, ...], values: dict[str, TomlValue | None]
    ) -> None:
        """Value, unit and basis of a limit come together; without its number a limit goes, if it may."""
        for name in dict.fromkeys(column.limit for column in sheet.columns if column.limit):
            parts = [column for column in sheet.columns if column.limit == name]
            if not any(part.key in record.cells for part in parts):
                continue
            will = {part.key: values.get(part.key, self._stands(sheet, part, keys)) for part in parts}
            if all(will[part.key] is None for part in parts):
                continue
            for part in parts:
                if will[part.key] is None and (sheet.key, record.number, part.key) not in self.refused:
                    self._fault(
                        record,
                        part.key,
                        Words(f"请填写{part.label.zh}。", f"Fill in: {part.label.en}."),
                    )

    def _stands(self, sheet: Sheet, column: Column, keys: tuple[str, ...]) -> Any:
        return self.catalogue.value(sheet, column, keys)

    # ------------------------------------------------------------ edits

    def _begin(self, sheet: Sheet, record: Record, keys: tuple[str, ...]) -> None:
        """What a record needs to be there at all."""
        if sheet.key != "items":
            return
        file = place_of(sheet, keys).file
        self.items.append(keys[0])
        beginning: dict[str, TomlValue] = {"format": 1, "key": keys[0]}
        if file not in self.catalogue.files:
            self.proposal.edits += [Edit(file, (name,), value) for name, value in beginning.items()]
            self.proposal.edits += [Edit(file, (name,), value) for name, value in NEW_ITEM.items()]
            self.proposal.edits.append(Edit(file, ("call_activity",), f"call-{keys[0]}"))

    def _put(
        self, sheet: Sheet, record: Record, keys: tuple[str, ...], column: Column, value: TomlValue | None
    ) -> None:
        stands = self._stands(sheet, column, keys)
        if value == stands or (value is None and stands == column.default):
            return
        file, path = path_of(sheet, column, keys)
        self.proposal.edits.append(Edit(file, _limit_path(column, path, value), value))
        self._change(record, keys, column.key, _shown(column, stands), _shown(column, value))

    def _remove(self, sheet: Sheet, record: Record, keys: tuple[str, ...]) -> None:
        self.going.append((sheet, keys))
        if sheet.key == "items":
            self.items.remove(keys[0])
        for below in _BELOW.get(sheet.key, ()):
            rows = [each for each in self.catalogue.keys_of(SHEETS[below]) if keys[0] == each[_place(sheet, below)]]
            self.proposal.changes += [Change(below, record.number, each, "", _THERE, _REMOVED) for each in rows]
        self._change(record, keys, "", _THERE, _REMOVED)

    # ------------------------------------------------------------ telling

    def _fault(self, record: Record, column: str, words: Words) -> None:
        self.refused.add((record.sheet, record.number, column))
        self.proposal.faults.append(Fault(record.sheet, record.number, column, words))

    def _change(self, record: Record, keys: tuple[str, ...], column: str, before: Words, after: Words) -> None:
        self.proposal.changes.append(Change(record.sheet, record.number, keys, column, before, after))


def _place(sheet: Sheet, below: str) -> int:
    """Which of the keys of a row below names the record: a requirement names its material first, then its item."""
    return next(at for at, one in enumerate(SHEETS[below].key_columns) if one.key == sheet.columns[0].key)


def _limit_path(column: Column, path: tuple[str, ...], value: TomlValue | None) -> tuple[str, ...]:
    """A limit that goes, goes as a whole."""
    return path[:-1] if column.limit and value is None else path


def _shown(column: Column, value: object) -> Words:
    return Words(text_of(column, value, "zh"), text_of(column, value, "en"))


def _missing(names: str, key: str) -> Words:
    what = _NAMES[names]
    return Words(f"没有{what.zh}“{key}”。", f"There is no {what.en} “{key}”.")
