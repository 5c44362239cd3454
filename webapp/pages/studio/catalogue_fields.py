"""The catalogue's records as fields of a page, and what was posted as records again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from werkzeug.datastructures import MultiDict

from engine import Finding, Words
from engine.catalogue import (
    DEPARTMENTS,
    ITEMS,
    OPTIONS,
    POSTS,
    QUESTIONS,
    REQUIREMENTS,
    SITUATIONS,
    Catalogue,
    Column,
    Fault,
    Kind,
    Record,
    Sheet,
    path_of,
    place_of,
)

#: Table of a page's own record -> the table of the rows below it.
ROWS: Mapping[str, Sheet] = {"items": SITUATIONS, "questions": OPTIONS, "materials": REQUIREMENTS}
#: Empty rows that are offered at the end.
BLANK_ROWS = 2
_NOTHING = Words("", "")
_OFFICE = {DEPARTMENTS: Words("部门", "department"), POSTS: Words("岗位", "post")}
_NONE = Words("（无）", "(none)")
_CONTROLS = {
    Kind.LONG: "textarea",
    Kind.CHOICE: "select",
    Kind.CHOICES: "checklist",
    Kind.FLAG: "select",
    Kind.SOURCE: "select",
    Kind.SOURCES: "checklist",
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: Words


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as the macro `field` draws it. `value` is a text, or a list of those chosen."""

    key: str
    column: Column
    label: Words
    type: str
    description: Words
    required: bool
    options: tuple[Choice, ...]
    value: str | list[str]
    locked: bool = False
    subtype: str = ""
    suffix: Words = _NOTHING
    prefix: Words = _NOTHING
    format: str = ""
    interval: int = 0
    readonly: bool = False
    disabled: bool = False

    @property
    def wide(self) -> bool:
        """Whether it takes a line of its own."""
        return self.column.kind is Kind.CONDITION


@dataclass(frozen=True, slots=True)
class Block:
    """One record on the page: its number there, keys ("" of a row that is not there yet), and its fields."""

    sheet: Sheet
    number: int
    keys: tuple[str, ...]
    fields: tuple[Shown, ...]
    is_new: bool = False
    remove: bool = False

    @property
    def groups(self) -> list[tuple[str, list[Shown]]]:
        """The fields in their order, value, unit and basis of a limit together ("" of what stands alone)."""
        return [(name, list(group)) for name, group in groupby(self.fields, key=lambda one: one.column.limit)]


@dataclass(frozen=True, slots=True)
class Offered:
    """What fields offer to choose from, of the bundle and of the office (its departments and posts by key), and what a
    higher level says of the item's columns."""

    sources: Mapping[str, Words]
    items: Sequence[str]
    office: Mapping[str, Mapping[str, Words]]
    locked: Mapping[str, Words] = field(default_factory=dict)
    at_most: Mapping[str, Words] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    level: Words = _NOTHING


def name_of(sheet: Sheet, number: int, column: str) -> str:
    """The name of a field in the form."""
    return f"{sheet.key}.{number}.{column}"


# ---------------------------------------------------------------- shown


def block(catalogue: Catalogue, sheet: Sheet, keys: tuple[str, ...], number: int, offered: Offered) -> Block:
    """The record as it stands."""
    cells = {column.key: catalogue.value(sheet, column, keys) for column in sheet.value_columns}
    return _block(sheet, number, keys, cells, offered)


def blank(sheet: Sheet, number: int, above: str, offered: Offered) -> Block:
    """A row that is not there yet; `above` is the key of the record that it belongs to, "" for a record of its own."""
    return _block(sheet, number, (above, "") if above else ("",) * sheet.own, {}, offered, is_new=True)


def typed_block(record: Record, above: str, is_new: bool, offered: Offered, sheet: Sheet, was: Block | None) -> Block:
    """The record as it was typed; a cell that was not posted shows what stands."""
    cells: dict[str, object] = {one.column.key: one.value for one in was.fields} if was else {}
    cells |= {key: _values(sheet.column(key), text) for key, text in record.cells.items()}
    keys = tuple(record.cells.get(column.key, "") for column in sheet.key_columns)
    return _block(sheet, record.number, keys, cells, offered, is_new=is_new, remove=record.remove)


def _block(
    sheet: Sheet,
    number: int,
    keys: tuple[str, ...],
    cells: Mapping[str, object],
    offered: Offered,
    *,
    is_new: bool = False,
    remove: bool = False,
) -> Block:
    columns = [*(sheet.key_columns[-1:] if is_new else ()), *sheet.value_columns]
    values = {**cells, sheet.key_columns[-1].key: keys[-1]} if is_new else cells
    fields = tuple(_shown(sheet, number, column, values.get(column.key, column.default), offered) for column in columns)
    return Block(sheet, number, keys, fields, is_new, remove)


def _shown(sheet: Sheet, number: int, column: Column, value: object, offered: Offered) -> Shown:
    own = sheet.key == ITEMS.key
    says = offered.locked.get(column.key) if own else None
    locked = says is not None and column.key not in offered.open
    return Shown(
        key=name_of(sheet, number, column.key),
        column=column,
        label=column.label,
        type="select" if _is_chosen(column) else _CONTROLS.get(column.kind, "textfield"),
        description=_description(column, says, locked, offered.at_most.get(column.key) if own else None, offered.level),
        required=column.required,
        options=_options(column, offered, value),
        value=_value(column, value),
        locked=locked,
    )


def _description(column: Column, says: Words | None, locked: bool, at_most: Words | None, level: Words) -> Words:
    if locked:
        return Words("上级统一，本级不能改。", "Bound by the higher level.")
    if says is not None:
        return Words(f"{level.zh}规定为：{says.zh}", f"By {level.en}: {says.en}")
    if at_most is not None:
        return Words(f"{level.zh}规定不得长于{at_most.zh}。", f"By {level.en} no longer than {at_most.en}.")
    return column.hint


def _is_chosen(column: Column) -> bool:
    return bool(column.office) or (column.kind is Kind.KEY and column.names == "items")


def _options(column: Column, offered: Offered, value: object) -> tuple[Choice, ...]:
    if column.kind in (Kind.SOURCE, Kind.SOURCES):
        return tuple(Choice(key, text) for key, text in offered.sources.items())
    if column.kind is Kind.FLAG:
        return (Choice("true", Words("是", "yes")), Choice("false", Words("否", "no")))
    if column.office:
        there = offered.office[column.office]
        known = tuple(Choice(key, label) for key, label in there.items())
        return known if not value or str(value) in there else (*known, _unknown(column, str(value)))
    if _is_chosen(column):
        return tuple(Choice(key, Words(key, key)) for key in offered.items)
    return tuple(Choice(value, label) for value, label in column.choices.items())


def _unknown(column: Column, key: str) -> Choice:
    """A department or post that the item names and the office does not have: it is shown, not passed over."""
    what = _OFFICE[column.office]
    return Choice(key, Words(f"没有这个{what.zh}：{key}", f"No such {what.en}: {key}"))


def _value(column: Column, value: object) -> str | list[str]:
    if column.kind in (Kind.CHOICES, Kind.SOURCES):
        return [str(one) for one in value] if isinstance(value, list) else []
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _values(column: Column, text: str) -> object:
    return text.split("\n") if column.kind in (Kind.CHOICES, Kind.SOURCES) else text


# ---------------------------------------------------------------- posted


def posted(form: MultiDict[str, str], sheet: Sheet, keys: tuple[str, ...], locked: Iterable[str]) -> list[Record]:
    """The records that were posted: the page's own (number 0), then its rows; rows that were left empty are none.

    `keys` are those of the page's own record, empty for one that is new. A locked field that a page does not send is
    not given, and leaves what stands.
    """
    own = _posted(form, sheet, 0, keys, locked)
    records = [own] if own is not None else []
    below = ROWS.get(sheet.key)
    above = keys[-1] if keys else (own.cells.get(sheet.key_columns[0].key, "") if own else "")
    if below is not None:
        for number in _numbers(form, below):
            record = _posted(form, below, number, (above,), ())
            if record is not None:
                records.append(record)
    return records


def posted_rows(form: MultiDict[str, str], sheet: Sheet) -> list[Record]:
    """The rows of a page that has nothing else."""
    found = (_posted(form, sheet, number, (), ()) for number in _numbers(form, sheet))
    return [record for record in found if record is not None]


def _numbers(form: MultiDict[str, str], sheet: Sheet) -> list[int]:
    found = set()
    for name in form:
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == sheet.key and _is_number(parts[1]):
            found.add(int(parts[1]))
    return sorted(found - {0})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5


def _posted(
    form: MultiDict[str, str], sheet: Sheet, number: int, keys: tuple[str, ...], locked: Iterable[str]
) -> Record | None:
    cells = {column.key: key for column, key in zip(sheet.key_columns, keys, strict=False)}
    typed = False
    for column in sheet.columns:
        if column.key in cells:
            continue
        name = name_of(sheet, number, column.key)
        given = form.getlist(name)
        if not given and (column.key in locked or not _is_list(column)):
            continue
        typed = typed or (any(one.strip() for one in given) and column.kind is not Kind.FLAG)
        cells[column.key] = "\n".join(given)
    remove = number > 0 and name_of(sheet, number, "remove") in form  # a page's own record has a page for that
    is_there = name_of(sheet, number, "there") in form
    return Record(sheet.key, number, cells, remove) if typed or is_there or number == 0 else None


def _is_list(column: Column) -> bool:
    return column.kind in (Kind.CHOICES, Kind.SOURCES)


# ---------------------------------------------------------------- told


def errors_of(faults: Iterable[Fault], blocks: Iterable[Block]) -> dict[str, list[Words]]:
    """Field -> what is wrong with it; what is said of a whole record stands at its first field."""
    shown = {(one.sheet.key, one.number): one for one in blocks}
    errors: dict[str, list[Words]] = {}
    for fault in faults:
        here = shown.get((fault.sheet, fault.number)) or next(iter(shown.values()))
        named = [one.key for one in here.fields if one.column.key == fault.column]
        errors.setdefault((named or [here.fields[0].key])[0], []).append(fault.words)
    return errors


def findings_at(findings: Iterable[Finding], block: Block) -> list[tuple[Finding, str]]:
    """The findings of a record, each with the field that it is about (the record's first where it names none; "" of
    what an item's file holds besides its fields)."""
    if not block.keys[-1]:
        return []
    place = place_of(block.sheet, block.keys)
    base = ".".join(place.path)
    found = []
    for finding in findings:
        if finding.file != place.file or not _within(finding.element, base):
            continue
        about = [one for one in block.fields if _is_about(finding.element, block, one)]
        if about or base or block.sheet is QUESTIONS:
            found.append((finding, (about or list(block.fields))[0].key))
        elif block.sheet is ITEMS:
            found.append((finding, ""))
    return found


def _within(element: str, base: str) -> bool:
    return not base or element == base or element.startswith(f"{base}.")


def _is_about(element: str, block: Block, shown: Shown) -> bool:
    if shown.column.english_of or not shown.column.path:
        return False
    path = ".".join(path_of(block.sheet, shown.column, block.keys)[1])
    of_several = bool(shown.column.limit or shown.column.office)
    return element == path or (of_several and element == path.rpartition(".")[0])
