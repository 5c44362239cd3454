"""Where names stand while Python runs: the variables of the process, and the frames of comprehensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from engine.expressions.failure import missing
from engine.expressions.feel.run import Run
from engine.expressions.python_subset.keeping import copied, is_same, kept
from engine.values import Value


class Names(Protocol):
    """What holds the values of one frame: a dict, or the workspace."""

    def __contains__(self, name: object, /) -> bool: ...
    def __getitem__(self, name: str, /) -> Value: ...
    def __setitem__(self, name: str, value: Value, /) -> None: ...


class Frame:
    """The names of one place, with the frame around it."""

    __slots__ = ("names", "parent", "run")

    def __init__(self, names: Names, parent: Frame | None, run: Run) -> None:
        self.names = names
        self.parent = parent
        self.run = run


Closure = Callable[[Frame], Value]


def look_up(frame: Frame, name: str) -> Value:
    """The nearest value of the name. Raises Failure."""
    here: Frame | None = frame
    while here is not None:
        if name in here.names:
            return here.names[name]
        here = here.parent
    raise missing(name)


class Workspace:
    """The variables as a script sees them: what it assigned, then what it was given.

    With `copies` a given list or context is copied when it is first read, so that a change of it stays here.
    """

    def __init__(self, given: Mapping[str, Value], run: Run, *, copies: bool) -> None:
        self._given, self._run, self._copies = given, run, copies
        self._own: dict[str, Value] = {}
        self._assigned: set[str] = set()

    def __contains__(self, name: object, /) -> bool:
        return name in self._own or name in self._given

    def __getitem__(self, name: str, /) -> Value:
        if name in self._own:
            return self._own[name]
        value = self._given[name]
        if self._copies and type(value) in (list, tuple, dict):
            value = self._own[name] = copied(value, self._run)
        return value

    def __setitem__(self, name: str, value: Value, /) -> None:
        self._own[name] = value
        self._assigned.add(name)

    def results(self) -> dict[str, Value]:
        """What was assigned, and what is no longer as it was given. Raises ValueInvalid, BudgetExceeded."""
        run = self._run
        return {
            name: kept(value, run)
            for name, value in self._own.items()
            if name in self._assigned or not is_same(value, self._given[name], run)
        }
