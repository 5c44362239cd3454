"""Unified EL as a language of expressions: source to a compiled form that can be evaluated."""

from __future__ import annotations

from collections.abc import Mapping

from engine.expressions.failure import guarded
from engine.expressions.feel.run import Closure, Context, Run, Scope
from engine.expressions.juel.parser import parse
from engine.values import Value


class CompiledJuel:
    """A text with its expressions. A variable that is not there is an error, as in the engines it comes from."""

    __slots__ = ("_closure", "_size", "_source", "names")

    def __init__(self, source: str, closure: Closure, names: frozenset[str], size: int) -> None:
        self._source = source
        self._closure = closure
        self._size = size
        self.names = names

    def evaluate(self, variables: Mapping[str, Value], context: Context | None, element: str) -> Value:
        """Raises ExpressionFailed, BudgetExceeded."""
        run = Run(context, element)
        run.spend(self._size)
        value = guarded(lambda: self._closure(Scope(variables, None, run)), element, self._source)
        if type(value) is list or type(value) is dict:
            run.check_result(value)
        return value


def compile_juel(source: str) -> CompiledJuel:
    """Raises ExpressionInvalid."""
    return CompiledJuel(source, *parse(source))
