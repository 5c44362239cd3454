"""The Python subset as a language of expressions and of scripts."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import BpmnErrorThrown
from engine.expressions.failure import guarded
from engine.expressions.feel.run import Context, Run
from engine.expressions.python_subset.compiler import Compiler
from engine.expressions.python_subset.frames import Closure, Frame, Workspace
from engine.expressions.python_subset.keeping import kept
from engine.expressions.python_subset.source import parse_expression, parse_script, too_deep
from engine.expressions.python_subset.statements import Script, Statement
from engine.values import Value


class CompiledPython:
    """An expression. A variable that is not there is an error, as in Python."""

    __slots__ = ("_closure", "_size", "_source", "names")

    def __init__(self, source: str, closure: Closure, names: frozenset[str], size: int) -> None:
        self._source = source
        self._closure = closure
        self._size = size
        self.names = names

    def evaluate(self, variables: Mapping[str, Value], context: Context | None, element: str) -> Value:
        """Raises ExpressionFailed, ValueInvalid, BudgetExceeded."""
        run = Run(context, element)
        run.spend(self._size)
        frame = Frame(Workspace(variables, run, copies=False), None, run)
        return guarded(lambda: kept(self._closure(frame), run), element, self._source)


class CompiledScript:
    """A script. `names` are the variables that it reads, `writes` those that it assigns or changes in place."""

    __slots__ = ("_block", "_copies", "_size", "_source", "names", "writes")

    def __init__(self, source: str, script: Script, block: Statement) -> None:
        self._source = source
        self._block = block
        self._size = script.size
        self._copies = script.changes_values
        self.names = frozenset(script.names)
        self.writes = frozenset((*script.assigned, *script.changed))

    def run(self, variables: Mapping[str, Value], context: Context | None, element: str) -> dict[str, Value]:
        """What the script assigned or changed.

        Raises BpmnErrorThrown, ExpressionFailed, ValueInvalid, BudgetExceeded.
        """
        run = Run(context, element)
        run.spend(self._size)
        workspace = Workspace(variables, run, copies=self._copies)

        def work() -> dict[str, Value]:
            try:
                self._block(Frame(workspace, None, run))
            except BpmnErrorThrown as thrown:
                thrown.variables = workspace.results()
                raise
            return workspace.results()

        return guarded(work, element, self._source)


def compile_python(source: str) -> CompiledPython:
    """Raises ExpressionInvalid."""
    read, tree = parse_expression(source)
    compiler = Compiler(read, changes=False)
    try:
        closure = compiler.compile(tree)
    except RecursionError:  # within the limit, but the caller stands deep already
        raise too_deep(read) from None
    return CompiledPython(source, closure, frozenset(compiler.names), compiler.size)


def compile_statements(source: str) -> CompiledScript:
    """Raises ExpressionInvalid."""
    read, tree = parse_script(source)
    script = Script(read)
    try:
        block = script.block(tree)
    except RecursionError:  # within the limit, but the caller stands deep already
        raise too_deep(read) from None
    return CompiledScript(source, script, block)
