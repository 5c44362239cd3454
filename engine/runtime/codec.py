"""FEEL values to JSON and back, losing nothing.

JSON has no decimal, date, time or duration, and orjson no integer beyond 64 bits: those stand as
`{"$": [tag, …]}`. A user's context that has the key "$" is itself wrapped, so nothing is mistaken.
Floats, NaN, lone surrogates and anything that is no FEEL value are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from engine.errors import StateInvalid, ValueInvalid
from engine.values import ClockMark, FarDate, FarDateTime, FineDuration, FineTime, Value, Variables, YearsMonths

#: The reserved key.
TAG = "$"
#: Lists and contexts nested deeper than this are refused.
MAX_DEPTH = 60
_INT64 = 2**63
#: Whole numbers longer than this are refused, as FEEL does.
MAX_BITS = 4096
#: Most variables are of these types, and stand in JSON as they are: they are told without a call for each.
_LEAVES = frozenset({str, int, bool, type(None)})
_TEXTS = frozenset({str, bool, type(None)})


def encode(value: Value, depth: int = 0) -> Any:
    """`value` as something orjson writes. Raises ValueInvalid for what is no FEEL value."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _text(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if -_INT64 <= value < _INT64 else {TAG: ["i", _long(value)]}
    if depth >= MAX_DEPTH:
        raise ValueInvalid(f"nested deeper than {MAX_DEPTH}")
    if kind is list or kind is tuple:
        return [encode(each, depth + 1) for each in value]
    if kind is dict:
        return _context(value, depth)
    return {TAG: _scalar(value)}


def decode(stored: Any) -> Value:
    """The value that `encode` wrote. Raises StateInvalid for anything else."""
    kind = type(stored)
    if kind is dict:
        if TAG in stored:
            return _tagged(stored)
        return {key: each if type(each) in _LEAVES else decode(each) for key, each in stored.items()}
    if kind is list:
        return [each if type(each) in _LEAVES else decode(each) for each in stored]
    if kind is float:
        raise StateInvalid("a float in stored values")
    return stored


def encode_variables(variables: Variables) -> dict[str, Any]:
    """A mapping of variables. Raises ValueInvalid."""
    encoded: dict[str, Any] = _context(variables, 0)
    return encoded


def writable(variables: dict[str, Value]) -> dict[str, Any]:
    """Variables as orjson writes them; one that is no Unicode text is left to it to refuse. Raises ValueInvalid."""
    written: dict[str, Any] = _written_context(variables, 0)
    return written


def _written(value: Value, depth: int) -> Any:
    """As `encode`, but for the texts; what holds only texts is written as it is."""
    kind = type(value)
    if kind is dict and depth < MAX_DEPTH:
        return _written_context(value, depth)
    if kind is list and _TEXTS.issuperset(map(type, value)):
        return value
    return encode(value, depth)


def _written_context(context: dict[str, Any], depth: int) -> Any:
    if TAG in context:
        return _context(context, depth)
    if _TEXTS.issuperset(map(type, context.values())):
        return context
    return {key: each if type(each) in _TEXTS else _written(each, depth + 1) for key, each in context.items()}


def decode_variables(stored: Any) -> dict[str, Value]:
    """What `encode_variables` wrote. Raises StateInvalid."""
    if type(stored) is dict and TAG not in stored and _LEAVES.issuperset(map(type, stored.values())):
        return stored
    decoded = decode(stored)
    if not isinstance(decoded, dict):
        raise StateInvalid("variables are no context")
    return decoded


def encoded_size(variables: Variables) -> int:
    """How many bytes the variables take in the stored state. Raises ValueInvalid."""
    return len(orjson.dumps(_context(variables, 0)))


def checked(value: Value) -> Value:
    """`value` itself if it is a FEEL value (tuples become lists). Raises ValueInvalid."""
    kind = type(value)
    if kind is bool or value is None or (kind is str and value.isascii()):
        return value
    encode(value)
    return list(value) if isinstance(value, tuple) else value


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise ValueInvalid("a text with a lone surrogate") from None
    return value


def _long(value: int) -> str:
    """Its digits; numbers beyond any FEEL number are refused, whose text alone would be work without end."""
    if value.bit_length() > MAX_BITS:
        raise ValueInvalid(f"a number of more than {MAX_BITS} bits")
    return str(value)


def _context(value: Mapping[Any, Value], depth: int) -> Any:
    encoded: dict[str, Any] = {}
    for key, each in value.items():
        name = key if type(key) is str and key.isascii() else _key(key)
        kind = type(each)
        if (kind is str and each.isascii()) or kind is bool or each is None:
            encoded[name] = each
        else:
            encoded[name] = encode(each, depth + 1)
    return {TAG: ["c", encoded]} if TAG in encoded else encoded


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise ValueInvalid(f"a context key that is no text: {type(key).__name__}")
    return _text(key)


def _scalar(value: Value) -> list[Any]:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueInvalid(f"the number {value}")
        return ["n", str(value)]
    if isinstance(value, datetime):
        return ["dt", value.isoformat(), *_zone(value)]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, time):
        return ["t", value.isoformat(), *_zone(value)]
    if isinstance(value, timedelta):
        return ["s", value.days, value.seconds, value.microseconds]
    if isinstance(value, YearsMonths):
        return ["ym", value.months]
    if isinstance(value, ClockMark):
        return ["cm", _text(value.clock), _text(value.mark)]
    if isinstance(value, FarDate):
        return ["fd", value.year, value.month, value.day]
    if isinstance(value, FineTime):
        return ["ft", value.hour, value.minute, value.second, value.nanosecond, _fixed_offset(value), *_zone(value)]
    if isinstance(value, FarDateTime):
        return ["fdt", _scalar(value.day), _scalar(value.clock)]
    if isinstance(value, FineDuration):
        return ["fs", str(value.nanoseconds)]
    raise ValueInvalid(f"no FEEL value: {type(value).__name__}")


def _fixed_offset(value: FineTime) -> int | None:
    """Seconds before UTC; None without an offset of its own."""
    offset = None if value.tzinfo is None else value.tzinfo.utcoffset(None)
    return None if offset is None else offset // timedelta(seconds=1)


def _zone(value: datetime | time | FineTime) -> list[Any]:
    """The zone's name where the offset alone would lose it, and the fold of an ambiguous hour."""
    name = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
    return [] if name is None and not value.fold else [name, value.fold]


def _tagged(stored: dict[str, Any]) -> Value:
    if len(stored) != 1 or not isinstance(stored[TAG], list) or not stored[TAG]:
        raise StateInvalid("a damaged tag in stored values")
    tag, *parts = stored[TAG]
    reader = _READERS.get(tag)
    if reader is None:
        raise StateInvalid(f"an unknown tag in stored values: {tag!r}")
    try:
        return reader(*parts)
    except (TypeError, ValueError, InvalidOperation, OverflowError, AttributeError, ZoneInfoNotFoundError):
        raise StateInvalid(f"a damaged value in the state: {stored!r}") from None


def _moment(text: str, zone: str | None = None, fold: int = 0) -> datetime:
    moment = datetime.fromisoformat(text)
    if zone is not None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.replace(fold=fold)


def _time(text: str, zone: str | None = None, fold: int = 0) -> time:
    moment = time.fromisoformat(text)
    if zone is not None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.replace(fold=fold)


def _fine_time(
    hour: int,
    minute: int,
    second: int,
    nanosecond: int,
    offset: int | None,
    zone: str | None = None,
    fold: int = 0,
) -> FineTime:
    named = None if zone is None else ZoneInfo(zone)
    fixed = None if offset is None else timezone(timedelta(seconds=offset)) if offset else UTC
    return FineTime(hour, minute, second, nanosecond, named or fixed, fold)


_READERS: dict[str, Callable[..., Value]] = {
    "i": int,
    "n": Decimal,
    "dt": _moment,
    "d": date.fromisoformat,
    "t": _time,
    "s": timedelta,
    "ym": YearsMonths,
    "cm": ClockMark,
    "fd": FarDate,
    "ft": _fine_time,
    "fdt": lambda day, clock: FarDateTime(decode({TAG: day}), decode({TAG: clock})),
    "fs": lambda nanoseconds: FineDuration(int(nanoseconds)),
    "c": lambda encoded: {key: decode(each) for key, each in encoded.items()},
}
