"""What stands around an evaluation: the step budget, the context, and the scopes of variables.

Steps pay for time and for memory: one for each item of a list or context and for each 256 characters that
are looked at or made. What is made is paid for first, so that an evaluation never holds more than its
budget could pay: 100,000 steps are 25 million characters or 100,000 items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.errors import BudgetExceeded
from engine.values import Value

#: Longest text and list that an expression may make.
TEXT_LIMIT = 1_000_000
LIST_LIMIT = 100_000
#: Most characters in all texts of a value that is given back, each counted as often as it would be written.
VALUE_LIMIT = 4_000_000
#: Deepest stack of function calls, in levels of their bodies.
CALL_LIMIT = 400
#: Deepest value (lists in lists) that is compared, written or given back.
VALUE_DEPTH = 150
DEFAULT_STEPS = 100_000
#: Types of which a value holds no text and no other value, the frequent ones.
_FLAT = frozenset((int, bool, Decimal, type(None), date, datetime))
NO_VARIABLES: Mapping[str, Value] = {}


class StepBudget(Protocol):
    @property
    def expression_steps(self) -> int: ...


class Context(Protocol):
    """What engine.runtime.step.Context gives: the moment, the zone, the calendar, the budgets."""

    @property
    def now(self) -> datetime: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def calendar(self) -> object | None: ...
    @property
    def budgets(self) -> StepBudget: ...


class Scope:
    """Variables of one place, with the scope around it."""

    __slots__ = ("parent", "run", "variables")

    def __init__(self, variables: Mapping[str, Value], parent: Scope | None, run: Run) -> None:
        self.variables = variables
        self.parent = parent
        self.run = run


def look_up(scope: Scope | None, name: str, fallback: Value = None) -> Value:
    """The variable of the innermost scope that has it."""
    while scope is not None:
        if name in scope.variables:
            return scope.variables[name]
        scope = scope.parent
    return fallback


class Run(Scope):
    """One evaluation. Steps are counted where work can repeat: loops, calls, and values by their size.

    It is the outermost scope, too, of the `variables` that it is given: a condition is evaluated in half a
    microsecond, of which every object made for it is a good part.
    """

    __slots__ = ("context", "depth", "element", "left", "tracing")

    parent = None  # nothing is around it; one thing less to be set for each evaluation

    def __init__(self, context: Context | None, element: str, variables: Mapping[str, Value] = NO_VARIABLES) -> None:
        self.variables = variables
        self.context = context
        self.element = element
        self.left = DEFAULT_STEPS if context is None else context.budgets.expression_steps
        self.depth = 0
        self.tracing: object | None = None  # what engine.dmn tells of tables that are evaluated on the way

    @property
    def run(self) -> Run:  # type: ignore[override]
        return self

    @property
    def limit(self) -> int:
        """The steps that there were at the start."""
        return DEFAULT_STEPS if self.context is None else self.context.budgets.expression_steps

    def spend(self, steps: int) -> None:
        """Take steps from the budget. Raises BudgetExceeded."""
        self.left -= steps
        if self.left < 0:
            raise BudgetExceeded(self.element, "expression steps", self.limit)

    def enter(self, levels: int) -> None:
        """Go that many levels deeper into calls; `depth` is taken back by who entered."""
        self.depth += levels
        if self.depth > CALL_LIMIT:
            raise BudgetExceeded(self.element, "levels of function calls", CALL_LIMIT)

    def reads(self, length: int) -> None:
        """Account for a text of this length that is searched, compared or cut. Raises BudgetExceeded."""
        if length > 255:
            self.spend(length >> 8)

    def writes(self, length: int) -> None:
        """Account for a text of this length before it is made. Raises BudgetExceeded."""
        self.fits_text(length)
        self.reads(length)

    def fits_text(self, length: int) -> None:
        """Refuse a text of this length where it is too long. Raises BudgetExceeded."""
        if length > TEXT_LIMIT:
            raise BudgetExceeded(self.element, "characters in a text", TEXT_LIMIT)

    def text(self, text: str) -> str:
        """`text`, accounted for: for one that is not much longer than what it was made of."""
        self.writes(len(text))
        return text

    def grown(self, length: int) -> None:
        """Account for a list of this length before it is made. Raises BudgetExceeded."""
        if length > LIST_LIMIT:
            self.fits(length)
        self.left -= length
        if self.left < 0:
            self.spend(0)

    def fits(self, length: int) -> None:
        """Refuse a list of this length where it is too long. Raises BudgetExceeded."""
        if length > LIST_LIMIT:
            raise BudgetExceeded(self.element, "items in a list", LIST_LIMIT)

    def too_deep(self) -> BudgetExceeded:
        return BudgetExceeded(self.element, "levels of nesting in a value", VALUE_DEPTH)

    def check_result(self, value: Value) -> None:
        """Refuse a value that is too deep or, counted out, too large to be kept. Raises BudgetExceeded."""
        characters = self.walks(value)
        if characters > VALUE_LIMIT:
            raise BudgetExceeded(self.element, "characters in a value", VALUE_LIMIT)
        if characters > 255:
            self.reads(characters)

    def walks(self, value: Value) -> int:
        """Account for every item of nested lists and contexts, shared ones as often as they are met.

        Gives the number of characters in texts and keys. Raises BudgetExceeded.
        """
        level, depth, characters = [value], 0, 0
        if type(value) is list:  # most are, and flat
            self.spend(len(value))
            level, depth = value, 1
        while level:
            depth += 1
            if depth > VALUE_DEPTH:
                raise self.too_deep()
            below: list[Value] = []
            for part in level:
                kind = type(part)
                if kind is str:
                    characters += len(part)
                elif kind in _FLAT:
                    continue
                elif kind is list or kind is tuple:
                    self.left -= len(part)
                    if self.left < 0:
                        self.spend(0)
                    below += part
                elif kind is dict:
                    self.left -= len(part)
                    if self.left < 0:
                        self.spend(0)
                    for key in part:
                        characters += len(key) if type(key) is str else 0
                    below.extend(part.values())
            level = below
        return characters


class Writing:
    """A text that grows piece by piece, each accounted for before the whole is made."""

    __slots__ = ("_length", "_paid", "_pieces", "_run")

    def __init__(self, run: Run) -> None:
        self._run = run
        self._pieces: list[str] = []
        self._length = 0
        self._paid = 0

    def add(self, piece: str) -> None:
        """Raises BudgetExceeded."""
        self._length += len(piece)
        if self._length >= self._paid + 256:
            self._pay()
        self._pieces.append(piece)

    def _pay(self) -> None:
        self._run.fits_text(self._length)
        self._run.reads(self._length - self._paid)
        self._paid += (self._length - self._paid) >> 8 << 8

    def text(self) -> str:
        return "".join(self._pieces)


Closure = Callable[[Scope], Value]
