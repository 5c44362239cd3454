"""Tests of a value: what follows `in`, and the input cells of decision tables."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.expressions.feel import nodes as n
from engine.expressions.feel import operations as op
from engine.expressions.feel.objects import Range
from engine.expressions.feel.run import Closure, Run, Scope, look_up
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.feel.compiler import Compiler

#: Whether a value passes; the scope binds `?` to the same value.
Test = Callable[[Value, Scope], bool | None]

#: What may stand in a cell as a condition of its own.
_CONDITIONS = (n.Comparison, n.Between, n.Membership, n.Logic, n.Quantified, n.InstanceOf, n.Call)
#: The comparisons of any two values, and of two integers or two short texts.
COMPARISONS: dict[str, Callable[[Value, Value, Run], bool | None]] = {
    "=": op.equal,
    "!=": lambda value, operand, run: op.negated(op.equal(value, operand, run)),
    "<": op.less,
    "<=": op.less_or_equal,
    ">": lambda value, operand, run: op.less(operand, value, run),
    ">=": lambda value, operand, run: op.less_or_equal(operand, value, run),
}

COMPARISONS_AT_ONCE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_membership(compiler: Compiler, node: n.Membership) -> Closure:
    """`value in tests`."""
    value = compiler.compile(node.value)
    passes = any_of(compiler, node.tests)
    texts = _texts(node.tests)
    if texts:
        if isinstance(node.value, n.Name) and compiler.is_variable(node.value.name):
            return _variable_of_texts(node.value.name, texts, passes)
        return _one_of_texts(value, texts, passes)
    if not any(test.uses_input for test in node.tests):
        return lambda scope: passes(value(scope), scope)

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
    texts = _texts(tests)
    return _one_of(texts, _any(compiled)) if texts else _any(compiled)


def _texts(tests: tuple[n.UnaryTest, ...]) -> frozenset[str]:
    """The texts that pass, where each test is one text; else none."""
    found = set()
    for test in tests:
        literal = test.operand
        if test.operator not in ("", "=") or not isinstance(literal, n.Literal) or type(literal.value) is not str:
            return frozenset()
        found.add(literal.value)
    return frozenset(found)


def _one_of(texts: frozenset[str], other: Test) -> Test:
    """The test of a text against texts, asked all at once; `other` for what is no text."""

    def passes(value: Value, scope: Scope) -> bool | None:
        if type(value) is str:
            if len(value) > 255:
                scope.run.reads(len(value))
            return value in texts
        return other(value, scope)

    return passes


def _one_of_texts(value: Closure, texts: frozenset[str], other: Test) -> Closure:
    """`value in ("a", "b")`: the same in one step, since conditions of forms and flows are full of it."""

    def evaluate(scope: Scope) -> Value:
        wanted = value(scope)
        if type(wanted) is str and len(wanted) < 256:
            return wanted in texts
        return other(wanted, scope)

    return evaluate


def _variable_of_texts(name: str, texts: frozenset[str], other: Test) -> Closure:
    def evaluate(scope: Scope) -> Value:
        try:
            wanted = scope.variables[name]
        except KeyError:
            wanted = look_up(scope.parent, name)
        if type(wanted) is str and len(wanted) < 256:
            return wanted in texts
        return other(wanted, scope)

    return evaluate


def _any(compiled: list[Test]) -> Test:
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
        return _compared(test, operand)
    if test.uses_input:
        return lambda value, scope: _truth(operand(scope))
    if isinstance(test.operand, _CONDITIONS):
        return lambda value, scope: _fulfilled(value, operand(scope), scope.run)
    if isinstance(test.operand, n.RangeOf):
        return _within_integers(test.operand, operand)
    return lambda value, scope: matches(value, operand(scope), scope.run)


def _within_integers(node: n.RangeOf, operand: Closure) -> Test:
    """A range: where both ends are whole numbers written out, whole numbers are tested at once."""
    start, end = node.start, node.end

    def otherwise(value: Value, scope: Scope) -> bool | None:
        return matches(value, operand(scope), scope.run)

    if node.operator or not (isinstance(start, n.Literal) and isinstance(end, n.Literal)):
        return otherwise
    if type(start.value) is not int or type(end.value) is not int:
        return otherwise
    least = start.value if node.start_included else start.value + 1
    most = end.value if node.end_included else end.value - 1
    return lambda value, scope: least <= value <= most if type(value) is int else otherwise(value, scope)


def _compared(test: n.UnaryTest, operand: Closure) -> Test:
    compare, between_integers = COMPARISONS[test.operator], COMPARISONS_AT_ONCE[test.operator]
    if isinstance(test.operand, n.Literal) and type(test.operand.value) is int:
        number = test.operand.value

        def against_integer(value: Value, scope: Scope) -> bool | None:
            if type(value) is int:
                return between_integers(value, number)
            return compare(value, number, scope.run)

        return against_integer
    return lambda value, scope: compare(value, operand(scope), scope.run)


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
