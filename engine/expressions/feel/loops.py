"""`for`, `some` and `every`: iteration within the step budget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.expressions.feel import moments
from engine.expressions.feel import nodes as n
from engine.expressions.feel.numbers import whole
from engine.expressions.feel.objects import Range
from engine.expressions.feel.operations import kind
from engine.expressions.feel.run import Closure, Scope
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.feel.compiler import Compiler

Sources = list[tuple[str, Closure, Closure | None]]


def _bindings(compiler: Compiler, bindings: tuple[n.Binding, ...]) -> Sources:
    """The compiled sources; their names stay bound for the body."""
    sources: Sources = []
    for binding in bindings:
        source = compiler.compile(binding.source, levels=2)
        end = None if binding.end is None else compiler.compile(binding.end, levels=2)
        sources.append((binding.name, source, end))
        compiler.bind(binding.name)
    return sources


def compile_for(compiler: Compiler, node: n.For) -> Closure:
    """The list of the body's values; the body sees the ones so far as `partial`."""
    sources = _bindings(compiler, node.bindings)
    compiler.bind("partial")
    before, partials = compiler.size, compiler.partials
    body = compiler.compile(node.body)
    cost, uses_partial = compiler.size - before + 1, compiler.partials > partials
    compiler.unbind(len(sources) + 1)

    def evaluate(scope: Scope) -> Value:
        run = scope.run
        results: list[Value] = []
        rounds = _rounds(sources, scope)
        if rounds is None:
            return None
        for inner in rounds:
            run.spend(cost)
            if uses_partial:
                run.spend(len(results))
                inner = Scope({"partial": list(results)}, inner, run)
            results.append(body(inner))
            run.fits(len(results))
        return results

    return evaluate


def compile_quantified(compiler: Compiler, node: n.Quantified) -> Closure:
    """Three-valued: `some` is true when one is, `every` false when one is; else null when one is unknown."""
    sources = _bindings(compiler, node.bindings)
    before = compiler.size
    condition = compiler.compile(node.condition)
    cost = compiler.size - before + 1
    compiler.unbind(len(sources))
    decisive, strict = node.quantifier == "some", node.strict

    def evaluate(scope: Scope) -> Value:
        unknown = False
        rounds = _rounds(sources, scope)
        if rounds is None:
            return None
        for inner in rounds:
            scope.run.spend(cost)
            value = condition(inner)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                if strict:
                    return None
                unknown = True
        return None if unknown else not decisive

    return evaluate


def _rounds(sources: Sources, scope: Scope) -> Iterator[Scope] | None:
    """One scope per combination, the last name running fastest; None where the first source is no list."""
    first = _items(sources[0], scope)
    return None if first is None else _combined(sources, 0, first, scope)


def _combined(sources: Sources, index: int, items: Iterator[Value], scope: Scope) -> Iterator[Scope]:
    name = sources[index][0]
    last = index == len(sources) - 1
    for item in items:
        inner = Scope({name: item}, scope, scope.run)
        if last:
            yield inner
            continue
        scope.run.spend(1)
        following = _items(sources[index + 1], inner)
        if following is not None:
            yield from _combined(sources, index + 1, following, inner)


def _items(source: tuple[str, Closure, Closure | None], scope: Scope) -> Iterator[Value] | None:
    _, start, end = source
    value = start(scope)
    if end is not None:
        return _between(value, end(scope), True, True)
    if type(value) is Range:
        if value.operator == "!=":
            return None
        return _between(value.start, value.end, value.start_included, value.end_included)
    if value is None:
        return None
    return iter(value if type(value) in (list, tuple) else (value,))


def _between(start: Value, end: Value, start_included: bool, end_included: bool) -> Iterator[Value] | None:
    """The whole numbers, or days, from start to end, downwards where end is lower."""
    if kind(start) == kind(end) == "date":
        first, last = moments.day_number(start), moments.day_number(end)
        numbers = _between(first, last, start_included, end_included)
        return None if numbers is None else (moments.date_of(number) for number in numbers)
    low, high = whole(start), whole(end)
    if low is None or high is None:
        return None
    step = 1 if high >= low else -1
    return iter(range(low if start_included else low + step, high + step if end_included else high, step))
