"""Relations of points and ranges (DMN 1.5, 10.3.4.9)."""

from __future__ import annotations

import operator
from collections.abc import Callable

from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.objects import Range
from engine.expressions.feel.range_text import range_in
from engine.expressions.feel.run import Run
from engine.values import Value

FUNCTIONS = Registry()


class _NoOrder(Exception):
    """Two ends that cannot be compared: the relation is null."""


def _order(left: Value, right: Value) -> int:
    """Texts are paid for by who calls."""
    order = op.compare(left, right)
    if order is None:
        raise _NoOrder
    return order


def _starts(a: Range, b: Range) -> int:
    """-1 where `a` starts earlier; an included start is earlier than an excluded one."""
    if a.start is None or b.start is None:
        return (a.start is not None) - (b.start is not None)
    return _order(a.start, b.start) or b.start_included - a.start_included


def _ends(a: Range, b: Range) -> int:
    """-1 where `a` ends earlier; an excluded end is earlier than an included one."""
    if a.end is None or b.end is None:
        return (b.end is not None) - (a.end is not None)
    return _order(a.end, b.end) or a.end_included - b.end_included


def _reach(a: Range, b: Range) -> int:
    """-1 where `a` ends before `b` starts, 0 where they share that one point, 1 where it ends after."""
    if a.end is None or b.start is None:
        return 1
    return _order(a.end, b.start) or (0 if a.end_included and b.start_included else -1)


def _complete(value: Value) -> bool:
    return type(value) is not Range or (value.complete and value.operator != "!=")


@FUNCTIONS("range", "from: string")
def range_(run: Run, text: str) -> Value:
    """The range that a text writes, "[18..21)"; null where it writes none or its ends are in no order."""
    run.spend(1 + (len(text) >> 4))
    found = range_in(text)
    if found is None or found.start is None or found.end is None:
        return found
    order = op.ordered(found.start, found.end, run)
    return None if order is None or order > 0 else found


def _relation(
    name: str,
    test: Callable[[Range, Range], bool],
    first: str,
    second: str,
    integers: Callable[[int, int], bool] | None = None,
) -> None:
    """Declare a relation. "point" and "range" say what each side may be, "any" both; `integers` is that of two."""
    allowed = {"point": (False,), "range": (True,), "any": (False, True)}

    def apply(run: Run, left: Value, right: Value) -> Value:
        if integers is not None and type(left) is int and type(right) is int:
            return integers(left, right)
        sides = []
        for value, wanted in ((left, first), (right, second)):
            if value is None or (type(value) is Range) not in allowed[wanted] or not _complete(value):
                return None
            sides.append(value if type(value) is Range else Range(value, value, True, True))
            for point in (sides[-1].start, sides[-1].end):
                if type(point) is str:
                    run.reads(2 * len(point))
        try:
            return test(*sides)
        except _NoOrder:
            return None

    mixed = "range: any, point: any" if second == "any" and first == "range" else "point: any, range: any"
    FUNCTIONS(name, "range1: any, range2: any", "point1: any, point2: any", mixed)(apply)


_relation("before", lambda a, b: _reach(a, b) < 0, "any", "any", operator.lt)
_relation("after", lambda a, b: _reach(b, a) < 0, "any", "any", operator.gt)
_relation("meets", lambda a, b: _reach(a, b) == 0, "range", "range")
_relation("met by", lambda a, b: _reach(b, a) == 0, "range", "range")
_relation("overlaps", lambda a, b: _reach(a, b) >= 0 and _reach(b, a) >= 0, "range", "range")
_relation(
    "overlaps before",
    lambda a, b: _starts(a, b) < 0 and _reach(a, b) >= 0 and _ends(a, b) <= 0,
    "range",
    "range",
)
_relation(
    "overlaps after",
    lambda a, b: _starts(b, a) < 0 and _reach(b, a) >= 0 and _ends(b, a) <= 0,
    "range",
    "range",
)
_relation("finishes", lambda a, b: _ends(a, b) == 0 and _starts(a, b) >= 0, "any", "range")
_relation("finished by", lambda a, b: _ends(a, b) == 0 and _starts(a, b) <= 0, "range", "any")
_relation("includes", lambda a, b: _starts(a, b) <= 0 and _ends(a, b) >= 0, "range", "any")
_relation("during", lambda a, b: _starts(b, a) <= 0 and _ends(b, a) >= 0, "any", "range")
_relation("starts", lambda a, b: _starts(a, b) == 0 and _ends(a, b) <= 0, "any", "range")
_relation("started by", lambda a, b: _starts(a, b) == 0 and _ends(a, b) >= 0, "range", "any")
_relation("coincides", lambda a, b: _starts(a, b) == 0 and _ends(a, b) == 0, "any", "any", operator.eq)
