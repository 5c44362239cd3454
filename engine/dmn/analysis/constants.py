"""Parts of an expression whose value is known before anything runs."""

from __future__ import annotations

from typing import TypeGuard

from engine.errors import BudgetExceeded
from engine.expressions.feel import nodes as n
from engine.expressions.feel.compiler import Compiler
from engine.expressions.feel.objects import Range
from engine.expressions.feel.operations import kind
from engine.expressions.feel.run import Run, Scope
from engine.values import Value

#: The value is not known.
UNKNOWN: Value = object()
#: Functions that give the same for the same arguments, and values that have no other way to be written.
_MAKERS = frozenset(("date", "time", "date and time", "duration", "years and months duration", "number"))


def constant(node: n.Node) -> Value:
    """The value of an expression that reads nothing, else UNKNOWN (for null too, where it is not written)."""
    if isinstance(node, n.Literal):
        return node.value
    if not _reads_nothing(node):
        return UNKNOWN
    try:
        value = Compiler().compile(node)(Scope({}, None, Run(None, "")))
    except (BudgetExceeded, RecursionError):
        return UNKNOWN
    return UNKNOWN if value is None else value


def _reads_nothing(tree: n.Node) -> bool:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, n.Name) and node.name not in _MAKERS:
            return False
        if isinstance(node, n.For | n.Quantified | n.FunctionOf | n.Computed | n.Filter):
            return False  # may be long work
        waiting.extend(node.children())
    return True


def points_of(tests: n.Tests) -> list[Value] | None:
    """The values at which the answer of the tests can change; None where it depends on more than the input."""
    points: list[Value] = []
    return points if all(_test_points(test, points) for test in tests.tests) else None


def compares_order(tests: n.Tests) -> bool:
    """Whether the tests ask for less or more, not only for equality."""
    waiting: list[n.Node] = list(tests.tests)
    while waiting:
        node = waiting.pop()
        if isinstance(node, n.UnaryTest | n.Comparison) and node.operator not in ("", "=", "!="):
            return True
        if isinstance(node, n.RangeOf | n.Between):
            return True
        waiting.extend(node.children())
    return False


def _test_points(test: n.UnaryTest, points: list[Value]) -> bool:
    if test.uses_input:
        return not test.operator and _condition_points(test.operand, points)
    if isinstance(test.operand, n.Comparison | n.Between | n.Membership | n.Logic | n.InstanceOf):
        return False  # a condition of its own
    return _add(constant(test.operand), points)


def _condition_points(tree: n.Node, points: list[Value]) -> bool:
    """The points of a condition on `?` alone: comparisons with constants, joined by and, or, not."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, n.Logic):
            waiting.extend(node.operands)
        elif isinstance(node, n.Comparison):
            sides = (node.left, node.right)
            others = [each for each in sides if not _is_input(each)]
            if len(others) != 1 or not _add(constant(others[0]), points):
                return False
        elif isinstance(node, n.Between):
            ends = (constant(node.low), constant(node.high))
            if not _is_input(node.value) or not all(_add(end, points) for end in ends):
                return False
        elif isinstance(node, n.Membership):
            if not _is_input(node.value) or not all(_test_points(test, points) for test in node.tests):
                return False
        elif _is_negation(node):
            waiting.extend(node.positional)
        else:
            return False
    return True


def _is_input(node: n.Node) -> bool:
    return isinstance(node, n.Name) and node.name == "?"


def _is_negation(node: n.Node) -> TypeGuard[n.Call]:
    return isinstance(node, n.Call) and isinstance(node.function, n.Name) and node.function.name == "not"


def _add(value: Value, points: list[Value]) -> bool:
    """Add the points of a constant: itself, the ends of a range, the items of a list."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if type(each) is Range:
            if not each.complete:
                return False
            waiting += [end for end in (each.start, each.end) if end is not None]
        elif type(each) is list:
            waiting += each
        elif each is UNKNOWN or kind(each) in ("context", "function", "other"):
            return False
        else:
            points.append(each)
    return True
