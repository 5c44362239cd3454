"""What the editors of a working copy's files offer: names for expressions, the field dictionary, the bundle's items."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine import Words
from engine.bundles import DICTIONARY_FILE, KnownName, declared_fields, inspect_bundle, known_names
from engine.forms import inspect_form

DECISION_ENDING, FORM_ENDING = ".dmn", ".form"


@dataclass(frozen=True, slots=True)
class OfferedField:
    """A field of the dictionary. `content` is its form-js component as JSON takes it, `type` that component's."""

    key: str
    label: Words
    type: str
    content: Mapping[str, Any]


def names_offered(files: Mapping[str, bytes]) -> tuple[KnownName, ...]:
    """The variables for completion."""
    return known_names(files)


def fields_offered(files: Mapping[str, bytes]) -> dict[str, list[OfferedField]]:
    """Heading (Chinese) -> the fields of the dictionary under it, in its order."""
    labels = _labels(files)
    found: dict[str, list[OfferedField]] = {}
    for one in declared_fields(files).values():
        chinese = str(one.content.get("label") or one.content.get("dateLabel") or one.key)
        content = json.loads(json.dumps(one.content, default=_number))
        offered = OfferedField(one.key, labels.get(one.key, Words(chinese, "")), content["type"], content)
        found.setdefault(one.group, []).append(offered)
    return found


def headings(files: Mapping[str, bytes]) -> dict[str, Words]:
    """Heading of the dictionary (Chinese) -> the same in both languages."""
    return {words.zh: words for words in _labels(files).values()}


def items_offered(files: Mapping[str, bytes]) -> list[tuple[str, Words]]:
    """(key, name) of the items that may read a field."""
    bundle = inspect_bundle(files).bundle
    return [] if bundle is None else [(item.key, item.name) for item in bundle.items]


def _labels(files: Mapping[str, bytes]) -> dict[str, Words]:
    """Key of a field, or id of a group, of the dictionary -> its label."""
    bundle = inspect_bundle(files).bundle
    if DICTIONARY_FILE not in files or bundle is None:
        return {}
    form, _ = inspect_form(files[DICTIONARY_FILE], DICTIONARY_FILE, bundle.words)
    return {} if form is None else dict(_labels_in(form.sections))


def _labels_in(sections: Any) -> Iterator[tuple[str, Words]]:
    for section in sections:
        yield section.key, section.label
        for field in section.fields:
            yield field.key, field.label


def _number(value: object) -> int | float:
    """A decimal as JSON; the dictionary's numbers are lengths and bounds of a few digits."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(value)
