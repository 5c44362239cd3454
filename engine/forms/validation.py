"""Posted answers to FEEL values, strictly (`judge`) or as far as they can be read (`draft`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from marshmallow import ValidationError

from engine.errors import AnswersInvalid
from engine.expressions import Context
from engine.forms import messages
from engine.forms.model import Field, Raw
from engine.forms.schema import read_value, schema_for
from engine.values import Value
from engine.words import Words

Visible = Callable[[Mapping[str, Value], Context | None], frozenset[str]]


def judge(
    fields: Sequence[Field],
    visible: Visible,
    posted: Mapping[str, Any],
    extra_variables: Mapping[str, Value],
    context: Context | None,
    *,
    strict: bool = False,
) -> dict[str, Value]:
    """The answers of the fields that are shown. `strict`: a key of no field is an error.

    What is shown depends on the answers themselves, so these are read first as far as they can be.
    Raises AnswersInvalid with every wrong field, in the order of the page.
    """
    given = {**posted, **_readonly(fields, extra_variables)}
    read = {field.key: _as_far_as_readable(field, given.get(field.key), context) for field in fields}
    shown = visible({**extra_variables, **read}, context)
    asked = [field for field in fields if field.key in shown]
    errors: dict[str, list[Words]] = {}
    answers: dict[str, Value] = {}
    try:
        answers = cast(
            "dict[str, Value]",
            schema_for(asked, context).load({field.key: given.get(field.key) for field in asked}),
        )
    except ValidationError as refused:
        found = cast("dict[str, list[Words]]", refused.messages)
        errors = {field.key: found[field.key] for field in asked if field.key in found}
    if strict:
        known = {field.key for field in fields}
        errors |= {key: [messages.no_such_field(key)] for key in posted if key not in known}
    if errors:
        raise AnswersInvalid(errors)
    return answers


def draft(fields: Sequence[Field], raw: Raw) -> dict[str, Value]:
    """What has been typed so far, of every field, shown or not; unreadable texts as they were typed."""
    kept: dict[str, Value] = {}
    for field in fields:
        try:
            kept[field.key] = read_value(field, raw.get(field.key))
        except ValidationError:
            kept[field.key] = raw.get(field.key)
    return kept


def _as_far_as_readable(field: Field, given: Any, context: Context | None) -> Value:
    try:
        return read_value(field, given, context)
    except ValidationError:
        return None


def _readonly(fields: Sequence[Field], extra_variables: Mapping[str, Value]) -> dict[str, Value]:
    """A field that cannot be written takes its value from what is known, never from the post."""
    return {field.key: extra_variables.get(field.key, field.default) for field in fields if field.readonly}
