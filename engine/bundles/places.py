"""What the files of a bundle, and a place's rules, say and where: the index in which a change of law is looked up.

A place is the smallest thing that a designer would change: one limit of an item, one requirement of a material, one
field, one rule of a table, one element of a diagram, one paragraph of a letter. It keeps every text that stands there,
and the keys of what it names. What cannot be read is left out: the findings of the bundle say so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from engine.bundles.model import Bundle
from engine.bundles.rule_words import rule_name
from engine.words import Words

#: Contents that many bundles share are read once.
SHARED = 1_024


class PlaceKind(StrEnum):
    """What a place is part of."""

    ITEM = "item"
    MATERIAL = "material"
    BUNDLE = "bundle"
    GUIDE = "guide"
    FORM = "form"
    RULE = "rule"
    TABLE = "table"
    ELEMENT = "element"
    LETTER = "letter"
    TRANSLATION = "translation"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Place:
    """`element`: what tells it from the others of its file, for as long as it is the same thing. `part`: which part of
    an item or bundle ("limits", "checklist" …, "" elsewhere). `refs`: what it names by key ("material:KEY",
    "limit:ITEM.NAME", "parameter:KEY", "clock:NAME"). `items`: keys of the items that it is about; empty: of none in
    particular."""

    kind: PlaceKind
    file: str
    element: str
    name: Words
    says: tuple[Words, ...]
    items: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()
    part: str = ""

    @property
    def texts(self) -> Iterator[str]:
        """Every text that stands there, in both languages."""
        for one in self.says:
            if one.zh:
                yield one.zh
            if one.en:
                yield one.en


@lru_cache(maxsize=SHARED)
def paragraphs(file: str, content: bytes, kind: PlaceKind, items: frozenset[str] = frozenset()) -> tuple[Place, ...]:
    """The paragraphs of a letter or guide, told by the heading that they stand under and their number below it."""
    return tuple(_paragraphs(file, content, kind, items))


def _paragraphs(file: str, content: bytes, kind: PlaceKind, items: frozenset[str]) -> Iterator[Place]:
    heading, number = "", 0
    for text in _blocks(content.decode("utf-8", "replace")):
        if text.startswith("#"):
            heading, number = text.lstrip("# "), 0
        number += 1
        written = Words("", text) if file.endswith((".en.md", "/en.md")) else Words(text, "")
        shown = heading or text
        yield Place(
            kind, file, f"{heading}/{number}" if heading else f"/{number}", Words(shown, shown), (written,), items
        )


@lru_cache(maxsize=SHARED)
def translations(file: str, content: bytes, keys: frozenset[str]) -> tuple[Place, ...]:
    """The lines of texts/<language>.toml, each under the file and element that it translates. `keys`: of the items."""
    return tuple(_translations(file, content, keys))


def _translations(file: str, content: bytes, keys: frozenset[str]) -> Iterator[Place]:
    known = {f"items/{key}.toml": key for key in keys}
    for translated, lines in _toml(content).items():
        for key, text in lines.items() if isinstance(lines, dict) else ():
            if isinstance(text, str):
                items = frozenset({known[translated]}) if translated in known else frozenset[str]()
                shown = Words(f"{translated} · {key}", f"{translated} · {key}")
                yield Place(PlaceKind.TRANSLATION, file, f"{translated}#{key}", shown, (Words("", text),), items)


def sources(file: str, content: bytes, bundle: Bundle | None) -> Iterator[Place]:
    """The legal sources that a bundle names once, in the table `basis` of its bundle.toml."""
    table = _toml(content).get("basis", {})
    for key, text in table.items() if isinstance(table, dict) else ():
        if isinstance(text, str):
            said = bundle.words(file, "basis", key, text) if bundle else Words(text, "")
            yield Place(PlaceKind.BUNDLE, file, f"basis.{key}", said, (said,), part="basis")


def kinds_of_documents(file: str, content: bytes) -> Iterator[Place]:
    """The kinds of document of a kinds.toml: title, basis."""
    for key, table in _toml(content).get("kinds", {}).items():
        if isinstance(table, dict):
            said = tuple(words_in(table))
            title = table.get("title")
            yield Place(
                PlaceKind.LETTER, file, key, _words(title) if isinstance(title, dict) else Words(key, key), said
            )


def places_of_rules(file: str, content: bytes) -> list[Place]:
    """The rules of a place (profile, rules of supervision): one place for each table that says something itself."""
    return list(_tables(file, _toml(content)))


def words_in(table: Mapping[str, Any]) -> Iterator[Words]:
    """What a table says itself: its words in both languages, and its texts."""
    for value in table.values():
        for one in value if isinstance(value, list) else (value,):
            if _is_words(one):
                yield _words(one)
            elif isinstance(one, str) and one:
                yield Words(one, "")


def keys_in(text: str) -> Iterator[str]:
    """What may be a key in an expression or a value: words of letters, digits, hyphens and underscores."""
    return (found[0] for found in _KEY.finditer(text))


_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def _tables(file: str, root: Mapping[str, Any]) -> Iterator[Place]:
    pending: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), root)]
    while pending:
        path, table = pending.pop()
        said = tuple(words_in(table))
        if path and said:
            yield _rule(file, path, table, said, rule_name(path, root))
        below = [((*path, key), value) for key, value in table.items() if isinstance(value, dict)]
        pending += reversed([(key, value) for key, value in below if not _is_words(value)])


def _rule(file: str, path: tuple[str, ...], table: Mapping[str, Any], said: tuple[Words, ...], name: Words) -> Place:
    clocks = table.get("clocks")
    refs = {f"clock:{one}" for one in clocks} if isinstance(clocks, list) else set[str]()
    if path[0] == "parameters" and len(path) == 2:
        refs.add(f"parameter:{path[1]}")
    return Place(PlaceKind.PROFILE, file, ".".join(path), name, said, refs=frozenset(refs), part=path[0])


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = block.strip()
        while lines.startswith("#") and "\n" in lines:  # a heading right above its text
            heading, _, lines = lines.partition("\n")
            yield heading
        if lines:
            yield lines


def _is_words(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and value.keys() <= {"zh", "en"}


def _words(value: Mapping[str, Any]) -> Words:
    return Words(str(value.get("zh", "")), str(value.get("en", "")))


def _toml(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return {}
