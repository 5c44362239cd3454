"""Calls of built-in functions by position: what can be known of the arguments is found while compiling.

A call is paid for as a node is, with everything around it: nothing is called twice without a loop or a function
that pays for its nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from engine.expressions.feel import nodes as n
from engine.expressions.feel.numbers import DECIMAL, INTEGER_FLOOR, INTEGER_LIMIT
from engine.expressions.feel.objects import Function
from engine.expressions.feel.operations import is_number
from engine.expressions.feel.run import Closure, Run, Scope
from engine.values import Value

Apply = Callable[..., Value]

#: Conversions of one literal text, whose values are the same each time and never changed.
_CONVERSIONS = frozenset(("date", "time", "date and time", "duration"))
#: Longest text that costs nothing: in capitals, too, it has less than 256 characters.
_BRIEF = 85


def compile_built_in(function: Function, nodes: Sequence[n.Node], arguments: Sequence[Closure]) -> Closure:
    """The call of a built-in function with these arguments, which give null where they do not fit."""
    literals = [node.value for node in nodes if isinstance(node, n.Literal)]
    if function.name in _CONVERSIONS and len(literals) == len(nodes):
        return _constant(function.apply, literals)
    types = function.types.get(len(arguments), ())
    if len(types) == 1 and function.brief is not None:
        otherwise = function.apply if types[0] else function.body or function.apply
        return _BRIEFLY[function.brief.type](function.brief.of, arguments[0], otherwise)
    rest = [node.value for node in nodes[1:] if isinstance(node, n.Literal)]
    if types and len(rest) == len(nodes) - 1 and all(map(_fits, rest, types[1:])):
        return _with_one_open(function, arguments[0], types[0], rest)
    if len(types) == 2 and not any(Decimal in each for each in types):
        return _of_two(function.body or function.apply, function.apply, arguments, types)
    return _applied(function.apply, arguments)


def _constant(apply: Apply, literals: Sequence[Value]) -> Closure:
    """`date("2026-03-01")`: the value, found while compiling."""
    value = apply(Run(None, ""), *literals)
    return lambda scope: value


def _fits(value: Value, types: frozenset[type]) -> bool:
    """Whether a literal needs no conversion; no types are any."""
    return not types or (type(value) in types and (Decimal not in types or is_number(value)))


def _with_one_open(function: Function, first: Closure, types: frozenset[type], rest: Sequence[Value]) -> Closure:
    """`substring(kind, 1, 2)`: all arguments are written out but the first, which alone is looked at."""
    body, apply = function.body or function.apply, function.apply
    prepared = function.prepared and function.prepared(*rest)
    if prepared is not None:
        return _of_prepared(prepared, apply, first, types, rest)
    if Decimal in types:
        return _of_number(body, apply, first, rest)
    return _of_type(body, apply, first, types, rest) if types else _applied_to_one(body, first, rest)


def _of_type(body: Apply, apply: Apply, first: Closure, types: frozenset[type], rest: Sequence[Value]) -> Closure:
    def call(scope: Scope) -> Value:
        argument = first(scope)
        run = scope if type(scope) is Run else scope.run
        return (body if type(argument) in types else apply)(run, argument, *rest)

    return call


def _of_prepared(body: Apply, apply: Apply, first: Closure, types: frozenset[type], rest: Sequence[Value]) -> Closure:
    def call(scope: Scope) -> Value:
        argument = first(scope)
        run = scope if type(scope) is Run else scope.run
        return body(run, argument) if type(argument) in types else apply(run, argument, *rest)

    return call


def _of_number(body: Apply, apply: Apply, first: Closure, rest: Sequence[Value]) -> Closure:
    def call(scope: Scope) -> Value:
        number = first(scope)
        run = scope if type(scope) is Run else scope.run
        if type(number) is int:
            sure = INTEGER_FLOOR < number < INTEGER_LIMIT
        else:
            sure = type(number) is Decimal and number.is_finite()
        if sure and not rest:
            return body(run, number)
        return (body if sure else apply)(run, number, *rest)

    return call


def _applied_to_one(body: Apply, first: Closure, rest: Sequence[Value]) -> Closure:
    return lambda scope: body(scope if type(scope) is Run else scope.run, first(scope), *rest)


def _of_two(body: Apply, apply: Apply, arguments: Sequence[Closure], types: tuple[frozenset[type], ...]) -> Closure:
    (first, second), (of_first, of_second) = arguments, types
    first_is_any, second_is_any = not of_first, not of_second

    def call(scope: Scope) -> Value:
        a, b = first(scope), second(scope)
        run = scope if type(scope) is Run else scope.run
        if (first_is_any or type(a) in of_first) and (second_is_any or type(b) in of_second):
            return body(run, a, b)
        return apply(run, a, b)

    return call


def _applied(apply: Apply, arguments: Sequence[Closure]) -> Closure:
    """The call in which nothing is known of the arguments."""
    if len(arguments) == 1:
        return _applied_to_one(apply, arguments[0], ())
    return lambda scope: apply(scope.run, *[argument(scope) for argument in arguments])


# --- one argument that needs no run: nothing is to be paid for what it comes to


def _of_brief_text(brief: Apply, only: Closure, apply: Apply) -> Closure:
    def call(scope: Scope) -> Value:
        text = only(scope)
        if type(text) is str and len(text) <= _BRIEF:
            return brief(text)
        return apply(scope.run, text)

    return call


def _of_short_integer(brief: Apply, only: Closure, apply: Apply) -> Closure:
    def call(scope: Scope) -> Value:
        number = only(scope)
        if type(number) is int and INTEGER_FLOOR < number < INTEGER_LIMIT:
            return brief(number)
        return apply(scope.run, number)

    return call


def _of_date(brief: Apply, only: Closure, apply: Apply) -> Closure:
    def call(scope: Scope) -> Value:
        day = only(scope)
        return brief(day) if type(day) is date else apply(scope.run, day)

    return call


def _of_short_number(brief: Apply, only: Closure, apply: Apply) -> Closure:
    rounded = DECIMAL.plus

    def call(scope: Scope) -> Value:
        number = only(scope)
        if type(number) is Decimal:
            if number.is_finite() and number.adjusted() < 33:  # so that rounded, too, it has 34 digits
                return brief(rounded(number))
        elif type(number) is int and INTEGER_FLOOR < number < INTEGER_LIMIT:
            return brief(number)
        return apply(scope.run, number)

    return call


_BRIEFLY: dict[type, Callable[[Apply, Closure, Apply], Closure]] = {
    str: _of_brief_text,
    int: _of_short_integer,
    Decimal: _of_short_number,
    date: _of_date,
}
