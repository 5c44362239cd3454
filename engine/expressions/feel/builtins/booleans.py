"""Boolean functions (DMN 1.5, 10.3.4.2)."""

from __future__ import annotations

from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.run import Run
from engine.values import Value

FUNCTIONS = Registry()


@FUNCTIONS("not", "negand")
def not_(run: Run, negand: Value) -> Value:
    return op.negated(negand)


def _items(run: Run, values: tuple[Value, ...]) -> tuple[Value, ...]:
    items = tuple(values[0]) if len(values) == 1 and type(values[0]) is list else values
    run.spend(len(items))
    return items


@FUNCTIONS("all", "list", variadic=True, least=1)
def all_(run: Run, *values: Value) -> Value:
    """Three-valued: false when one is false, else null when one is unknown."""
    if values == (None,):
        return None
    items = _items(run, values)
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@FUNCTIONS("any", "list", variadic=True, least=1)
def any_(run: Run, *values: Value) -> Value:
    """Three-valued: true when one is true, else null when one is unknown."""
    if values == (None,):
        return None
    items = _items(run, values)
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


@FUNCTIONS("is", "value1, value2")
def is_(run: Run, value1: Value, value2: Value) -> Value:
    """Same kind and same value; two moments only with the same zone."""
    if op.kind(value1) != op.kind(value2):
        return False
    if getattr(value1, "tzinfo", None) is not None or getattr(value2, "tzinfo", None) is not None:
        return bool(value1.utcoffset() == value2.utcoffset() and op.equal(value1, value2, run))
    return op.equal(value1, value2, run)
