"""One type of expression for every language: compiled once, evaluated over variables and a context."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from engine.errors import ExpressionInvalid
from engine.expressions.feel import language as feel
from engine.expressions.feel.builtins import OF_THE_MOMENT
from engine.expressions.feel.run import Context
from engine.expressions.juel.language import compile_juel
from engine.expressions.python_subset.language import compile_python
from engine.values import Value
from engine.words import Words

_WORD = re.compile(r"\w+")
#: How many compiled expressions are kept in memory, per kind.
CACHE_SIZE = 4096


class Compiled(Protocol):
    """What a language gives: the free names, and the evaluation."""

    @property
    def names(self) -> frozenset[str]: ...

    def evaluate(self, variables: Mapping[str, Value], context: Context | None, element: str) -> Value: ...


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression. `names` are the variables it reads (the first part of each path).

    A name in a filter that may as well be a key of the filtered items (`items[days > 3]`) is among them.
    """

    source: str
    language: str
    element: str
    names: frozenset[str]
    _compiled: Compiled = field(repr=False, compare=False)

    @property
    def is_steady(self) -> bool:
        """Whether the value stays as long as that of each of `names` does, whatever the time."""
        return self.language == "feel" and OF_THE_MOMENT.isdisjoint(_WORD.findall(self.source))

    def evaluate(self, variables: Mapping[str, Value], context: Context | None = None) -> Value:
        """The value over these variables; without context there is no time, no calendar, the usual budget.

        In FEEL a missing variable is null, and so is a type error. In JUEL and Python both raise
        ExpressionFailed; Python raises ValueInvalid for a result that is no FEEL value. All raise BudgetExceeded.
        """
        return self._compiled.evaluate(variables, context, self.element)


@dataclass(frozen=True, slots=True)
class UnaryTests:
    """A decision table's input cell."""

    source: str
    names: frozenset[str]
    _compiled: feel.CompiledTests = field(repr=False, compare=False)

    def matches(
        self, value: Value, variables: Mapping[str, Value], context: Context | None = None, element: str = ""
    ) -> bool | None:
        """Whether `value` passes; None where that is unknown. Raises BudgetExceeded."""
        return self._compiled.matches(value, variables, context, element)


@lru_cache(maxsize=CACHE_SIZE)
def _feel(source: str, names: tuple[str, ...]) -> Compiled:
    return feel.compile_feel(source, names)


@lru_cache(maxsize=CACHE_SIZE)
def _juel(source: str, names: tuple[str, ...]) -> Compiled:
    return compile_juel(source)


@lru_cache(maxsize=CACHE_SIZE)
def _python(source: str, names: tuple[str, ...]) -> Compiled:
    return compile_python(source)


#: The languages that can be compiled: source and known names of several words (FEEL's) to the compiled form.
LANGUAGES: dict[str, Callable[[str, tuple[str, ...]], Compiled]] = {"feel": _feel, "juel": _juel, "python": _python}


def compile_expression(
    source: str, *, language: str = "feel", element: str = "", names: Iterable[str] = ()
) -> Expression:
    """Compile `source`. `names` are known variable names that hold marks or keywords ("rate-of-tax").

    `element` names the place in error messages. Raises ExpressionInvalid.
    """
    compile_source = LANGUAGES.get(language)
    if compile_source is None:
        known = ", ".join(sorted(LANGUAGES))
        raise ExpressionInvalid(
            source,
            1,
            1,
            Words(
                f"不支持表达式语言“{language}”，可用：{known}",
                f"one of the languages {known}, not {language!r}",
            ),
        )
    compiled = compile_source(source, tuple(names))
    return Expression(source, language, element, compiled.names, compiled)


@lru_cache(maxsize=CACHE_SIZE)
def _unary_tests(source: str, names: tuple[str, ...]) -> UnaryTests:
    compiled = feel.compile_tests_source(source, names)
    return UnaryTests(source, compiled.names, compiled)


def compile_unary_tests(source: str, *, names: Iterable[str] = ()) -> UnaryTests:
    """Compile an input cell: `-`, `"a","b"`, `[1..5)`, `not(< 3)`, `? > 2` … Raises ExpressionInvalid."""
    return _unary_tests(source, tuple(names))
