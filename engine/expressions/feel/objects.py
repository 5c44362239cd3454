"""Values that only live inside an expression: ranges, functions, clocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.expressions.feel.run import Run
from engine.values import ClockMark, Value

_MARK = re.compile(r"\d{1,3}%|-\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """`[start..end]`. An end that is None is open, unless `complete` is false: then it was null."""

    start: Value
    end: Value
    start_included: bool
    end_included: bool
    complete: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A built-in or defined function. `apply` gets the run and the arguments by position.

    `signatures` are the parameter names by which it may be called.
    """

    name: str
    apply: Callable[..., Value]
    signatures: tuple[tuple[str, ...], ...]

    def call(self, run: Run, arguments: list[Value]) -> Value:
        """The result; null where the arguments do not fit."""
        run.spend(1)
        return self.apply(run, *arguments)

    def call_named(self, run: Run, arguments: dict[str, Value]) -> Value:
        """The result of a call by parameter names; null where they are not the first ones of a signature."""
        for signature in self.signatures:
            if set(signature[: len(arguments)]) == arguments.keys():
                return self.call(run, [arguments[name] for name in signature[: len(arguments)]])
        return None


@dataclass(frozen=True, slots=True)
class Clock:
    """`clock("promised")`: a legal clock of the case, to be waited for at a mark of it."""

    name: str

    def mark(self, run: Run, *arguments: Value) -> ClockMark | None:
        """`.mark("80%")`: null where the mark is none of "80%", "-1"."""
        mark = arguments[0] if len(arguments) == 1 else None
        return ClockMark(self.name, mark) if type(mark) is str and _MARK.fullmatch(mark) else None
