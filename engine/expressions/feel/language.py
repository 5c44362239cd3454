"""FEEL as a language of expressions: source to a compiled form that can be evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.errors import BudgetExceeded
from engine.expressions.feel.compiler import Compiler
from engine.expressions.feel.parser import parse_expression, parse_unary_tests
from engine.expressions.feel.reading import refuse_depth
from engine.expressions.feel.run import CALL_LIMIT, DEFAULT_STEPS, Closure, Context, Run, Scope
from engine.expressions.feel.unary import Test, compile_tests
from engine.values import Value

_new_run = Run.__new__


class CompiledFeel:
    """A whole FEEL expression."""

    __slots__ = ("_closure", "_left", "_size", "names")

    def __init__(self, closure: Closure, names: frozenset[str], size: int) -> None:
        self._closure = closure
        self._size = size
        self._left = DEFAULT_STEPS - size
        self.names = names

    def evaluate(self, variables: Mapping[str, Value], context: Context | None, element: str) -> Value:
        # As `Run(...)` does it, without the call: that alone would be a sixth of a short condition.
        run = _new_run(Run)
        run.variables = variables
        run.context = context
        run.element = element
        run.depth = 0
        run.tracing = None
        run.left = left = self._left if context is None else context.budgets.expression_steps - self._size
        if left < 0:
            run.spend(0)
        try:
            value = self._closure(run)
        except RecursionError as deep:
            raise BudgetExceeded(element, "levels of evaluation", CALL_LIMIT) from deep
        kind = type(value)
        if kind is list or kind is dict:
            run.check_result(value)
        return value


class CompiledTests:
    """The tests of an input cell."""

    __slots__ = ("_size", "_test", "names")

    def __init__(self, test: Test, names: frozenset[str], size: int) -> None:
        self._test = test
        self._size = size
        self.names = names

    def matches(
        self, value: Value, variables: Mapping[str, Value], context: Context | None, element: str
    ) -> bool | None:
        run = Run(context, element, variables)
        run.spend(self._size)
        try:
            return self._test(value, Scope({"?": value}, run, run))
        except RecursionError as deep:
            raise BudgetExceeded(element, "levels of evaluation", CALL_LIMIT) from deep


def compile_feel(source: str, names: Iterable[str] = ()) -> CompiledFeel:
    """Raises ExpressionInvalid."""
    compiler = Compiler()
    tree = parse_expression(source, names)
    try:
        closure = compiler.compile(tree)
    except RecursionError:  # within the limit, but the caller stands deep already
        refuse_depth(source, 0)
    return CompiledFeel(closure, frozenset(compiler.free), compiler.size)


def compile_tests_source(source: str, names: Iterable[str] = ()) -> CompiledTests:
    """Raises ExpressionInvalid."""
    compiler = Compiler()
    tree = parse_unary_tests(source, names)
    try:
        test = compile_tests(compiler, tree)
    except RecursionError:  # within the limit, but the caller stands deep already
        refuse_depth(source, 0)
    return CompiledTests(test, frozenset(compiler.free), compiler.size)
