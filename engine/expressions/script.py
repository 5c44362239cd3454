"""Scripts: several statements that assign and change variables. The Python subset is the one language of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from engine.errors import ExpressionInvalid
from engine.expressions.expression import CACHE_SIZE
from engine.expressions.feel.run import Context
from engine.expressions.python_subset.language import CompiledScript, compile_statements
from engine.expressions.python_subset.statements import SLEPT
from engine.values import Value
from engine.words import Words

__all__ = ["SLEPT", "Script", "compile_script"]


@dataclass(frozen=True, slots=True)
class Script:
    """A compiled script.

    `names` are the variables that it reads, those among them that it assigned before; `writes` those that
    it assigns, or changes in place by their name (`trace.append("x")`).
    """

    source: str
    language: str
    element: str
    names: frozenset[str]
    writes: frozenset[str]
    _compiled: CompiledScript = field(repr=False, compare=False)

    def run(
        self, variables: Mapping[str, Value], context: Context | None = None, element: str | None = None
    ) -> dict[str, Value]:
        """The variables that the script assigned or changed, as FEEL values that share nothing.

        Under SLEPT stands how many seconds it wants to have slept; nothing sleeps here.
        `variables` and what is in them stay as they are. `element` names the place where it is another one
        than at compiling. Raises BpmnErrorThrown, ExpressionFailed (a missing variable, a wrong type, a
        division by zero …), ValueInvalid (a result that is no FEEL value), BudgetExceeded.
        """
        return self._compiled.run(variables, context, self.element if element is None else element)


@lru_cache(maxsize=CACHE_SIZE)
def _python(source: str) -> CompiledScript:
    return compile_statements(source)


def compile_script(source: str, *, language: str = "python", element: str = "") -> Script:
    """Compile `source`. `element` names the place in error messages. Raises ExpressionInvalid."""
    if language != "python":
        words = Words(f"不支持脚本语言“{language}”，可用：python", f"the script language python, not {language!r}")
        raise ExpressionInvalid(source, 1, 1, words)
    compiled = _python(source)
    return Script(source, language, element, compiled.names, compiled.writes, compiled)
