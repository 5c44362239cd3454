"""Values on their way in and out: copied, compared with what they were, and refused where they cannot be kept."""

from __future__ import annotations

from decimal import Decimal

from engine.errors import ValueInvalid
from engine.expressions.feel.operations import kind
from engine.expressions.feel.run import VALUE_DEPTH, Run
from engine.values import Value


def copied(value: Value, run: Run, depth: int = 0) -> Value:
    """A copy that shares no list or context with `value`, nor within itself: as if read from storage."""
    if type(value) not in (list, tuple, dict):
        return value
    if depth > VALUE_DEPTH:
        raise run.too_deep()
    run.spend(1 + (len(value) >> 3))
    if type(value) is dict:
        return {key: copied(item, run, depth + 1) for key, item in value.items()}
    return [copied(item, run, depth + 1) for item in value]


def is_same(value: Value, before: Value, run: Run) -> bool:
    """Whether a copy still is what it was copied from, types included (1, 1.0 and True are three values)."""
    if type(before) is dict:
        if type(value) is not dict or value.keys() != before.keys():
            return False
        run.spend(1 + (len(value) >> 3))
        return all(is_same(item, before[key], run) for key, item in value.items())
    if type(before) is list or type(before) is tuple:
        if type(value) is not list or len(value) != len(before):
            return False
        run.spend(1 + (len(value) >> 3))
        return all(is_same(a, b, run) for a, b in zip(value, before, strict=True))
    return value is before or (type(value) is type(before) and bool(value == before))


def kept(value: Value, run: Run, depth: int = 0) -> Value:
    """`value` as a FEEL value of its own: tuples are lists, nothing is shared.

    Raises ValueInvalid for what is no FEEL value or holds itself, BudgetExceeded for what is too large.
    """
    if type(value) is str:
        return _text(value, run)
    if type(value) not in (list, tuple, dict):
        return _scalar(value)
    if depth > VALUE_DEPTH:
        raise ValueInvalid(f"nested deeper than {VALUE_DEPTH}, or a list or context that contains itself")
    run.spend(1 + (len(value) >> 3))
    if type(value) is dict:
        return {_key(key, run): kept(item, run, depth + 1) for key, item in value.items()}
    return [kept(item, run, depth + 1) for item in value]


def _key(key: Value, run: Run) -> str:
    if type(key) is not str:
        raise ValueInvalid(f"a context key that is no text: {type(key).__name__}")
    return _text(key, run)


def _text(text: str, run: Run) -> str:
    run.spend(len(text) >> 8)
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise ValueInvalid("a text with a lone surrogate") from None
    return text


def _scalar(value: Value) -> Value:
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueInvalid(f"the number {value}")
    if kind(value) in ("other", "range", "function"):
        raise ValueInvalid(f"no FEEL value: {type(value).__name__}")
    return value
