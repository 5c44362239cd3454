"""The values a legal clock is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from engine.words import Words


@dataclass(frozen=True, slots=True)
class ClockTerms:
    """A limit as the law or the office gives it. `unit`: "working_days", "calendar_days" or "months"."""

    name: str  # "statutory" | "promised" | "intake" | "delivery" | "verification" …
    value: int
    unit: str
    basis: Words


@dataclass(frozen=True, slots=True)
class Pause:
    """A spell that does not count (行政许可法 art. 45); never without basis. `ended` None: it still runs.

    `notice` is the number of the document that told the applicant, `expected_days` the working days that it named.
    """

    kind: Words
    basis: Words
    started: date
    ended: date | None = None
    notice: str = ""
    expected_days: int | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """A limit made longer by who may do so (行政许可法 art. 42): by how much of its unit, by whom, told when."""

    value: int
    basis: Words
    level: Words
    decided_on: date
    notice: str = ""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Opening hours of a working day, in order: (opens, closes) in the office's zone, with their basis."""

    spells: tuple[tuple[time, time], ...]
    basis: Words

    @property
    def opens(self) -> time:
        return self.spells[0][0]

    @property
    def closes(self) -> time:
        return self.spells[-1][1]
