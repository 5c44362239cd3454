"""`value.name`: keys of contexts, properties of dates and ranges, and whether there is such a thing at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from engine.expressions.feel import nodes as n
from engine.expressions.feel import operations as op
from engine.expressions.feel.objects import Clock, Function
from engine.expressions.feel.run import Closure, Run, Scope, look_up
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.feel.compiler import Compiler


def compile_path(compiler: Compiler, node: n.Path) -> Closure:
    value, name = compiler.compile(node.value), node.name
    if isinstance(node.value, n.Name) and compiler.is_variable(node.value.name):
        return _member_of_variable(node.value.name, name)
    return lambda scope: member(value(scope), name, scope.run)


def _member_of_variable(variable: str, name: str) -> Closure:
    """`applicant.age`, `due.year`: the same in one step, since mappings and conditions are full of it."""
    of_date = op.date_reader(name)

    def evaluate(scope: Scope) -> Value:
        try:
            owner = scope.variables[variable]
        except KeyError:
            owner = look_up(scope.parent, variable)
        if type(owner) is dict:
            return owner.get(name)
        if type(owner) is date and of_date is not None:
            return of_date(owner)
        return member(owner, name, scope.run)

    return evaluate


def member(value: Value, name: str, run: Run) -> Value:
    """What `value.name` is: of a list, that of each item."""
    if type(value) is dict:
        return value.get(name)
    if type(value) is list:
        run.spend(len(value))
        return [member(item, name, run) if type(item) is not list else None for item in value]
    found = op.property_of(value, name)
    return _bound_method(value, name) if found is None else found


def _bound_method(value: Value, name: str) -> Value:
    """The method `name` of an object that only lives inside an expression, else None."""
    if type(value) is Clock and name == "mark":
        return Function("mark", value.mark, (("mark",),))
    return None


def compile_is_defined(compiler: Compiler, argument: n.Node) -> Closure:
    """Whether the variable, or the key of a context, is there at all: null is a value too."""
    if isinstance(argument, n.Path):
        owner, key = compiler.compile(argument.value), argument.name

        def has_key(scope: Scope) -> Value:
            context = owner(scope)
            return key in context if type(context) is dict else member(context, key, scope.run) is not None

        return has_key
    value = compiler.compile(argument)
    if not isinstance(argument, n.Name):
        return lambda scope: value(scope) is not None
    name = argument.name

    def has_name(scope: Scope) -> Value:
        here: Scope | None = scope
        while here is not None and name not in here.variables:
            here = here.parent
        return here is not None

    return has_name
