"""`list[2]` and `list[condition]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.expressions.feel import nodes as n
from engine.expressions.feel.numbers import whole
from engine.expressions.feel.operations import is_number
from engine.expressions.feel.run import Closure, Scope
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.feel.compiler import Compiler


def compile_filter(compiler: Compiler, node: n.Filter) -> Closure:
    """An item by its 1-based number (negative from the end), or the items for which the condition is true.

    A single value counts as a list of one. The condition sees `item`, and its keys.
    """
    value = compiler.compile(node.value)
    before = compiler.size
    compiler.bind("item")
    condition = compiler.compile(node.condition)
    compiler.unbind(1)
    cost = compiler.size - before + 1
    if isinstance(node.condition, n.Literal) and is_number(node.condition.value):
        number = node.condition.value
        return lambda scope: _numbered(_as_list(value(scope)), number)

    def evaluate(scope: Scope) -> Value:
        filtered = value(scope)
        if filtered is None:
            return None
        items = _as_list(filtered)
        kept: list[Value] = []
        if not items:
            answer = condition(scope)
            return None if is_number(answer) else kept
        run = scope.run
        for item in items:
            run.left -= cost
            if run.left < 0:
                run.spend(0)
            answer = condition(_inside(item, scope))
            if answer is True:
                kept.append(item)
            elif is_number(answer):
                return _numbered(items, answer)
        return kept

    return evaluate


def _as_list(value: Value) -> list[Value]:
    if value is None:
        return []
    if type(value) is list:
        return value
    return list(value) if type(value) is tuple else [value]


def _inside(item: Value, scope: Scope) -> Scope:
    inner = Scope({"item": item}, scope, scope.run)
    return Scope(item, inner, scope.run) if type(item) is dict else inner


def _numbered(items: list[Value], number: Value) -> Value:
    index = whole(number)
    if index is None or index == 0 or abs(index) > len(items):
        return None
    return items[index - 1] if index > 0 else items[index]
