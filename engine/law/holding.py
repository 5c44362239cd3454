"""Who had an item for how long: "days with me" beside "days in all", in working days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.law.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Spell:
    """A time that an item lay with somebody (`ended` None: it still does). The day of the beginning is not counted."""

    holder: str
    began: date
    ended: date | None

    def has(self, day: date) -> bool:
        return self.began < day and (self.ended is None or day <= self.ended)


@dataclass(frozen=True, slots=True)
class Holding:
    """Working days in all, those of each holder, and those on which the clocks stood still, which are nobody's."""

    in_all: int
    with_each: Mapping[str, int]
    paused: int


def days_held(calendar: Calendar, spells: Iterable[Spell], pauses: Sequence[Spell], first: date, last: date) -> Holding:
    """How the working days after `first` up to `last` were spent.

    A day on which two had the item counts for both of them and once in all; a day of a pause counts for nobody,
    because a justified pause blames nobody.
    """
    held, with_each, in_all, still = list(spells), dict[str, int](), 0, 0
    day = first
    while day < last:
        day += timedelta(1)
        if not calendar.is_working_day(day):
            continue
        in_all += 1
        if any(pause.has(day) for pause in pauses):
            still += 1
            continue
        for holder in {spell.holder for spell in held if spell.has(day)}:
            with_each[holder] = with_each.get(holder, 0) + 1
    return Holding(in_all, with_each, still)
