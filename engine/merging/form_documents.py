"""Forms (form-js JSON) as entries: a component by its id, an option by its value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.merging.model import ROOT, Document, Entry

#: What tells the entries of a list apart, the first that all of them have.
NATURAL = ("id", "key", "value")
LIST, IN_LIST = "[…]", "list"
DEEPEST = 100


class NoForm(ValueError):
    """The file is no JSON object, or two of its components cannot be told apart."""


def read_form_document(content: bytes) -> Document:
    """Raises NoForm."""
    try:
        read = json.loads(content, parse_float=Decimal)
        _json(read).encode("utf-8")  # an escape may name half a character, which no file can hold
    except (ValueError, RecursionError) as fault:
        raise NoForm from fault
    if not isinstance(read, dict):
        raise NoForm
    entries: dict[str, Entry] = {}
    order: dict[str, tuple[str, ...]] = {}
    pending: list[tuple[str, str, str, dict[str, Any], int]] = [(ROOT, "", "", read, 0)]
    while pending:
        key, parent, place, value, depth = pending.pop()
        if key in entries or depth > DEEPEST:
            raise NoForm
        facts: dict[str, str] = {IN_LIST: place} if place else {}
        below: list[tuple[str, str, str, dict[str, Any], int]] = []
        for path, one in _flat(value):
            named = _named(one)
            facts[path] = _json(one) if named is None else LIST
            for own, each in named or ():
                below.append((own if own.startswith("#") else f"{key}/{path}/{own}", key, path, each, depth + 1))
        entries[key] = Entry(parent, facts)
        order[key] = tuple(own for own, *_ in below)
        pending += below
    return Document(entries, order)


def write_form_document(document: Document, indent: int | None) -> bytes:
    """The form as JSON, its keys in the order in which they were read."""
    values: dict[str, dict[str, Any]] = {key: {} for key in document.entries}
    for key, entry in document.entries.items():
        for path, text in entry.facts.items():
            if path != IN_LIST:
                inside = [
                    values[child]
                    for child in document.order.get(key, ())
                    if document.entries[child].facts.get(IN_LIST) == path
                ]
                _put(values[key], path, inside if inside or text == LIST else json.loads(text, parse_float=Decimal))
    return json.dumps(values[ROOT], ensure_ascii=False, indent=indent, default=_number).encode() + b"\n"


def indent_of(content: bytes) -> int | None:
    """How far the file indents; None where it is one line."""
    second = content.decode("utf-8", "replace").partition("\n")[2]
    return (len(second) - len(second.lstrip(" ")) or None) if second else None


@dataclass(frozen=True, slots=True)
class FormLanguage:
    """What a form means by its entries."""

    mine: Document
    theirs: Document

    def needs(self, entry: Entry) -> frozenset[str]:
        return frozenset()

    def hangs_on(self, entry: Entry) -> frozenset[str]:
        return frozenset()

    def loose(self, entry: Entry) -> Mapping[str, str]:
        return {}

    def is_picture(self, key: str, fact: str) -> bool:
        return False

    def decided(self, key: str, fact: str, sides: Mapping[str, str | None]) -> str | None:
        """Programs that wrote the form, and a list that one side emptied: what is in it decides."""
        told = sorted(value for name, value in sides.items() if value is not None and name != "base")
        return told[-1] if told and (fact.startswith("exporter") or LIST in told) else None

    def rank(self, entry: Entry) -> int:
        return 0

    def keeps_order(self, entry: Entry) -> bool:
        return False

    def told(self, document: Document, key: str) -> tuple[str, str, str]:
        entry = self._entry(document, key)
        while entry is not None and not key.startswith("#") and key != ROOT:
            key = entry.parent
            entry = self._entry(document, key)
        if entry is None or key == ROOT:
            return "", "", ""
        label = json.loads(entry.facts.get("label", '""'))
        return key[1:], json.loads(entry.facts.get("type", '""')), label if isinstance(label, str) else ""

    def what(self, key: str, fact: str) -> str:
        return fact if key.startswith("#") or key == ROOT else f"{key.rpartition('/')[2]}/{fact}"

    def said(self, fact: str, value: str) -> str:
        """A text without its quotes, all else as it stands in the file."""
        text = "" if value == LIST else json.loads(value)
        return text if isinstance(text, str) else value

    def _entry(self, document: Document, key: str) -> Entry | None:
        return next((one.entries[key] for one in (document, self.theirs, self.mine) if key in one.entries), None)


def _flat(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Path -> what stands there, of objects in objects; a `/` in a name is written `~1`."""
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        path, one = pending.pop()
        if (isinstance(one, dict) and one and path.count("/") < DEEPEST) or not path:
            before = f"{path}/" if path else ""
            inside = [(before + name.replace("~", "~0").replace("/", "~1"), each) for name, each in one.items()]
            pending += reversed(inside)
        else:
            yield path, one


def _named(value: Any) -> list[tuple[str, dict[str, Any]]] | None:
    """Of a list of objects that can be told apart: each with its name, `#id` where that is its own everywhere."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return None
    for natural in NATURAL:
        names = [one.get(natural) for one in value]
        if all(isinstance(name, str) and name for name in names) and len(set(names)) == len(names):
            return [(f"#{name}" if natural == "id" else str(name), one) for name, one in zip(names, value, strict=True)]
    return None


def _put(target: dict[str, Any], path: str, value: Any) -> None:
    *ways, name = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]
    for way in ways:
        inside = target.setdefault(way, {})
        if not isinstance(inside, dict):  # one side wrote a plain value where the other has an object
            raise NoForm
        target = inside
    target[name] = value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_number)


def _number(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)
