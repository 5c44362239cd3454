"""Boolean functions (DMN 1.5, 10.3.4.2), and what tells about a value."""

from __future__ import annotations

from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.run import Run
from engine.values import Value

FUNCTIONS = Registry()


@FUNCTIONS("not", "negand: any")
def not_(run: Run, negand: Value) -> Value:
    if type(negand) is list and len(negand) == 1:
        negand = negand[0]
    return op.negated(negand)


@FUNCTIONS.over_items("all")
def all_(run: Run, items: list[Value]) -> Value:
    """Three-valued: false when one is false, else null when one is unknown."""
    return _decided(items, decisive=False)


@FUNCTIONS.over_items("any")
def any_(run: Run, items: list[Value]) -> Value:
    """Three-valued: true when one is true, else null when one is unknown."""
    return _decided(items, decisive=True)


def _decided(items: list[Value], *, decisive: bool) -> Value:
    unknown = False
    for item in items:
        if item is decisive:
            return decisive
        unknown = unknown or type(item) is not bool
    return None if unknown else not decisive


@FUNCTIONS("is", "value1: any, value2: any")
def is_(run: Run, value1: Value, value2: Value) -> Value:
    """Same kind and same value; two moments only with the same offset."""
    kind = op.kind(value1)
    if kind != op.kind(value2):
        return False
    if kind in ("time", "date and time") and op.property_of(value1, "time offset") != op.property_of(
        value2, "time offset"
    ):
        return False
    return op.equal(value1, value2, run)


@FUNCTIONS("is defined", "value: any")
def is_defined(run: Run, value: Value) -> Value:
    """Whether the variable or key is there; the compiler answers it for names and paths, null or not."""
    return value is not None


@FUNCTIONS("get or else", "value: any, default: any")
def get_or_else(run: Run, value: Value, default: Value) -> Value:
    return default if value is None else value
