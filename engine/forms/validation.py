"""Posted answers to FEEL values: what is shown is worked out over them, and exactly that is judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from marshmallow import ValidationError

from engine.errors import AnswersInvalid
from engine.expressions import Context
from engine.forms import messages
from engine.forms.answers import MOST_ROWS, fields_of, known_value
from engine.forms.model import EXPRESSION, LIST, Field, Raw, Section
from engine.forms.places import has, put, row_prefix, rows_at, value_at
from engine.forms.schema import load
from engine.forms.settling import Settled
from engine.values import Value
from engine.words import Words

Errors = dict[str, list[Words]]


def judge(
    sections: Sequence[Section],
    page: Sequence[Section],
    settled: Settled,
    raw: Raw,
    known: Mapping[str, Value],
    context: Context | None,
    *,
    overrun: Collection[str],
    strict: bool = False,
) -> dict[str, Value]:
    """The answers of the fields that `page` shows. `strict`: a key of no field is an error.

    Raises AnswersInvalid with every wrong field by the name of its control, in the order of the page.
    """
    asked = list(_asked(page))
    given = {one.key: known_value(one, known) if one.readonly else value_at(raw, one.key) for one in asked}
    read: dict[str, Value] = {}
    errors: Errors = {}
    try:
        read = load(asked, given, context)
    except ValidationError as refused:
        found = cast("Errors", refused.messages)
        errors = {one.key: found[one.key] for one in asked if one.key in found}
    errors |= {name: [messages.not_worked_out(name)] for name in sorted(overrun) if name not in errors}
    errors |= dict(_too_many_rows(page, raw))
    if strict:
        errors |= {name: [messages.no_such_field(name)] for name in _unknown(sections, raw, "")}
    if errors:
        raise AnswersInvalid(errors)
    return _nested(sections, page, settled.values, read, "")


def _asked(page: Sequence[Section]) -> Iterator[Field]:
    """Every field on the page that a person answers, rows of lists among them."""
    for one in fields_of(page):
        if one.type == LIST:
            for row in one.rows:
                yield from _asked(row)
        elif one.is_asked:
            yield one


def _too_many_rows(page: Sequence[Section], raw: Raw) -> Iterator[tuple[str, list[Words]]]:
    for one in fields_of(page):
        if one.type == LIST:
            if len(rows_at(raw, one.key)) > MOST_ROWS:
                yield one.key, [messages.too_many_rows(one.label, MOST_ROWS)]
            for row in one.rows:
                yield from _too_many_rows(row, raw)


def _nested(
    sections: Sequence[Section],
    page: Sequence[Section],
    settled: Mapping[str, Value],
    read: Mapping[str, Value],
    prefix: str,
) -> dict[str, Value]:
    """The answers as the form nests them: what was read for what is shown, and what was computed."""
    on_page = {one.key: one for one in fields_of(page)}
    answers: dict[str, Value] = {}
    for one in fields_of(sections):
        name = prefix + one.key
        there = on_page.get(name)
        if one.type == EXPRESSION and has(settled, one.key):
            put(answers, one.key, value_at(settled, one.key))
        elif there is not None and one.type == LIST:
            rows = zip(there.rows, rows_at(settled, one.key), strict=True)
            inner = [
                _nested(one.sections, row, values, read, row_prefix(name, number))
                for number, (row, values) in enumerate(rows)
            ]
            put(answers, one.key, inner)
        elif there is not None and one.is_asked:
            put(answers, one.key, read[name])
    return answers


def _unknown(sections: Sequence[Section], raw: Mapping[str, Any], prefix: str) -> Iterator[str]:
    """The names in `raw` that lead to no field."""
    tree: dict[str, Any] = {}
    for one in fields_of(sections):
        if one.carries_answer:
            put(tree, one.key, one)
    waiting: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [(prefix, raw, tree)]
    while waiting:
        before, values, known = waiting.pop(0)
        for key, value in values.items():
            there = known.get(key) if isinstance(key, str) else None
            if there is None:
                yield f"{before}{key}"
            elif isinstance(there, dict):
                if isinstance(value, Mapping):
                    waiting.append((f"{before}{key}.", value, there))
            elif there.type == LIST:
                for number, row in enumerate(rows_at(values, key)[:MOST_ROWS]):
                    yield from _unknown(there.sections, row, row_prefix(f"{before}{key}", number))
