"""The calendar of working days.

Limits of the licensing law run in working days without statutory holidays (行政许可法 art. 82). Which
weekday is a holiday and which weekend day is worked instead (调休) is fixed once a year by the State
Council and is data: one `CalendarYear` per year. Where no table is published yet, weekdays count as
working days and every date that depends on it is provisional.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from engine.errors import ValueInvalid
from engine.words import Words

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's table: days off by name, weekend days that are worked, and where that is written.

    `status` is "published" or "provisional" (announced in part). `version` is the digest of the file.
    Days of the previous December may stand in a table, because the notice for a year sometimes begins
    with them. `statutory` are those of the holidays that the law names itself. `replaces` names the table
    that this one corrects: its version, or the source as it was written there.

    A table with a `place` (the key of a profile) has the local closures of that place instead: `holidays` are
    its days, and there are no others.
    """

    year: int
    holidays: Mapping[date, Words]
    make_up_days: Mapping[date, Words]
    status: str
    source: Words
    version: str
    statutory: frozenset[date] = frozenset()
    place: str = ""
    replaces: str = ""

    @property
    def days(self) -> Mapping[date, str]:
        """Every day of the table: "holiday" or "make-up"."""
        return dict.fromkeys(self.holidays, "holiday") | dict.fromkeys(self.make_up_days, "make-up")


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day reached by counting, and what was met on the way.

    `skipped` are the named days off in between; `worked` the make-up days that were counted.
    `provisional` says that a year without a published table was touched.
    """

    day: date
    provisional: bool = False
    skipped: tuple[tuple[date, Words], ...] = ()
    worked: tuple[tuple[date, Words], ...] = ()


@dataclass(frozen=True, slots=True)
class _Span:
    """A run of days from the ordinal `first`: the working days up to and including each, and those days in order."""

    first: int
    until: array[int]
    days: array[int]


@dataclass(frozen=True)
class Calendar:
    """Working days of a jurisdiction; immutable. Built by `from_tables`, which puts the days in order."""

    years: Mapping[int, CalendarYear]
    holidays: Mapping[date, Words]
    make_up_days: Mapping[date, Words]
    closures: tuple[CalendarYear, ...] = ()
    #: Ordinals of the working days of a year, sorted; filled when a year is first asked for.
    _ordinals: dict[int, array[int]] = field(default_factory=dict, repr=False, compare=False, hash=False)
    #: The named days in order, looked up by bisection: (holidays, make-up days).
    _named: tuple[tuple[date, ...], tuple[date, ...]] = field(default=((), ()), repr=False, compare=False, hash=False)

    @classmethod
    def from_tables(cls, tables: Iterable[CalendarYear]) -> Calendar:
        """A calendar of these years. Where two tables name a day, the later year's notice holds.

        A local closure takes a day out that would be worked, whatever else is written of it.
        """
        given = list(tables)
        years = {table.year: table for table in sorted(given, key=lambda table: table.year) if not table.place}
        closures = tuple(sorted((table for table in given if table.place), key=lambda table: table.year))
        holidays: dict[date, Words] = {}
        make_up_days: dict[date, Words] = {}
        for table in (*years.values(), *closures):
            for day, name in table.holidays.items():
                holidays[day] = name
                make_up_days.pop(day, None)
            for day, name in table.make_up_days.items():
                make_up_days[day] = name
                holidays.pop(day, None)
        off, worked = dict(sorted(holidays.items())), dict(sorted(make_up_days.items()))
        return cls(years, off, worked, closures, _named=(tuple(off), tuple(worked)))

    @property
    def version(self) -> str:
        """Names the tables this calendar was made of: kept with every computed date."""
        known = [f"{year}:{table.version[:12]}" for year, table in self.years.items()]
        return "+".join([*known, *(f"{one.place}/{one.year}:{one.version[:12]}" for one in self.closures)])

    def is_published(self, year: int) -> bool:
        table = self.years.get(year)
        return table is not None and table.status == "published"

    def is_working_day(self, day: date) -> bool:
        """A weekday that is no holiday, or a make-up day."""
        if day in self.make_up_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def nth_working_day(self, day: date, n: int) -> date:
        """The `n`-th working day after `day`, for `n` of 1 and more: `add_working_days` without its reasons."""
        span = self._span
        at = day.toordinal() - span.first
        if 0 <= at < len(span.until):
            place = span.until[at] + n - 1
            if place < len(span.days):
                return date.fromordinal(span.days[place])
        return self._forward(day, n)

    def add_working_days(self, day: date, n: int) -> DueDay:
        """The `n`-th working day after `day`; `day` itself is not counted. `n` 0 is `day` itself.

        A negative `n` counts backwards: the n-th working day before `day`. Raises ValueInvalid where
        that would leave the years 1 to 9999.
        """
        if n == 0:
            return DueDay(day)
        if n > 0:
            return self.named_until(day, self.nth_working_day(day, n))
        reached = self._backward(day, -n)
        return self._met(reached, reached, day - timedelta(1))

    def named_until(self, day: date, reached: date) -> DueDay:
        """The day `reached` by counting from `day`, which is not counted, and what was met on the way."""
        return self._met(reached, day + timedelta(1), reached)

    def _met(self, reached: date, first: date, last: date) -> DueDay:
        return DueDay(
            reached,
            self.is_provisional(first, last),
            _within(self.holidays, self._named[0], first, last),
            _within(self.make_up_days, self._named[1], first, last),
        )

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; with the sign reversed when `b` is before `a`."""
        if b < a:
            return -self.working_days_between(b, a)
        span = self._span
        before, after = a.toordinal() - span.first, b.toordinal() - span.first
        if before >= 0 and after < len(span.until):
            return span.until[after] - span.until[before]
        if a.year == b.year:
            return self._until(b) - self._until(a)
        years_between = sum(len(self._working_days(year)) for year in range(a.year + 1, b.year))
        return len(self._working_days(a.year)) - self._until(a) + years_between + self._until(b)

    def next_working_day(self, day: date) -> date:
        """`day` if it is worked, else the first working day after it."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1).day

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether the days from `first` to `last` touch a year without a published table."""
        settled = self._settled
        if first >= settled[0] and last <= settled[1]:
            return False
        return not all(self.is_published(year) for year in range(first.year, last.year + 1))

    @cached_property
    def _span(self) -> _Span:
        """The years that have a table, and one on either side, as one run of working days."""
        known = sorted(self.years) or [2000]
        first, last = max(known[0] - 1, date.min.year), min(known[-1] + 1, date.max.year)
        days = array("l", (o for year in range(first, last + 1) for o in self._working_days(year)))
        begins, ends = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
        worked, passed, until = set(days), 0, array("l")
        for ordinal in range(begins, ends + 1):
            passed += ordinal in worked
            until.append(passed)
        return _Span(begins, until, days)

    @cached_property
    def _settled(self) -> tuple[date, date]:
        """First and last day of the published years that follow each other up to the last one."""
        published = [year for year in sorted(self.years) if self.is_published(year)]
        if not published:
            return date.max, date.min
        last = first = published[-1]
        while self.is_published(first - 1):
            first -= 1
        return date(first, 1, 1), date(last, 12, 31)

    def _forward(self, day: date, n: int) -> date:
        year, passed = day.year, self._until(day)
        while passed + n > len(days := self._working_days(year)):
            n -= len(days) - passed
            year, passed = year + 1, 0
        return date.fromordinal(days[passed + n - 1])

    def _backward(self, day: date, n: int) -> date:
        year = day.year
        before = self._until(day) - (1 if self.is_working_day(day) else 0)
        while before < n:
            n -= before
            year -= 1
            before = len(self._working_days(year))
        return date.fromordinal(self._working_days(year)[before - n])

    def _until(self, day: date) -> int:
        """Working days of the day's year up to and including it."""
        return bisect_right(self._working_days(day.year), day.toordinal())

    def _working_days(self, year: int) -> array[int]:
        known = self._ordinals.get(year)
        if known is not None:
            return known
        if not date.min.year <= year <= date.max.year:
            raise ValueInvalid(f"working days run past the year {year}")
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        days = array("l", (o for o in range(first, last + 1) if self.is_working_day(date.fromordinal(o))))
        self._ordinals[year] = days
        return days


def _within(
    days: Mapping[date, Words], order: tuple[date, ...], first: date, last: date
) -> tuple[tuple[date, Words], ...]:
    """The named days from `first` to `last`; `order` has all of them in their order."""
    found = order[bisect_left(order, first) : bisect_right(order, last)]
    return tuple((day, days[day]) for day in found)
