"""The calendar of a trial: answers as the calendar given, and keeps what the answers do not stand on.

A year without a published table counts Monday to Friday (engine.law.calendar). A case says so beside its dates; a
bare number cannot, so the trial tells it in notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from engine.errors import ValueInvalid
from engine.law import Calendar, DueDay
from engine.runtime import Context
from engine.words import Words

#: Years that a note names one by one.
_NAMED = 5
_NO_CALENDAR = Words(
    "没有给出工作日日历，工作日函数的结果为空值",
    "No calendar of working days was given: functions over working days give null",
)


@dataclass(slots=True)
class NotedCalendar:
    """Answers for FEEL's working-day functions by `calendar`; without one every question gives null, and is noted."""

    calendar: Calendar | None
    asked_in_vain: bool = False
    provisional: set[int] = field(default_factory=set)

    def working_days_between(self, a: date, b: date) -> int:
        """`Calendar.working_days_between`: days after the earlier one, up to and including the later one."""
        counted = self._asked().working_days_between(a, b)
        if a != b:
            self._touch(min(a, b) + timedelta(1), max(a, b))
        return counted

    def add_working_days(self, day: date, n: int) -> DueDay:
        """`Calendar.add_working_days`."""
        due = self._asked().add_working_days(day, n)
        if due.day > day:
            self._touch(day + timedelta(1), due.day)
        elif due.day < day:
            self._touch(due.day, day - timedelta(1))
        return due

    def is_working_day(self, day: date) -> bool:
        """`Calendar.is_working_day`."""
        worked = self._asked().is_working_day(day)
        self._touch(day, day)
        return worked

    def next_working_day(self, day: date) -> date:
        """`Calendar.next_working_day`."""
        found = self._asked().next_working_day(day)
        self._touch(day, found)
        return found

    def notes(self) -> tuple[Words, ...]:
        """What a reader of the result must know of the days that were counted."""
        notes = [_NO_CALENDAR] if self.asked_in_vain else []
        if self.provisional:
            zh, en = _years(sorted(self.provisional))
            notes.append(
                Words(
                    f"暂定：{zh}年放假安排尚未公布，该年周一至周五都按工作日计算，公布后结果可能改变",
                    f"Provisional: the holidays of {en} are not announced yet; Monday to Friday count as working days"
                    " there, and the result may change",
                )
            )
        return tuple(notes)

    def _asked(self) -> Calendar:
        """Raises ValueInvalid, which gives null, where there is no calendar."""
        if self.calendar is None:
            self.asked_in_vain = True
            raise ValueInvalid("no calendar of working days was given")
        return self.calendar

    def _touch(self, first: date, last: date) -> None:
        assert self.calendar is not None
        if self.calendar.is_provisional(first, last):
            years = range(first.year, last.year + 1)
            self.provisional.update(year for year in years if not self.calendar.is_published(year))


def noting(context: Context) -> Context:
    """The context with a calendar that notes what it is asked; a context that has one is left as it is.

    A context that is used for the input and for the expression over it tells of both.
    """
    if isinstance(context.calendar, NotedCalendar):
        return context
    calendar = context.calendar if isinstance(context.calendar, Calendar) else None
    return replace(context, calendar=NotedCalendar(calendar))


def day_notes(context: Context | None) -> tuple[Words, ...]:
    """What the context's calendar has noted."""
    noted = None if context is None else context.calendar
    return noted.notes() if isinstance(noted, NotedCalendar) else ()


def _years(years: list[int]) -> tuple[str, str]:
    """The years in both languages, the first few of many, then up to the last."""
    named = [str(year) for year in years[:_NAMED]]
    if len(years) > _NAMED:
        return f"{'、'.join(named)}等（至{years[-1]}）", f"{', '.join(named)} and others up to {years[-1]}"
    return "、".join(named), ", ".join(named)
