"""Values as TCK files write them (XML Schema types, components, lists), and whether a result is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from engine.expressions import compile_expression
from engine.values import FarDate, FarDateTime, FineDuration, FineTime, Value, YearsMonths

NAMESPACE = "http://www.omg.org/spec/DMN/20160719/testcase"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
#: Numbers are the same up to this, as the suite's own runners have it.
PRECISION = Decimal("1e-8")
_NUMBERS = frozenset({"decimal", "double", "float", "integer", "int", "long", "short", "byte"})
#: XML Schema type -> the FEEL function that reads its text.
_TEMPORAL = {
    "date": "date", "time": "time", "dateTime": "date and time", "duration": "duration",
    "dayTimeDuration": "duration", "yearMonthDuration": "duration",
}  # fmt: skip
_STRING = compile_expression("string(it)")
Element = etree._Element


@dataclass(frozen=True)
class Temporal:
    """A date, time or duration as text; `value` is the engine's, None where the engine has none for it."""

    type: str
    text: str
    value: Value


@dataclass(frozen=True)
class Expected:
    """What a result node must be. `may_fail`: null is expected, so that an error is as good."""

    value: Any
    may_fail: bool

    @classmethod
    def of(cls, node: Element) -> Expected:
        told = node.find(f"{{{NAMESPACE}}}expected")
        value = None if told is None else _read(told)
        return cls(value, value is None and node.get("errorResult") == "true")

    @property
    def words(self) -> str:
        return repr(_plain(self.value))

    def fits(self, found: Value) -> bool:
        """Whether the value found is the expected one."""
        return _same(self.value, found)


def given_value(node: Element) -> Value:
    """The value of an input node."""
    return _plain(_read(node))


def _read(holder: Element) -> Any:
    """The value in a node of the schema's valueType."""
    components = holder.findall(f"{{{NAMESPACE}}}component")
    if components:
        return {each.get("name", ""): None if _is_nil(each) else _read(each) for each in components}
    items = holder.find(f"{{{NAMESPACE}}}list")
    if items is not None:
        return None if _is_nil(items) else [_read(each) for each in items.findall(f"{{{NAMESPACE}}}item")]
    value = holder.find(f"{{{NAMESPACE}}}value")
    if value is None or _is_nil(value):
        return None
    return _scalar(value.get(f"{_XSI}type", "").rpartition(":")[2], "".join(str(part) for part in value.itertext()))


def _is_nil(element: Element) -> bool:
    return element.get(f"{_XSI}nil") in ("true", "1")


def _scalar(type_: str, text: str) -> Any:
    if type_ == "boolean":
        return text.strip() in ("true", "1")
    if type_ in _NUMBERS:
        return _number(text.strip())
    if type_ in _TEMPORAL:
        read = compile_expression(f'{_TEMPORAL[type_]}("{text.strip()}")')
        return Temporal(type_, text.strip(), read.evaluate({}))
    return text


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text  # INF and NaN are no FEEL numbers


def _plain(value: Any) -> Any:
    """The value as the engine takes it."""
    if isinstance(value, Temporal):
        return value.text if value.value is None else value.value
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _same(expected: Any, found: Value) -> bool:
    if isinstance(expected, Temporal):
        return _same_temporal(expected, found)
    if isinstance(expected, Decimal):
        is_number = isinstance(found, (int, Decimal)) and not isinstance(found, bool)
        return is_number and abs(expected - found) < PRECISION
    if isinstance(expected, Mapping):
        return (
            isinstance(found, dict)
            and expected.keys() == found.keys()
            and all(_same(each, found[key]) for key, each in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(expected) == len(found)
            and all(_same(one, other) for one, other in zip(expected, found, strict=True))
        )
    return type(expected) is type(found) and bool(expected == found)


def _same_temporal(expected: Temporal, found: Value) -> bool:
    if isinstance(found, (bool, str, int, Decimal, list, dict)) or found is None:
        return False
    if expected.value is None:  # beyond what the engine reads: then the texts are compared
        return bool(_STRING.evaluate({"it": found}) == expected.text)
    wanted = expected.value
    if isinstance(wanted, (FarDate, FineTime, FarDateTime, FineDuration)):
        return bool(wanted == found)
    if type(wanted) is not type(found):
        return False
    if isinstance(wanted, (datetime, time)) and isinstance(found, (datetime, time)):
        return wanted == found and wanted.utcoffset() == found.utcoffset()
    return isinstance(found, (date, timedelta, YearsMonths)) and bool(wanted == found)
