"""`a + b`, `-a` and their like: whole numbers are calculated in place, everything else by the operators."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.expressions.feel import nodes as n
from engine.expressions.feel import operations as op
from engine.expressions.feel.numbers import DECIMAL, INTEGER_FLOOR, INTEGER_LIMIT, LONG_CALCULATION, SHORT_POWER, Number
from engine.expressions.feel.run import Closure, Scope
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.feel.compiler import Compiler

Operation = Callable[..., Value]

_OPERATIONS: dict[str, Operation] = {
    "+": op.add,
    "-": op.subtract,
    "*": op.multiply,
    "/": op.divide,
    "**": op.power,
}
_INTEGERS: dict[str, Callable[[int, int], int]] = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}
#: What may be done at once with an integer and a decimal of at most 34 digits.
_DECIMALS: dict[str, Callable[[int, Number], Decimal]] = {
    "+": DECIMAL.add,
    "-": DECIMAL.subtract,
    "*": DECIMAL.multiply,
    "/": DECIMAL.divide,
}


def compile_arithmetic(compiler: Compiler, node: n.Arithmetic) -> Closure:
    """A chain of one precedence. Powers take long: they are paid for with the nodes."""
    first = compiler.compile(node.first)
    rest = [(operator, operand, compiler.compile(operand)) for operator, operand in node.rest]
    compiler.size += LONG_CALCULATION * sum(operator == "**" for operator, _, _ in rest)
    if len(rest) > 1:
        return _chain(first, [(_OPERATIONS[operator], closure) for operator, _, closure in rest])
    operator, operand, closure = rest[0]
    if isinstance(operand, n.Literal) and type(operand.value) in (int, Decimal):
        return _with_number(operator, first, operand.value)
    if operator in _INTEGERS:
        return _of_two(_INTEGERS[operator], _OPERATIONS[operator], first, closure)
    return _binary(_OPERATIONS[operator], first, closure)


def compile_negation(compiler: Compiler, node: n.Negation) -> Closure:
    operand = compiler.compile(node.operand)

    def evaluate(scope: Scope) -> Value:
        value = operand(scope)
        if type(value) is int and INTEGER_FLOOR < value < INTEGER_LIMIT:
            return -value
        return op.negate(value)

    return evaluate


def _binary(operation: Operation, left: Closure, right: Closure) -> Closure:
    return lambda scope: operation(left(scope), right(scope), scope.run)


def _of_two(integers: Callable[[int, int], int], operation: Operation, left: Closure, right: Closure) -> Closure:
    def evaluate(scope: Scope) -> Value:
        a, b = left(scope), right(scope)
        if type(a) is int and type(b) is int:
            result = integers(a, b)
            if INTEGER_FLOOR < result < INTEGER_LIMIT:
                return result
        return operation(a, b, scope.run)

    return evaluate


def _chain(first: Closure, rest: list[tuple[Operation, Closure]]) -> Closure:
    def evaluate(scope: Scope) -> Value:
        run = scope.run
        value = first(scope)
        for operation, operand in rest:
            value = operation(value, operand(scope), run)
        return value

    return evaluate


def _with_number(operator: str, left: Closure, number: Number) -> Closure:
    """`area * 0.05`, `area / 7`: with a number that is written out."""
    operation = _OPERATIONS[operator]
    if type(number) is int:
        if operator in _INTEGERS:
            return _integer_on_right(_INTEGERS[operator], operation, left, number)
        if operator == "/" and number:
            return _divided_by_integer(left, number)
        if operator == "**" and number > 0:
            return _integer_power(left, number)
    elif operator in _DECIMALS and number:
        return _decimal_on_right(_DECIMALS[operator], operation, left, number)
    return lambda scope: operation(left(scope), number, scope.run)


def _integer_on_right(integers: Callable[[int, int], int], operation: Operation, left: Closure, number: int) -> Closure:
    def evaluate(scope: Scope) -> Value:
        value = left(scope)
        if type(value) is int:
            result = integers(value, number)
            if INTEGER_FLOOR < result < INTEGER_LIMIT:
                return result
        return operation(value, number, scope.run)

    return evaluate


def _divided_by_integer(left: Closure, number: int) -> Closure:
    divide, divisor = DECIMAL.divide, Decimal(number)

    def evaluate(scope: Scope) -> Value:
        value = left(scope)
        if type(value) is int and INTEGER_FLOOR < value < INTEGER_LIMIT:
            return divide(value, divisor) if value % number else value // number
        return op.divide(value, number, scope.run)

    return evaluate


def _integer_power(left: Closure, exponent: int) -> Closure:
    def evaluate(scope: Scope) -> Value:
        value = left(scope)
        if type(value) is int and value.bit_length() * exponent <= SHORT_POWER:
            return value**exponent
        return op.power(value, exponent, scope.run)

    return evaluate


def _decimal_on_right(
    decimals: Callable[[int, Number], Decimal], operation: Operation, left: Closure, number: Number
) -> Closure:
    def evaluate(scope: Scope) -> Value:
        value = left(scope)
        if type(value) is int and INTEGER_FLOOR < value < INTEGER_LIMIT:
            try:
                return decimals(value, number)
            except decimal.DecimalException:
                return None
        return operation(value, number, scope.run)

    return evaluate
