"""What in a bundle's files speaks of a record: by its key, or (texts for people) by its name.

Asked over the files as they are once the record has gone, so that what went with it is not told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.bundles.examples import example_files
from engine.bundles.places import Place, PlaceKind
from engine.bundles.places_of_files import places_of_bundle
from engine.bundles.touches import excerpt
from engine.catalogue.records import Catalogue, Record
from engine.catalogue.sheets import BUNDLE_FILE, SHEETS, Kind
from engine.words import Words

#: The kind of a mention in a worked example; the others are places of a bundle.
EXAMPLE = "example"
#: A name shorter than this stands in texts by chance.
SHORTEST_NAME = 3
_CONDITIONS = frozenset({"when", "applies"})
#: Where the value is one of a list that the program knows, never somebody's key.
_CHOSEN = frozenset(
    column.path[-1]
    for sheet in SHEETS.values()
    for column in sheet.columns
    if column.kind in (Kind.CHOICE, Kind.CHOICES) and column.path
)
_FOR_MACHINES = frozenset({PlaceKind.FORM, PlaceKind.RULE, PlaceKind.TABLE, PlaceKind.ELEMENT})
_FOR_PEOPLE = frozenset({PlaceKind.GUIDE, PlaceKind.LETTER})
_SHARED = ("_shared/", "forms/_shared/")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_QUOTED = re.compile(r'"([^"]*)"')
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEYS = re.compile(r"[\w-]+(?:[\s,;]+[\w-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that is taken out, as others may name it. `call`: the call activity of an item in the diagram."""

    sheet: str
    keys: tuple[str, ...]
    name: str = ""
    call: str = ""

    @property
    def key(self) -> str:
        return self.keys[-1]


@dataclass(frozen=True, slots=True)
class Mention:
    """What speaks of it: where, in which words. `by_key`: it goes by the record; else its text has the name alone.

    `kind`: of `PlaceKind`, or EXAMPLE.
    """

    kind: str
    file: str
    element: str
    name: Words
    said: str
    by_key: bool = True


def gone_with(files: Mapping[str, bytes], records: Iterable[Record]) -> list[Gone]:
    """The records among these that are to be taken out, as the files name them now."""
    catalogue = Catalogue(files)
    found = []
    for record in records:
        sheet = SHEETS[record.sheet]
        keys = tuple(record.cells.get(column.key, "").strip() for column in sheet.key_columns)
        if not record.remove or keys not in catalogue.keys_of(sheet):
            continue
        named = next((one for one in sheet.columns if one.key in ("name", "text", "label")), None)
        name = str(catalogue.value(sheet, named, keys) or "") if named else ""
        own = catalogue.tables(f"items/{keys[0]}.toml") if sheet.key == "items" else {}
        found.append(Gone(sheet.key, keys, name, str(own.get("call_activity", ""))))
    return found


def mentions_of(files: Mapping[str, bytes], gone: Sequence[Gone]) -> list[Mention]:
    """Everything in these files that speaks of the records, what goes by their keys first."""
    if not gone:
        return []
    found = [*_in_catalogue(files, gone), *_in_places(files, gone), *_in_examples(files, gone)]
    return sorted(dict.fromkeys(found), key=lambda one: not one.by_key)


# ---------------------------------------------------------------- the catalogue's own files


def _in_catalogue(files: Mapping[str, bytes], gone: Sequence[Gone]) -> Iterator[Mention]:
    catalogue = Catalogue(files)
    for file in (BUNDLE_FILE, *(f"items/{item}.toml" for item in catalogue.items)):
        tables = catalogue.tables(file)
        for path, text in _leaves(tables):
            if path == ("items",) or not any(_names_in_table(one, path, text) for one in gone):
                continue
            kind, name = _owner(file, path, tables)
            yield Mention(kind, file, ".".join(path), Words(name, name), excerpt(text, 0))


def _names_in_table(one: Gone, path: tuple[str, ...], text: str) -> bool:
    match one.sheet:
        case "questions":
            if path[-1] in _CONDITIONS:
                return one.key in _names(text)
            is_field = path[-1] == "case_variables" or path[-1].endswith(("_field", "_fields"))
            return text == one.key if is_field else path[-2:] == ("fields", one.key)
        case "options":
            return path[-1] in _CONDITIONS and one.key in _quoted(text) and one.keys[0] in _names(text)
        case "situations" | "requirements":
            return False
        case _:
            return text == one.key and path[-1] not in _CHOSEN


def _owner(file: str, path: tuple[str, ...], tables: Mapping[str, Any]) -> tuple[str, str]:
    """Kind and name of what a value of the catalogue belongs to."""
    if file != BUNDLE_FILE:
        return PlaceKind.ITEM, str(tables.get("name", file))
    if len(path) > 1 and path[0] in ("materials", "questions"):
        own = tables[path[0]][path[1]]
        kind = PlaceKind.MATERIAL if path[0] == "materials" else PlaceKind.BUNDLE
        return kind, str(own.get("name") or own.get("text") or path[1])
    return PlaceKind.BUNDLE, str(tables.get("name", file))


def _leaves(tables: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Path and text of every text in a file, those of a list each."""
    pending: list[tuple[tuple[str, ...], Any]] = [((), tables)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += reversed([((*path, key), one) for key, one in value.items()])
        elif isinstance(value, list):
            pending += reversed([(path, one) for one in value])
        elif isinstance(value, str) and path:
            yield path, value


# ---------------------------------------------------------------- diagrams, decisions, forms, papers


def _in_places(files: Mapping[str, bytes], gone: Sequence[Gone]) -> Iterator[Mention]:
    for place in places_of_bundle(files):
        if place.file.startswith(_SHARED):
            continue  # it serves other bundles, and knows no keys of this one
        if place.kind in _FOR_MACHINES:
            said = next((text for one in gone for text in _naming(place, one)), None)
            if said is not None:
                yield Mention(place.kind, place.file, place.element, place.name, excerpt(said, 0))
        elif place.kind in _FOR_PEOPLE:
            yield from _by_name(place, gone)


def _naming(place: Place, one: Gone) -> Iterator[str]:
    """The texts of a place that go by the record's key."""
    if one.call and place.element == one.call:
        yield place.name.zh
    for words in place.says:
        if words.zh and _names_for_machine(one, place.kind, words.zh):
            yield words.zh


def _names_for_machine(one: Gone, kind: PlaceKind, text: str) -> bool:
    match one.sheet:
        case "questions":
            return one.key in _names(text)
        case "options":
            return one.key in _quoted(text) and (kind is PlaceKind.RULE or one.keys[0] in _names(text))
        case "basis" | "requirements":
            return False
        case _:
            return one.key in _quoted(text) or (bool(_KEYS.fullmatch(text)) and one.key in re.split(r"[\s,;]+", text))


def _by_name(place: Place, gone: Sequence[Gone]) -> Iterator[Mention]:
    names = [one.name for one in gone if one.sheet in ("items", "materials") and len(one.name) >= SHORTEST_NAME]
    for words in place.says:
        at = next((words.zh.find(name) for name in names if name in words.zh), -1)
        if at >= 0:
            yield Mention(place.kind, place.file, place.element, place.name, excerpt(words.zh, at), by_key=False)


def _quoted(text: str) -> list[str]:
    return _QUOTED.findall(text)


def _names(text: str) -> list[str]:
    """What may be a variable in an expression; nothing of a text that is prose."""
    outside = _QUOTED.sub('""', text)
    return [] if _CHINESE.search(outside) else _WORD.findall(outside)


# ---------------------------------------------------------------- examples


def _in_examples(files: Mapping[str, bytes], gone: Sequence[Gone]) -> Iterator[Mention]:
    """One line for each example, with the first place that speaks of it."""
    for file in example_files(files):
        try:
            root = json.loads(files[file])
        except (ValueError, RecursionError):
            continue  # the check of the bundle names it
        found = next((at for at in _in_example(root) if any(_names_in_example(one, *at) for one in gone)), None)
        if found is not None:
            name = root.get("name") if isinstance(root, dict) else None
            shown = Words(str(name.get("zh", "")), str(name.get("en", ""))) if isinstance(name, dict) else Words("", "")
            path, text = found
            yield Mention(EXAMPLE, file, ".".join(path), shown, ": ".join((*path[-1:], text)))


def _names_in_example(one: Gone, path: tuple[str, ...], text: str) -> bool:
    match one.sheet:
        case "questions":
            return path[-1:] == (one.key,)
        case "options":
            return text == one.key and one.keys[0] in path
        case "items" | "materials":
            return text == one.key or one.key in path
        case _:
            return False


def _in_example(root: object) -> Iterator[tuple[tuple[str, ...], str]]:
    """Path and text of every value; a key with nothing in it counts too."""
    pending: list[tuple[tuple[str, ...], object]] = [((), root)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += reversed([((*path, str(key)), one) for key, one in value.items()])
        elif isinstance(value, list):
            pending += reversed([(path, one) for one in value])
        if not isinstance(value, (dict, list)) or not value:
            yield path, "" if isinstance(value, (dict, list)) or value is None else str(value)
