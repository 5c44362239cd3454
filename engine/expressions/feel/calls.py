"""Calling and defining functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.expressions.feel import nodes as n
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.objects import Clock, Function
from engine.expressions.feel.run import Closure, Run, Scope
from engine.expressions.feel.types import SIMPLE_TYPES, Unfit, fitting, instance_test
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.feel.compiler import Compiler


def bound_method(value: Value, name: str) -> Value:
    """The method `name` of an object that only lives inside an expression, else None."""
    if type(value) is Clock and name == "mark":
        return Function("mark", value.mark, (("mark",),))
    return None


def compile_call(compiler: Compiler, node: n.Call) -> Closure:
    """A call by position or by names. What is no function gives null."""
    positional = tuple(compiler.compile(argument) for argument in node.positional)
    named = tuple((name, compiler.compile(argument)) for name, argument in node.named)
    callee = node.function
    if isinstance(callee, n.Name) and callee.name == "is defined" and len(node.positional) == 1:
        return _is_defined(compiler, node.positional[0], positional[0])
    if isinstance(callee, n.Name) and callee.name in BUILTINS and not compiler.binds(callee.name):
        function = BUILTINS[callee.name]
        if not named:
            return lambda scope: function.call(scope.run, [argument(scope) for argument in positional])
        return lambda scope: function.call_named(scope.run, {name: value(scope) for name, value in named})
    target = compiler.compile(callee)

    def evaluate(scope: Scope) -> Value:
        called = target(scope)
        if type(called) is not Function:
            return None
        if named:
            return called.call_named(scope.run, {name: value(scope) for name, value in named})
        return called.call(scope.run, [argument(scope) for argument in positional])

    return evaluate


def _is_defined(compiler: Compiler, argument: n.Node, value: Closure) -> Closure:
    """Whether the variable, or the key of a context, is there at all: null is a value too."""
    if isinstance(argument, n.Path):
        owner, key = compiler.compile(argument.value), argument.name

        def has_key(scope: Scope) -> Value:
            context = owner(scope)
            return key in context if type(context) is dict else value(scope) is not None

        return has_key
    if not isinstance(argument, n.Name):
        return lambda scope: value(scope) is not None
    name = argument.name

    def has_name(scope: Scope) -> Value:
        here: Scope | None = scope
        while here is not None and name not in here.variables:
            here = here.parent
        return here is not None

    return has_name


def defined_function(compiler: Compiler, node: n.FunctionOf) -> Closure:
    """`function(a, b) body`: a closure over the scope where it is written."""
    before = compiler.size
    compiler.bind(*node.parameters)
    body = compiler.compile(node.body)
    compiler.unbind(len(node.parameters))
    size, parameters = compiler.size - before, node.parameters
    checks = _parameter_checks(compiler, node.types)
    levels = 2 + 2 * _depth(node.body)

    def evaluate(scope: Scope) -> Value:
        def apply(run: Run, *arguments: Value) -> Value:
            if len(arguments) != len(parameters):
                return None
            run.spend(size)
            try:
                arguments = tuple(check(value) for check, value in zip(checks, arguments, strict=True))
            except Unfit:
                return None
            run.enter(levels)
            try:
                return body(Scope(dict(zip(parameters, arguments, strict=True)), scope, run))
            finally:
                run.depth -= levels

        return Function("function", apply, (parameters,))

    return evaluate


def _parameter_checks(compiler: Compiler, types: tuple[n.TypeName | None, ...]) -> list[Callable[[Value], Value]]:
    """For each parameter what makes an argument fit its type; an unknown type is not checked."""

    def check(type_: n.TypeName | None) -> Callable[[Value], Value]:
        if type_ is None or not (type_.name in SIMPLE_TYPES or type_.name in compiler.types):
            return lambda value: value
        test = instance_test(type_, compiler.types)
        wants_list = type_.name == "list" or type_.name in compiler.list_types
        return lambda value: fitting(value, test, wants_list)

    return [check(type_) for type_ in types]


def _depth(node: n.Node) -> int:
    level, depth = [node], 0
    while level:
        depth += 1
        level = [child for each in level for child in each.children()]
    return depth
