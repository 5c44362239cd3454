"""ISO 8601 times of timer events: dates, durations and repeating intervals, as text and as FEEL values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.values import FarDate, FarDateTime, FineDuration, FineTime, YearsMonths
from engine.words import Words

#: A timer may not wait longer than this; beyond it dates cannot be kept.
MAX_YEARS = 1000
_LONGEST_FINE = 366 * MAX_YEARS * 86_400 * 10**9  # nanoseconds
_DURATION = re.compile(
    r"(?P<sign>-)?P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?\Z"
)
_CYCLE = re.compile(r"R(?P<count>\d*)/(?P<rest>.+)\Z", re.DOTALL)


class TimerTextInvalid(ValueError):
    """A value or text that is no date, duration or cycle; `words` say what was expected."""

    def __init__(self, zh: str, en: str) -> None:
        self.words = Words(zh, en)
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: calendar months (years are twelve) and an exact part."""

    months: int
    exact: timedelta


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeating interval: `count` firings (None: without end), the first at `start` if that is given."""

    count: int | None
    span: Span
    start: datetime | None = None


def check_timer_text(kind: str, text: str) -> None:
    """Raises TimerTextInvalid if `text` is not what a timer of `kind` may say."""
    if kind == "timeDate":
        parse_moment(text)
    elif kind == "timeDuration":
        parse_span(text)
    else:
        parse_cycle(text)


def is_timer_text(kind: str, text: str) -> bool:
    """Whether `text` is what a timer of `kind` may say."""
    try:
        check_timer_text(kind, text)
    except TimerTextInvalid:
        return False
    return True


def parse_moment(text: str) -> datetime:
    """An ISO 8601 date or date and time (naive where no offset is written). Raises TimerTextInvalid."""
    plain = text.strip().partition("[")[0]  # FEEL writes a zone id behind the offset
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        raise TimerTextInvalid(
            "应为日期时间，如 2026-11-23T08:00:00+08:00", "expected a date such as 2026-11-23T08:00:00+08:00"
        ) from None


def parse_span(text: str) -> Span:
    """An ISO 8601 duration, zero or longer. Raises TimerTextInvalid."""
    match = _DURATION.match(text.strip())
    if match is None:
        raise TimerTextInvalid("应为时长，如 PT2H 或 P3D", "expected a duration such as PT2H or P3D")
    if match["sign"]:
        raise TimerTextInvalid("时长不能为负", "a timer cannot wait for a negative duration")
    months = 12 * int(match["years"] or 0) + int(match["months"] or 0)
    days = 7 * int(match["weeks"] or 0) + int(match["days"] or 0)
    seconds = 3600 * int(match["hours"] or 0) + 60 * int(match["minutes"] or 0) + Decimal(match["seconds"] or 0)
    if months > 12 * MAX_YEARS or days + seconds / 86400 > 366 * MAX_YEARS:
        raise TimerTextInvalid(f"最长 {MAX_YEARS} 年", f"at most {MAX_YEARS} years")
    return Span(months, timedelta(days=days, microseconds=int(seconds * 1_000_000)))


def span_of(value: object) -> Span:
    """A FEEL duration (or its text) as a span. Raises TimerTextInvalid."""
    if isinstance(value, str):
        return parse_span(value)
    if isinstance(value, YearsMonths) and 0 <= value.months <= 12 * MAX_YEARS:
        return Span(value.months, timedelta())
    if isinstance(value, timedelta) and timedelta() <= value <= timedelta(days=366 * MAX_YEARS):
        return Span(0, value)
    if isinstance(value, FineDuration) and 0 <= value.nanoseconds < _LONGEST_FINE:
        return Span(0, timedelta(microseconds=value.nanoseconds // 1000))
    raise TimerTextInvalid("应为不小于零的时长", "expected a duration that is not negative")


def parse_cycle(text: str) -> Cycle:
    """`R<count>/<duration>`, `R<count>/<date>/<duration>` or a plain duration. Raises TimerTextInvalid."""
    stripped = text.strip()
    match = _CYCLE.match(stripped)
    if match is None:
        if stripped.startswith("P"):
            return Cycle(None, _forward(parse_span(stripped)))
        raise TimerTextInvalid("应为循环，如 R3/PT10M", "expected a cycle such as R3/PT10M")
    count = int(match["count"]) if match["count"] else None
    begin, slash, duration = match["rest"].partition("/")
    if slash:
        return Cycle(count, _forward(parse_span(duration)), parse_moment(begin))
    return Cycle(count, _forward(parse_span(begin)))


def _forward(span: Span) -> Span:
    if span == Span(0, timedelta()):
        raise TimerTextInvalid("循环的间隔须大于零", "a cycle needs a duration longer than zero")
    return span


def moment_of(value: object) -> datetime:
    """A FEEL date or date and time (or its text) as a moment. Raises TimerTextInvalid."""
    if isinstance(value, str):
        return parse_moment(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, FarDateTime) and isinstance(value.clock, FineTime) and isinstance(value.day, date):
        return _to_the_microsecond(value.day, value.clock)
    if isinstance(value, FarDate | FarDateTime):
        raise TimerTextInvalid("时间超出历法范围", "the moment lies beyond the calendar")
    raise TimerTextInvalid("应为日期或日期时间", "expected a date or a date and time")


def _to_the_microsecond(day: date, clock: FineTime) -> datetime:
    """Clocks of other systems write nanoseconds; no timer fires that exactly."""
    near = time(clock.hour, clock.minute, clock.second, clock.nanosecond // 1000, clock.tzinfo, fold=clock.fold)
    return datetime.combine(day, near)


def add_span(moment: datetime, span: Span) -> datetime:
    """`moment` later by `span`; a day that the month lacks becomes its last (31 Jan + 1 month = 28 Feb)."""
    months = moment.year * 12 + moment.month - 1 + span.months
    year, month = divmod(months, 12)
    try:
        shifted = moment.replace(year=year, month=month + 1, day=min(moment.day, _days_in(year, month + 1)))
        return shifted + span.exact
    except (ValueError, OverflowError):
        raise TimerTextInvalid("时间超出历法范围", "the moment lies beyond the calendar") from None


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
