"""FEEL values (DMN 1.5, 10.3.2): what variables, answers and decisions are made of.

| FEEL | Python |
|---|---|
| null, boolean, string | None, bool, str |
| number | int or Decimal, never float |
| list, context | list, dict with str keys |
| date, time, date and time | datetime.date, datetime.time, datetime.datetime |
| days and time duration | datetime.timedelta |
| years and months duration | YearsMonths |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Any FEEL value. Python has no useful recursive alias for it that mypy can follow through JSON.
Value = Any
Variables = Mapping[str, Value]


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, kept as whole months (may be negative)."""

    months: int


@dataclass(frozen=True, slots=True)
class ClockMark:
    """A mark of a legal clock that a diagram waits for: `clock("promised").mark("80%")`.

    `mark` is "80%", "-1" (one unit before the end) or "100%". The caller that keeps the clock
    rows turns it into a moment, and moves that moment when the clock is paused or extended.
    """

    clock: str
    mark: str
