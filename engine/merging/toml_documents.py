"""TOML files of a catalogue as entries: a table by its head, a line by its key; comments go with what follows them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.merging.model import ROOT, Document, Entry

TEXT, TAIL = "text", "tail"
#: Lines of one value; a file with a longer one is merged by lines.
LONGEST_VALUE = 400
_HEAD = re.compile(r"\s*\[(?P<name>[^\[\]]+)\]\s*(?:#.*)?$")


class NoTable(ValueError):
    """The file is no TOML that can be taken apart by keys."""


def read_toml_document(content: bytes) -> Document:
    """Raises NoTable."""
    try:
        text = content.decode("utf-8")
        tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise NoTable from fault
    entries: dict[str, Entry] = {ROOT: Entry("", {})}
    order: dict[str, list[str]] = {ROOT: []}
    table = ROOT
    pieces = list(_pieces(text.split("\n")))
    for key, piece, is_head in pieces[:-1]:
        parent = ROOT if is_head else table
        own = f"[{key}]" if is_head else f"{table}|{key}"
        if own in entries:
            raise NoTable
        entries[own] = Entry(parent, {TEXT: piece})
        order[parent].append(own)
        order[own] = []
        if is_head:
            table = own
    entries[ROOT] = Entry("", {TAIL: pieces[-1][1]})
    return Document(entries, {key: tuple(inside) for key, inside in order.items()})


def write_toml_document(document: Document) -> bytes:
    """The text again. Raises NoTable where what was put together is no TOML."""
    pieces: list[str] = []
    for key in document.order[ROOT]:
        pieces.append(document.entries[key].facts[TEXT])
        pieces += [document.entries[child].facts[TEXT] for child in document.order.get(key, ())]
    text = "\n".join([*pieces, document.entries[ROOT].facts[TAIL]])
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise NoTable from fault
    return text.encode("utf-8")


@dataclass(frozen=True, slots=True)
class TomlLanguage:
    """What a catalogue means by its entries: a line belongs to its table, and that is all."""

    def needs(self, entry: Entry) -> frozenset[str]:
        return frozenset()

    def hangs_on(self, entry: Entry) -> frozenset[str]:
        return frozenset()

    def loose(self, entry: Entry) -> Mapping[str, str]:
        return {}

    def is_picture(self, key: str, fact: str) -> bool:
        return False

    def decided(self, key: str, fact: str, sides: Mapping[str, str | None]) -> str | None:
        return None

    def rank(self, entry: Entry) -> int:
        """Lines of the beginning, which belong to no table, stand before all tables."""
        return 1 if _HEAD.search(entry.facts.get(TEXT, "").rpartition("\n")[2]) else 0

    def keeps_order(self, entry: Entry) -> bool:
        return False

    def told(self, document: Document, key: str) -> tuple[str, str, str]:
        """The line as the file names it: `[table] key`."""
        table, _, name = key.partition("|")
        return " ".join(part for part in (table.removeprefix(ROOT), name) if part), "", ""

    def what(self, key: str, fact: str) -> str:
        return ""

    def said(self, fact: str, value: str) -> str:
        return value.strip("\n")


def _pieces(lines: list[str]) -> Iterator[tuple[str, str, bool]]:
    """(key, text with the comments before it, whether it is the head of a table); at last ("", what is left, False).

    Raises NoTable.
    """
    begun: list[str] = []
    value: list[str] = []
    for line in lines:
        if not value and (not line.strip() or line.lstrip().startswith("#")):
            begun.append(line)
            continue
        head = None if value else _HEAD.fullmatch(line.rstrip("\r"))
        if head:
            yield _name(head["name"]), "\n".join([*begun, line]), True
            begun = []
            continue
        value.append(line)
        key = _key_of("\n".join(value))
        if key:
            yield key, "\n".join([*begun, *value]), False
            begun, value = [], []
        elif len(value) > LONGEST_VALUE:
            raise NoTable
    if value:
        raise NoTable
    yield "", "\n".join(begun), False


def _name(written: str) -> str:
    """A table's name, written the same however the file writes it."""
    try:
        return _path(tomllib.loads(f"[{written}]"))
    except tomllib.TOMLDecodeError as fault:
        raise NoTable from fault


def _key_of(text: str) -> str:
    """The key of a line that is a whole value; "" where more of it follows."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ""
    at = text.find("=")
    while at >= 0:  # a quoted key may hold a sign of equality
        try:
            return _path(tomllib.loads(f"{text[:at]} = 0"))
        except tomllib.TOMLDecodeError:
            at = text.find("=", at + 1)
    return ""


def _path(table: dict[str, object]) -> str:
    names: list[str] = []
    while table:
        name, inside = next(iter(table.items()))
        names.append(name)
        table = inside if isinstance(inside, dict) else {}
    return ".".join(names)
