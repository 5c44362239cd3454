"""Conversion functions (DMN 1.5, 10.3.4.1) of numbers and texts."""

from __future__ import annotations

import decimal
import re

from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import DECIMAL, number_text, whole
from engine.expressions.feel.objects import Range
from engine.expressions.feel.run import VALUE_DEPTH, Run
from engine.expressions.feel.temporal import date_time_text, duration_text, time_text
from engine.values import Value

FUNCTIONS = Registry()
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,5})?", re.ASCII)
_SEPARATORS = (None, " ", ",", ".")


@FUNCTIONS("number", "from: string, grouping separator?: any, decimal separator?: any")
def number(run: Run, text: str, grouping: Value = None, mark: Value = None) -> Value:
    """The number that a text writes; null where it writes none or the separators are not allowed."""
    if grouping not in _SEPARATORS or mark not in (None, ",", ".") or (grouping is not None and grouping == mark):
        return None
    if grouping:
        text = text.replace(grouping, "")
    if mark == ",":
        text = text.replace(",", ".")
    if len(text) > 7000 or not _NUMBER.fullmatch(text):
        return None
    try:
        value = DECIMAL.create_decimal(text)
    except decimal.DecimalException:
        return None
    exact = whole(value) if "." not in text else None
    return value if exact is None else exact


@FUNCTIONS("string", "from: any")
def string(run: Run, value: Value) -> Value:
    """The text of a value: numbers without exponent, dates as ISO 8601, lists and contexts as FEEL."""
    if value is None or type(value) is str:
        return value
    return run.text(text_of(value, run))


def text_of(value: Value, run: Run, depth: int = 0) -> str:
    """`value` as FEEL would write it, a text within quotes."""
    if depth > VALUE_DEPTH:
        raise run.too_deep()
    run.spend(1)
    if type(value) is list:
        return run.text(f"[{', '.join(text_of(item, run, depth + 1) for item in value)}]")
    if type(value) is dict:
        entries = (f"{_key(key)}: {text_of(item, run, depth + 1)}" for key, item in value.items())
        return run.text("{" + ", ".join(entries) + "}")
    if type(value) is Range:
        start, end = (text_of(part, run, depth + 1) for part in (value.start, value.end))
        return f"{'[' if value.start_included else '('}{start}..{end}{']' if value.end_included else ')'}"
    return _scalar(value)


def _scalar(value: Value) -> str:
    kind = op.kind(value)
    if kind == "string":
        run_text: str = value
        return '"' + run_text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if kind == "number":
        return number_text(value)
    if kind == "date":
        return str(value.isoformat())
    if kind == "time":
        return time_text(value)
    if kind == "date and time":
        return date_time_text(value)
    if kind.endswith("duration"):
        return duration_text(value)
    return {"null": "null", "boolean": "true" if value is True else "false"}.get(kind, kind)


def _key(key: str) -> str:
    return key if key.isidentifier() else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
