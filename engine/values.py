"""FEEL values (DMN 1.5, 10.3.2): what variables, answers and decisions are made of.

| FEEL | Python |
|---|---|
| null, boolean, string | None, bool, str |
| number | int or Decimal, never float |
| list, context | list, dict with str keys |
| date, time, date and time | datetime.date, datetime.time, datetime.datetime |
| days and time duration | datetime.timedelta |
| years and months duration | YearsMonths |

What Python's own types cannot hold, a year before 1 or after 9999 or a fraction below a microsecond, is a FarDate,
FineTime, FarDateTime or FineDuration. A value that fits Python's own type always has that type: two equal values
never differ in theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, tzinfo
from typing import Any

#: Any FEEL value. Python has no useful recursive alias for it that mypy can follow through JSON.
Value = Any
Variables = Mapping[str, Value]


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, kept as whole months (may be negative)."""

    months: int


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A date whose year is not one of 1 to 9999: -999,999,999 to 999,999,999, of which 0 is the one before 1."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        """As `date.isoformat` writes a date."""
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04}-{self.month:02}-{self.day:02}"


@dataclass(frozen=True, slots=True)
class FineTime:
    """A time of day with a fraction of a second below a microsecond. `fold` is that of datetime.time."""

    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: tzinfo | None = None
    fold: int = 0

    def __str__(self) -> str:
        """As `time.isoformat` writes a time, with nine digits of a fraction."""
        whole = time(self.hour, self.minute, self.second, 0, self.tzinfo, fold=self.fold).isoformat()
        return f"{whole[:8]}.{self.nanosecond:09}{whole[8:]}"


@dataclass(frozen=True, slots=True)
class FarDateTime:
    """A date and time of which `day` is a FarDate or `clock` a FineTime; `clock` carries the zone."""

    day: date | FarDate
    clock: time | FineTime

    def __str__(self) -> str:
        return f"{self.day}T{self.clock}"


@dataclass(frozen=True, slots=True, order=True)
class FineDuration:
    """A days and time duration with a fraction below a microsecond, or of more than 999,999,999 days."""

    nanoseconds: int

    def __str__(self) -> str:
        seconds, fraction = divmod(abs(self.nanoseconds), 1_000_000_000)
        return f"{'-' if self.nanoseconds < 0 else ''}PT{seconds}.{fraction:09}S"


#: The types of moments and durations beyond Python's own.
FAR_TYPES = (FarDate, FineTime, FarDateTime, FineDuration)


@dataclass(frozen=True, slots=True)
class ClockMark:
    """A mark of a legal clock that a diagram waits for: `clock("promised").mark("80%")`.

    `mark` is "80%", "-1" (one unit before the end) or "100%". The caller that keeps the clock
    rows turns it into a moment, and moves that moment when the clock is paused or extended.
    """

    clock: str
    mark: str
