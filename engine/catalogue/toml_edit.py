"""Edits of TOML files that leave everything else as it was written: comments, order, spelling of values."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Item, Table

from engine.errors import EngineError
from engine.words import Words

#: What a value of the catalogue is in TOML.
TomlValue = str | int | bool | list[str]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One value put at a path of a file, or (`value` None) taken away."""

    file: str
    path: Path
    value: TomlValue | None


class NotEditable(EngineError):
    """The file cannot be edited piece by piece: it is no TOML, or written in a way that the edit would not survive."""

    def __init__(self, file: str, words: Words) -> None:
        self.file = file
        self.words = words
        super().__init__(f"{file}: {words.en}")


class _NoTable(Exception):
    """A value stands where the path goes on."""


def apply_edits(files: Mapping[str, bytes], edits: Iterable[Edit]) -> dict[str, bytes]:
    """The files that the edits change, with their new content. Raises NotEditable.

    A file that is not there yet begins empty. What comes out is read again and compared with what was meant.
    """
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).append(edit)
    changed = {}
    for file, given in by_file.items():
        content = _edited(file, files.get(file, b""), given)
        if content != files.get(file):
            changed[file] = content
    return changed


def tables_of(files: Mapping[str, bytes], file: str) -> dict[str, Any]:
    """A file as plain values; empty where it is not there or no TOML, which its own check tells."""
    try:
        return tomllib.loads(files.get(file, b"").decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return {}


def value_at(tables: Mapping[str, Any], path: Path) -> Any:
    """The value at a path, None where there is none."""
    here: Any = tables
    for key in path:
        if not isinstance(here, Mapping) or key not in here:
            return None
        here = here[key]
    return here


def _edited(file: str, content: bytes, edits: list[Edit]) -> bytes:
    try:
        text = content.decode("utf-8")
        wanted: dict[str, Any] = tomllib.loads(text)
        document = tomlkit.parse(text)
        for edit in edits:
            _put(document, edit)
            _put_plainly(wanted, edit)
        _set_apart(document, edits)
        made = tomlkit.dumps(document)
        if _without_empty(tomllib.loads(made)) == _without_empty(wanted):
            return made.encode("utf-8")
    except _NoTable:
        pass
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, TOMLKitError, RecursionError) as fault:
        raise NotEditable(
            file,
            Words(
                f"{file} 不是有效的 TOML，请先按文本改正：{fault}",
                f"{file} is no valid TOML; correct its text first: {fault}",
            ),
        ) from fault
    raise NotEditable(
        file,
        Words(
            f"{file} 的写法不能逐项修改，请按文本修改。",
            f"{file} is written in a way that cannot be edited piece by piece; edit its text.",
        ),
    )


def _without_empty(value: Any) -> Any:
    """Tables in which nothing stands are as if they were not there."""
    if not isinstance(value, dict):
        return value
    inside = {key: _without_empty(each) for key, each in value.items()}
    return {key: each for key, each in inside.items() if each != {}}


def _put(document: tomlkit.TOMLDocument, edit: Edit) -> None:
    above: Any = document
    for depth, key in enumerate(edit.path[:-1]):
        if key not in above:
            if edit.value is None:
                return
            _add(above, key, _new_table(above, edit.path[: depth + 1]))
        above = above[key]
        if not isinstance(above, MutableMapping):
            raise _NoTable
    last = edit.path[-1]
    if edit.value is None:
        if last in above:
            tail, body = _tail_of(above[last]), _body_before(document, edit.path)
            del above[last]
            if body is not None:
                body += tail
    elif last in above:
        above[last] = _written(edit.value)
    else:
        _add(above, last, _written(edit.value))


def _add(above: Any, key: str, item: Item) -> None:
    """Put something new in behind the last of its table, before the comment that leads to what follows."""
    tail = _tail_of(above)
    above[key] = item
    body = _body_at_end(above)
    if body is not None:
        body += tail


def _tail_of(table: Any) -> list[tuple[Any, Any]]:
    """The blank lines and comments at the end of a table, taken off; they are said of what follows it."""
    body = _body_at_end(table)
    if body is None:
        return []
    begins = len(body)
    while begins and body[begins - 1][0] is None:
        begins -= 1
    tail = body[begins:]
    del body[begins:]
    return tail


def _body_before(document: tomlkit.TOMLDocument, path: Path) -> list[tuple[Any, Any]] | None:
    """What the lines before a path stand in, where that is a table: of its own level, else of the levels above."""
    levels: list[Any] = [document]
    for key in path[:-1]:
        levels.append(levels[-1][key])
    for depth in range(len(path) - 1, -1, -1):
        names = list(levels[depth])
        place = names.index(path[depth])
        before = levels[depth][names[place - 1]] if place else None
        if isinstance(before, Table):
            return _body_at_end(before)
    return None


def _body_at_end(table: Any) -> list[tuple[Any, Any]] | None:
    """What the lines at the very end of a table stand in: its own body, or that of the last table inside it."""
    body: list[tuple[Any, Any]] | None = None
    here = table
    while isinstance(here, Table | tomlkit.TOMLDocument):
        body = here.body if isinstance(here, tomlkit.TOMLDocument) else here.value.body
        here = next((item for key, item in reversed(body) if key is not None), None)
    return body


def _set_apart(document: tomlkit.TOMLDocument, edits: list[Edit]) -> None:
    """Tables in one line as they are written in these files: { key = value, … }."""
    for edit in edits:
        above: Any = document
        for key in edit.path[:-1]:
            if key not in above:
                break
            if isinstance(above[key], InlineTable):
                above[key] = tomlkit.value(_in_braces(above[key]))
                break
            above = above[key]


def _in_braces(table: InlineTable) -> str:
    inside = [
        f"{tomlkit.key(key).as_string()} = {_in_braces(item) if isinstance(item, InlineTable) else item.as_string()}"
        for key, item in table.items()
    ]
    return "{ " + ", ".join(inside) + " }"


def _new_table(above: object, path: Path) -> Item:
    """A table of its own; in one line for what is a limit, or stands in such a table already."""
    if isinstance(above, InlineTable) or _in_one_line(path):
        return tomlkit.inline_table()
    table: Table = tomlkit.table(is_super_table=len(path) == 1 or path[-1] == "required")
    return table


def _in_one_line(path: Path) -> bool:
    return (path[0] == "limits" and len(path) == 2) or path[-1] == "tolerance" or "required" in path[2:-1]


def _written(value: TomlValue) -> Item:
    if isinstance(value, bool):
        return tomlkit.boolean("true" if value else "false")
    if isinstance(value, int):
        return tomlkit.integer(value)
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(value)
        return array
    as_it_is = '"' in value and "'" not in value and value.isprintable()
    return tomlkit.string(value, literal=as_it_is)


def _put_plainly(tables: MutableMapping[str, Any], edit: Edit) -> None:
    above: Any = tables
    for key in edit.path[:-1]:
        if key not in above:
            if edit.value is None:
                return
            above[key] = {}
        above = above[key]
    if edit.value is None:
        above.pop(edit.path[-1], None)
    else:
        above[edit.path[-1]] = edit.value
