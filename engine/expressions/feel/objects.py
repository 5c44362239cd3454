"""Values that only live inside an expression: ranges, functions, clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.expressions.feel.run import Run
from engine.values import ClockMark, Value


@dataclass(frozen=True, slots=True)
class Range:
    """`[start..end]`; an end that is None is open."""

    start: Value
    end: Value
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A built-in or defined function. `apply` gets the run and one value per parameter given.

    `signatures` are the parameter names by which it may be called; `least` to `most` its number of
    positional arguments (`most` None: any number).
    """

    name: str
    apply: Callable[..., Value]
    signatures: tuple[tuple[str, ...], ...]
    least: int
    most: int | None

    def call(self, run: Run, arguments: list[Value]) -> Value:
        """The result; null where the number of arguments is wrong."""
        if len(arguments) < self.least or (self.most is not None and len(arguments) > self.most):
            return None
        run.spend(1)
        return self.apply(run, *arguments)

    def call_named(self, run: Run, arguments: dict[str, Value]) -> Value:
        """The result of a call by parameter names; null where the names fit no signature."""
        for signature in self.signatures:
            if arguments.keys() <= set(signature):
                given = [name in arguments for name in signature]
                count = sum(given)
                if count < self.least or not all(given[:count]):
                    ordered = [arguments.get(name) for name in signature]
                else:
                    ordered = [arguments[name] for name in signature[:count]]
                return self.call(run, ordered)
        return None


@dataclass(frozen=True, slots=True)
class Clock:
    """`clock("promised")`: a legal clock of the case, to be waited for at a mark of it."""

    name: str

    def mark(self, run: Run, mark: Value) -> ClockMark | None:
        """`.mark("80%")`."""
        return ClockMark(self.name, mark) if type(mark) is str and mark else None
