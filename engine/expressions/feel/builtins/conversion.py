"""Conversion functions (DMN 1.5, 10.3.4.1) of numbers and texts."""

from __future__ import annotations

import decimal
import re

from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.numbers import DECIMAL, number_text, whole
from engine.expressions.feel.objects import Brief, Clock, Range
from engine.expressions.feel.run import VALUE_DEPTH, Run, Writing
from engine.expressions.feel.temporal import date_text, date_time_text, duration_text, time_text
from engine.values import ClockMark, Value

FUNCTIONS = Registry()
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,5})?", re.ASCII)
_SEPARATORS = (None, " ", ",", ".")


@FUNCTIONS("number", "from: string, grouping separator?: any, decimal separator?: any")
def number(run: Run, text: str, grouping: Value = None, mark: Value = None) -> Value:
    """The number that a text writes; null where it writes none or the separators are not allowed."""
    if grouping not in _SEPARATORS or mark not in (None, ",", ".") or (grouping is not None and grouping == mark):
        return None
    run.reads(len(text))
    if grouping:
        text = text.replace(grouping, "")
    if mark == ",":
        text = text.replace(",", ".")
    if len(text) <= 34 and text.isascii() and text.isdigit():
        return int(text)
    if len(text) > 7000 or not _NUMBER.fullmatch(text):
        return None
    try:
        value = DECIMAL.create_decimal(text)
    except decimal.DecimalException:
        return None
    exact = whole(value) if "." not in text else None
    return value if exact is None else exact


@FUNCTIONS("string", "from: any", brief=Brief(int, str))
def string(run: Run, value: Value) -> Value:
    """The text of a value: numbers without exponent, dates as ISO 8601, lists and contexts as FEEL."""
    return value if value is None or type(value) is str else text_of(value, run)


def text_of(value: Value, run: Run) -> str:
    """`value` as FEEL would write it, a text within quotes. Raises BudgetExceeded."""
    writing = Writing(run)
    _write(value, run, writing, 0)
    return writing.text()


def _write(value: Value, run: Run, writing: Writing, depth: int) -> None:
    if depth > VALUE_DEPTH:
        raise run.too_deep()
    run.spend(1)
    if type(value) is list:
        writing.add("[")
        for number, item in enumerate(value):
            writing.add(", " if number else "")
            _write(item, run, writing, depth + 1)
        writing.add("]")
    elif type(value) is dict:
        writing.add("{")
        for number, (key, item) in enumerate(value.items()):
            writing.add(f"{', ' if number else ''}{_key(key)}: ")
            _write(item, run, writing, depth + 1)
        writing.add("}")
    elif type(value) is Range and value.operator:
        writing.add(f"({value.operator} ")
        _write(value.start, run, writing, depth + 1)
        writing.add(")")
    elif type(value) is Range:
        writing.add("[" if value.start_included else "(")
        _write(value.start, run, writing, depth + 1)
        writing.add("..")
        _write(value.end, run, writing, depth + 1)
        writing.add("]" if value.end_included else ")")
    else:
        writing.add(_scalar(value, run))


def _scalar(value: Value, run: Run) -> str:
    kind = op.kind(value)
    if kind == "string":
        return quoted(value)
    if kind == "number":
        if type(value) is decimal.Decimal:
            run.writes(abs(value.adjusted()))  # a number given from outside may have any exponent
        return number_text(value)
    if kind == "date":
        return date_text(value)
    if kind == "time":
        return time_text(value)
    if kind == "date and time":
        return date_time_text(value)
    if kind.endswith("duration"):
        return duration_text(value)
    if type(value) is Clock:
        return f"clock({quoted(value.name)})"
    if type(value) is ClockMark:
        return f"clock({quoted(value.clock)}).mark({quoted(value.mark)})"
    return {"null": "null", "boolean": "true" if value is True else "false"}.get(kind, kind)


def _key(key: str) -> str:
    return key if key.isidentifier() else quoted(key)


def quoted(text: str) -> str:
    """A text as FEEL writes it, within quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
