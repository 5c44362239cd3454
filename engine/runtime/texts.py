"""A FEEL value as text, for the places of a task that are shown or looked up."""

from __future__ import annotations

from datetime import date, datetime, time

from engine.expressions import compile_expression
from engine.values import FAR_TYPES, Value

_AS_TEXT = compile_expression("string(value)")


def as_text(value: Value) -> str:
    """`value` as FEEL's string() writes simple values: null is "", booleans are lower case."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, FAR_TYPES):
        return str(_AS_TEXT.evaluate({"value": value}))
    if isinstance(value, list):
        return ",".join(as_text(each) for each in value)
    return str(value)
