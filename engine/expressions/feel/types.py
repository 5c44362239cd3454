"""`instance of`: tests of a value's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, time

from engine.expressions.feel import moments
from engine.expressions.feel.nodes import TypeName
from engine.expressions.feel.objects import Range
from engine.expressions.feel.operations import is_number, kind, types_of
from engine.values import Value

_DURATIONS = ("days and time duration", "years and months duration")
_SCALARS = ("number", "string", "boolean", "date", "time", "date and time", *_DURATIONS)
SIMPLE_TYPES = frozenset((*_SCALARS, "list", "context", "range", "function"))
OTHER_SPELLINGS = {
    "day and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "year and month duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "dateTime": "date and time",
}
TypeTest = Callable[[Value], bool | None]
#: Declared types by name.
TypeTests = Mapping[str, TypeTest]


def instance_test(wanted: TypeName, declared: TypeTests | None = None) -> TypeTest:
    """Whether a value is of the type; null never is, but for Null. A type unknown to FEEL gives null."""
    name = OTHER_SPELLINGS.get(wanted.name, wanted.name)
    if declared and name in declared:
        test = declared[name]
        return lambda value: value is not None and test(value)
    if name == "Any":
        return lambda value: value is not None
    if name in ("Null", "null"):
        return lambda value: value is None
    if name not in SIMPLE_TYPES:
        return lambda value: None
    parts = [instance_test(argument, declared) for argument in wanted.arguments]
    if name == "number":
        return is_number
    if not parts or name == "function":
        types = types_of(name)
        return lambda value: type(value) in types
    if name == "context":
        by_key = list(zip(wanted.keys, parts, strict=True))
        return lambda value: (
            kind(value) == name
            and all(key in value and (value[key] is None or test(value[key]) is True) for key, test in by_key)
        )
    part = parts[0]
    if name == "range":
        return lambda value: (
            type(value) is Range and all(end is None or part(end) is True for end in (value.start, value.end))
        )
    return lambda value: kind(value) == name and all(item is None or part(item) is True for item in value)


def looks_inside(wanted: TypeName, declared: TypeTests | None = None) -> bool:
    """Whether the test of the type goes through a value's items: list<number>, a declared type."""
    return bool(wanted.arguments) or wanted.name in (declared or {})


class Unfit(Exception):
    """An argument that is not of its parameter's type: the call gives null."""


def fitting(value: Value, test: TypeTest, wants_list: bool) -> Value:
    """The argument, a list of one and its item converted into each other. Raises Unfit."""
    if value is None or test(value) is True:
        return value
    if not wants_list and type(value) is list and len(value) == 1 and test(value[0]) is True:
        return value[0]
    if wants_list and type(value) is not list and test([value]) is True:
        return [value]
    moment = as_moment(value)
    if moment is not None and test(moment) is True:
        return moment
    raise Unfit


def as_moment(value: Value) -> Value:
    """A date as a date and time, midnight in UTC (DMN 1.5, 10.3.2.9.4); None of anything else."""
    return moments.joined(value, time(tzinfo=UTC)) if kind(value) == "date" else None
