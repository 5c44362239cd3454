"""What the expression tests share: a context as the engine's caller gives it, and one short call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.expressions import compile_expression
from engine.values import Value

Feel = Callable[..., Value]


@dataclass(frozen=True)
class Budgets:
    expression_steps: int = 100_000


@dataclass(frozen=True)
class Reached:
    day: date


class Weekends:
    """A calendar without holidays."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5

    def next_working_day(self, day: date) -> date:
        while not self.is_working_day(day):
            day += timedelta(1)
        return day

    def working_days_between(self, a: date, b: date) -> int:
        if b < a:
            return -self.working_days_between(b, a)
        return sum((a + timedelta(n)).weekday() < 5 for n in range(1, (b - a).days + 1))

    def add_working_days(self, day: date, n: int) -> Reached:
        while n > 0:
            day += timedelta(1)
            n -= day.weekday() < 5
        return Reached(day)


@dataclass(frozen=True)
class Context:
    now: datetime = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    calendar: object | None = None
    budgets: Budgets = field(default_factory=Budgets)


@pytest.fixture(scope="session")
def context() -> Context:
    """Half past five in the afternoon of a Sunday in UTC: the next day, Monday, in the office."""
    return Context(calendar=Weekends())


@pytest.fixture(scope="session")
def few_steps() -> Context:
    return Context(budgets=Budgets(expression_steps=1_000))


@pytest.fixture(scope="session")
def feel() -> Feel:
    """The value of a source text over variables."""

    def evaluate(source: str, variables: Mapping[str, Value] | None = None, context: Context | None = None) -> Value:
        return compile_expression(source).evaluate(variables or {}, context)

    return evaluate
