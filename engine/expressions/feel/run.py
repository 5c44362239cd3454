"""What stands around an evaluation: the step budget, the context, and the scopes of variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.errors import BudgetExceeded
from engine.values import Value

#: Longest text and list that an expression may make.
TEXT_LIMIT = 1_000_000
LIST_LIMIT = 100_000
#: Deepest stack of function calls, in levels of their bodies.
CALL_LIMIT = 400
#: Deepest value (lists in lists) that is compared, written or given back.
VALUE_DEPTH = 150
DEFAULT_STEPS = 100_000


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


class Run:
    """One evaluation. Steps are counted where work can repeat: loops, calls, and values by their size."""

    __slots__ = ("context", "depth", "element", "left", "limit")

    def __init__(self, context: Context | None, element: str) -> None:
        self.context = context
        self.element = element
        self.limit = DEFAULT_STEPS if context is None else context.budgets.expression_steps
        self.left = self.limit
        self.depth = 0

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

    def text(self, text: str) -> str:
        """`text`, within the limit of length."""
        if len(text) > TEXT_LIMIT:
            raise BudgetExceeded(self.element, "characters in a text", TEXT_LIMIT)
        self.left -= len(text) >> 8
        return text

    def grown(self, length: int) -> None:
        """Account for a list of this length. Raises BudgetExceeded."""
        if length > LIST_LIMIT:
            raise BudgetExceeded(self.element, "items in a list", LIST_LIMIT)
        self.spend(length)

    def too_deep(self) -> BudgetExceeded:
        return BudgetExceeded(self.element, "levels of nesting in a value", VALUE_DEPTH)

    def check_result(self, value: Value) -> None:
        """Refuse a value that is too deep or, counted out, too large to be kept."""
        level, depth = [value], 0
        while level:
            depth += 1
            if depth > VALUE_DEPTH:
                raise self.too_deep()
            below: list[Value] = []
            for part in level:
                if type(part) is list:
                    self.spend(len(part))
                    below.extend(part)
                elif type(part) is dict:
                    self.spend(len(part))
                    below.extend(part.values())
            level = below


class Scope:
    """Variables of one place, with the scope around it."""

    __slots__ = ("parent", "run", "variables")

    def __init__(self, variables: Mapping[str, Value], parent: Scope | None, run: Run) -> None:
        self.variables = variables
        self.parent = parent
        self.run = run


Closure = Callable[[Scope], Value]
