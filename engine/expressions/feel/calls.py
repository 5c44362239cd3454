"""Calling and defining functions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from typing import TYPE_CHECKING

from engine.expressions.feel import nodes as n
from engine.expressions.feel.built_in_calls import compile_built_in
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.objects import Function
from engine.expressions.feel.paths import compile_is_defined
from engine.expressions.feel.run import Closure, Run, Scope
from engine.expressions.feel.types import SIMPLE_TYPES, Unfit, fitting, instance_test, looks_inside
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.feel.compiler import Compiler


def compile_call(compiler: Compiler, node: n.Call) -> Closure:
    """A call by position or by names. What is no function gives null."""
    callee = node.function
    if isinstance(callee, n.Name) and callee.name == "is defined" and len(node.positional) == 1:
        return compile_is_defined(compiler, node.positional[0])
    positional = tuple(compiler.compile(argument) for argument in node.positional)
    named = tuple((name, compiler.compile(argument)) for name, argument in node.named)
    if isinstance(callee, n.Name) and callee.name in BUILTINS and not compiler.binds(callee.name):
        function = BUILTINS[callee.name]
        if not named:
            compiler.size += 1
            return compile_built_in(function, node.positional, positional)
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


def defined_function(compiler: Compiler, node: n.FunctionOf) -> Closure:
    """`function(a, b) body`: a closure over the scope where it is written."""
    before = compiler.size
    compiler.bind(*node.parameters)
    body, levels = compiler.compile_measured(node.body)
    compiler.unbind(len(node.parameters))
    size, parameters = compiler.size - before, node.parameters
    checks = _parameter_checks(compiler, node.types)
    walked = [type_ is not None and looks_inside(type_, compiler.types) for type_ in node.types]
    depth = 2 + 2 * levels
    unchecked = not any(node.types)

    def evaluate(scope: Scope) -> Value:
        def apply(run: Run, *arguments: Value) -> Value:
            if len(arguments) != len(parameters):
                return None  # by position all are given; by name those left out are null
            run.spend(size)
            if not unchecked:
                for argument in compress(arguments, walked):
                    run.walks(argument)
                try:
                    arguments = tuple(check(value) for check, value in zip(checks, arguments, strict=True))
                except Unfit:
                    return None
            run.enter(depth)
            try:
                return body(Scope(dict(zip(parameters, arguments, strict=True)), scope, run))
            finally:
                run.depth -= depth

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
