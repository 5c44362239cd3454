"""Tests of a value: what follows `in`, and the input cells of decision tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.expressions.feel import nodes as n
from engine.expressions.feel import operations as op
from engine.expressions.feel.objects import Range
from engine.expressions.feel.run import Closure, Run, Scope
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.feel.compiler import Compiler

#: Whether a value passes; the scope binds `?` to the same value.
Test = Callable[[Value, Scope], bool | None]

#: What may stand in a cell as a condition of its own.
_CONDITIONS = (n.Comparison, n.Between, n.Membership, n.Logic, n.Quantified, n.InstanceOf, n.Call)
_OPERATORS: dict[str, Callable[[Value, Value, Run], bool | None]] = {
    "=": op.equal,
    "!=": lambda value, operand, run: op.negated(op.equal(value, operand, run)),
    "<": op.less,
    "<=": op.less_or_equal,
    ">": lambda value, operand, run: op.less(operand, value, run),
    ">=": lambda value, operand, run: op.less_or_equal(operand, value, run),
}


def compile_membership(compiler: Compiler, node: n.Membership) -> Closure:
    """`value in tests`."""
    value = compiler.compile(node.value)
    passes = any_of(compiler, node.tests)

    def evaluate(scope: Scope) -> Value:
        wanted = value(scope)
        return passes(wanted, Scope({"?": wanted}, scope, scope.run))

    return evaluate


def compile_tests(compiler: Compiler, node: n.Tests) -> Test:
    """The tests of an input cell, in a scope that binds `?`."""
    if not node.tests:
        return lambda value, scope: True
    passes = any_of(compiler, node.tests)
    return (lambda value, scope: op.negated(passes(value, scope))) if node.negated else passes


def any_of(compiler: Compiler, tests: tuple[n.UnaryTest, ...]) -> Test:
    """True when one test is; else null when one is unknown."""
    compiler.bind("?")
    compiled = [_test(compiler, test) for test in tests]
    compiler.unbind(1)
    if len(compiled) == 1:
        return compiled[0]

    def passes(value: Value, scope: Scope) -> bool | None:
        unknown = False
        for test in compiled:
            answer = test(value, scope)
            if answer is True:
                return True
            unknown = unknown or answer is None
        return None if unknown else False

    return passes


def _test(compiler: Compiler, test: n.UnaryTest) -> Test:
    compiler.size += 1
    operand = compiler.compile(test.operand, levels=2)
    if test.operator:
        compare = _OPERATORS[test.operator]
        return lambda value, scope: compare(value, operand(scope), scope.run)
    if test.uses_input:
        return lambda value, scope: _truth(operand(scope))
    if isinstance(test.operand, _CONDITIONS):
        return lambda value, scope: _fulfilled(value, operand(scope), scope.run)
    return lambda value, scope: matches(value, operand(scope), scope.run)


def _fulfilled(value: Value, wanted: Value, run: Run) -> bool | None:
    """A condition that does not mention `?`: just true, unless it is booleans that are compared."""
    if type(wanted) is bool and value is not None and type(value) is not bool:
        return wanted
    return matches(value, wanted, run)


def _truth(value: Value) -> bool | None:
    return value if type(value) is bool else None


def matches(value: Value, wanted: Value, run: Run) -> bool | None:
    """Whether `value` is what the cell says: in the range, one of the list, or equal."""
    if type(wanted) is Range:
        return op.within(value, wanted, run)
    if type(wanted) is list:
        return _in_list(value, wanted, run)
    return op.equal(value, wanted, run)


def _in_list(value: Value, wanted: list[Value], run: Run) -> bool | None:
    run.spend(len(wanted))
    if type(value) is list and op.equal(value, wanted, run) is True:
        return True
    return any(
        (op.within(value, each, run) if type(each) is Range else op.equal(value, each, run)) is True for each in wanted
    )
