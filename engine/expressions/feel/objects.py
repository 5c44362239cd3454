"""Values that only live inside an expression: ranges, functions, clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.expressions.feel.run import Run
from engine.values import ClockMark, Value

#: The marks that a legal clock has: four fifths of it, a day before its end, its end.
MARKS = ("80%", "-1", "100%")


@dataclass(frozen=True, slots=True)
class Range:
    """`[start..end]`. An end that is None is open, unless `complete` is false: then it was null.

    `operator` is "=" or "!=" of a range written as `(= 5)` or `(!= 5)`, both of whose ends are that point.
    """

    start: Value
    end: Value
    start_included: bool
    end_included: bool
    complete: bool = True
    operator: str = ""


class Brief(NamedTuple):
    """What a function of one argument comes to where that is plain, so that nothing is to be paid for it.

    `type` is str (of so few characters that they cost nothing), int (of at most 34 digits), date, or Decimal for
    such an int and for a Decimal below 10**33, which is rounded to 34 digits.
    """

    type: type
    of: Callable[[Any], Value]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A built-in or defined function. `apply` gets the run and the arguments by position.

    `signatures` are the parameter names by which it may be called, `overloads` what to apply for each of them where
    they take different types. `types` are those of the parameters by the number of arguments (no types: any), where
    that tells them; `body` is what arguments of these types are given to without being looked at again. `prepared`
    gets those behind the first, where they are written out, and gives such a body for the first alone, or None.
    """

    name: str
    apply: Callable[..., Value]
    signatures: tuple[tuple[str, ...], ...]
    overloads: tuple[Callable[..., Value], ...] = ()
    types: Mapping[int, tuple[frozenset[type], ...]] = field(default_factory=dict)
    body: Callable[..., Value] | None = None
    brief: Brief | None = None
    prepared: Callable[..., Callable[..., Value] | None] | None = None

    def call(self, run: Run, arguments: list[Value]) -> Value:
        """The result; null where the arguments do not fit."""
        run.spend(1)
        return self.apply(run, *arguments)

    def call_named(self, run: Run, arguments: dict[str, Value]) -> Value:
        """The result of a call by parameter names, null for those left out; null where no signature has them all."""
        for index, signature in enumerate(self.signatures):
            if arguments.keys() <= set(signature):
                run.spend(1)
                apply = self.overloads[index] if self.overloads else self.apply
                return apply(run, *_by_position(signature, arguments, leave_out=bool(self.overloads)))
        return None


def _by_position(signature: tuple[str, ...], arguments: dict[str, Value], *, leave_out: bool) -> list[Value]:
    """The arguments in the order of the parameters. With `leave_out` those at the end may stay unnamed."""
    last = max((index for index, name in enumerate(signature, 1) if name in arguments), default=0)
    return [arguments.get(name) for name in (signature[:last] if leave_out else signature)]


@dataclass(frozen=True, slots=True)
class Clock:
    """`clock("promised")`: a legal clock of the case, to be waited for at a mark of it."""

    name: str

    def mark(self, run: Run, *arguments: Value) -> ClockMark | None:
        """`.mark("80%")`: null where it is none of `MARKS`."""
        mark = arguments[0] if len(arguments) == 1 else None
        return ClockMark(self.name, mark) if type(mark) is str and mark in MARKS else None
