"""Answers read field by field, through the rows of lists: as far as they can be read, or as they were typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError

from engine.expressions import Context
from engine.forms.computed import Evaluating, Scope
from engine.forms.model import CHOICE_TYPES, FILES, LIST, Field, Raw, Section
from engine.forms.options import is_choice
from engine.forms.places import put, rows_at, value_at
from engine.forms.schema import read_value
from engine.values import Value

#: Rows of one list.
MOST_ROWS = 200

Reads = Callable[[Field, Any], Value]


def readable(sections: Sequence[Section], raw: Raw, known: Mapping[str, Value], context: Context | None) -> Any:
    """The values of every field, shown or not; null where they cannot be read.

    A field that cannot be written has its value from what is known, never from `raw`.
    """

    def read(one: Field, given: Any) -> Value:
        if one.readonly or one.disabled:
            return known_value(one, known)
        try:
            return _read_one(one, given, context)
        except ValidationError:
            return None

    return each(sections, raw, read)


def typed(sections: Sequence[Section], raw: Raw, context: Context | None) -> dict[str, Value]:
    """The values of every field, shown or not; the text itself where it cannot be read."""

    def read(one: Field, given: Any) -> Value:
        try:
            return _read_one(one, given, context)
        except ValidationError:
            return given if is_choice(given) or _is_texts(given) else None

    return each(sections, raw, read)


def known_value(one: Field, known: Mapping[str, Value]) -> Value:
    """What a field that cannot be written holds: what is known under its key, else its default."""
    value = value_at(known, one.key)
    return one.default if value is None else value


def each(sections: Sequence[Section], raw: Raw, read: Reads) -> dict[str, Value]:
    """What `read` makes of every field that a person answers, nested as the form nests them."""
    values: dict[str, Value] = {}
    for one in fields_of(sections):
        if one.type == LIST:
            rows = rows_at(raw, one.key)[:MOST_ROWS]
            put(values, one.key, [each(one.sections, row, read) for row in rows])
        elif one.is_asked:
            put(values, one.key, read(one, value_at(raw, one.key)))
        elif one.disabled:
            put(values, one.key, read(one, None))
    return values


def fields_of(sections: Sequence[Section]) -> Iterator[Field]:
    """The fields of one level: rows of lists not among them."""
    for section in sections:
        yield from section.fields


def defaults(
    sections: Sequence[Section], known: Mapping[str, Value], evaluating: Evaluating, rows: tuple[Any, ...] = ()
) -> dict[str, Value]:
    """What stands in the fields before anything is filled in; fields without a default are left out."""
    values: dict[str, Value] = {}
    numbers = tuple(1 for _ in rows)
    for one in fields_of(sections):
        if one.type == LIST:
            inner = [defaults(one.sections, known, evaluating, (*rows, {})) for _ in range(one.repetitions)]
            put(values, one.key, inner)
        elif (value := _default(one, Scope({**known, **values}, rows, numbers), evaluating)) is not None:
            put(values, one.key, value)
    return values


def _default(one: Field, scope: Scope, evaluating: Evaluating) -> Value:
    for part in one.computed:
        if part.attribute == "default" and part.expression is not None:
            value = evaluating.value(one.key, part.expression, scope.variables())
            try:
                return None if value is None else _read_one(one, value, evaluating.context)
            except ValidationError:
                return None
    return one.default


def _read_one(one: Field, given: Any, context: Context | None) -> Value:
    """Options that come from the data are not known here: any choice is read as it stands."""
    if one.type in CHOICE_TYPES and any(part.attribute == "options" for part in one.computed):
        return _free_choice(one, given)
    lenient = replace(one, multiple=True, accept="") if one.type == FILES else one
    return read_value(lenient, given, context)


def _free_choice(one: Field, given: Any) -> Value:
    if one.type in ("checklist", "taglist"):
        chosen = given if isinstance(given, (list, tuple)) else [given]
        return [value for value in chosen if is_choice(value)]
    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]
    return given if is_choice(given) else None


def _is_texts(given: Any) -> bool:
    return isinstance(given, (list, tuple)) and all(isinstance(one, str) for one in given)
