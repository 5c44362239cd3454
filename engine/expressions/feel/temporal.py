"""Dates, times and durations: reading their texts, writing them, and their arithmetic."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from engine.values import Value, YearsMonths

_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_TIME = r"(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|z|[+-]\d{2}:\d{2}(?::\d{2})?|@[A-Za-z0-9_+/-]{1,60})?"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIME_ONLY = re.compile(f"T?{_TIME}", re.ASCII)
_DATE_TIME = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_YEARS_MONTHS = re.compile(r"(-)?P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?", re.ASCII)
_DAYS_TIME = re.compile(
    r"(-)?P(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,15})(?:\.(\d{1,9}))?S)?)?",
    re.ASCII,
)
DAY = timedelta(days=1)
_YEAR_ONE = datetime(1, 1, 1)  # noqa: DTZ001 - only ever subtracted from local times


def parse_date(text: str) -> date | None:
    """A date written as 2026-03-01."""
    match = _DATE_ONLY.fullmatch(text)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """A time written as 08:30:00, with or without offset or @zone."""
    match = _TIME_ONLY.fullmatch(text)
    return None if match is None else _time_of(*match.groups())


def parse_date_time(text: str) -> datetime | None:
    """A date and time written as 2026-03-01T08:30:00, with or without offset or @zone."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    day, clock = parse_date(text[:10]), match.groups()[3:]
    if day is not None and clock[:3] == ("24", "00", "00") and not int(clock[3] or 0) and day < date.max:
        # The end of a day is the start of the next (XML Schema, 3.2.7).
        day, clock = day + DAY, ("00", *clock[1:])
    return _joined(day, _time_of(*clock))


def _joined(day: date | None, clock: time | None) -> datetime | None:
    return None if day is None or clock is None else datetime.combine(day, clock)


def _time_of(hour: str, minute: str, second: str, fraction: str | None, zone: str | None) -> time | None:
    try:
        microsecond = int((fraction or "0").ljust(6, "0")[:6])
        return time(int(hour), int(minute), int(second), microsecond, _zone_of(zone))
    except ValueError:
        return None


def _zone_of(text: str | None) -> tzinfo | None:
    """The zone of "Z", "+08:00" or "@Asia/Shanghai". Raises ValueError."""
    if text is None:
        return None
    if text in ("Z", "z"):
        return UTC
    if text.startswith("@"):
        return named_zone(text[1:])
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return timezone(-offset if text[0] == "-" else offset)


def named_zone(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as unknown:
        raise ValueError(name) from unknown


def parse_duration(text: str) -> timedelta | YearsMonths | None:
    """A duration written as P1Y2M (years and months) or P1DT2H3M4S (days and time)."""
    match = _YEARS_MONTHS.fullmatch(text)
    if match is not None and (match[2] or match[3]):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = _DAYS_TIME.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups()
    try:
        length = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int((fraction or "0").ljust(6, "0")[:6]),
        )
        return -length if sign else length
    except OverflowError:
        return None


def temporal_literal(text: str) -> Value:
    """The value of @"text", None where it is no date, time, date and time or duration."""
    for parse in (parse_date, parse_date_time, parse_duration, parse_time):
        value = parse(text)
        if value is not None:
            return value
    return None


def add_months(day: date, months: int) -> date | None:
    """The same day of another month, or that month's last day; None out of range. Keeps a datetime's time."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def shift(moment: date | time, duration: timedelta | YearsMonths) -> date | time | None:
    """A date, time or date and time moved by a duration; None where that has no meaning."""
    try:
        if isinstance(moment, time):
            if isinstance(duration, YearsMonths):
                return None
            moved = datetime.combine(date(2000, 1, 1), moment.replace(tzinfo=None)) + duration % DAY
            return moved.time().replace(tzinfo=moment.tzinfo)
        if isinstance(duration, YearsMonths):
            return add_months(moment, duration.months)
        if isinstance(moment, datetime):
            if moment.tzinfo is None:
                return moment + duration
            # By the time that passes, not by the wall clock, where a zone changes its offset in between.
            return (moment.astimezone(UTC) + duration).astimezone(moment.tzinfo)
        return (datetime.combine(moment, time()) + duration).date()
    except OverflowError:
        return None


def difference(left: date | time, right: date | time) -> timedelta | None:
    """left - right, None where one has a zone and the other has not."""
    if isinstance(left, time) and isinstance(right, time):
        day = date(2000, 1, 1)
        left, right = datetime.combine(day, left), datetime.combine(day, right)
    if isinstance(left, time) or isinstance(right, time):
        return None
    start, end = _as_moment(right, left), _as_moment(left, right)
    if (start.tzinfo is None) != (end.tzinfo is None):
        return None
    try:
        return instant_key(end) - instant_key(start)  # type: ignore[operator, return-value]
    except OverflowError:
        return None


def _as_moment(value: date, other: date) -> datetime:
    """A date as midnight, in UTC where the other side is a date and time (DMN 1.5, 10.3.2.3.6)."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), UTC if isinstance(other, datetime) else None)


def instant_key(moment: datetime) -> datetime | timedelta:
    """What two moments are compared by: the time since year 1 in UTC; itself where it has no zone.

    Python compares two moments of one ZoneInfo by their wall clock, and cannot leave the years 1 to 9999.
    """
    offset = moment.utcoffset()
    return moment if offset is None else moment.replace(tzinfo=None) - _YEAR_ONE - offset


def zone_suffix(zone: tzinfo | None) -> str:
    """How a zone is written behind a time: "", "Z", "+08:00" or "@Asia/Shanghai"."""
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(None) or timedelta()
    if not offset:
        return "Z"
    sign, rest = ("-", -offset) if offset < timedelta() else ("+", offset)
    minutes, seconds = divmod(int(rest.total_seconds()), 60)
    text = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def time_text(value: time) -> str:
    """08:30:00, with fraction and zone where it has them."""
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if value.microsecond:
        text += f".{value.microsecond:06}".rstrip("0")
    return text + zone_suffix(value.tzinfo)


def date_time_text(value: datetime) -> str:
    return f"{value.date().isoformat()}T{time_text(value.timetz())}"


def duration_text(value: timedelta | YearsMonths) -> str:
    """P1Y2M or P1DT2H3M4.5S, normalised; P0M and PT0S for nothing."""
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.months), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-P" if value.months < 0 else "P") + (parts or "0M")
    negative, rest = value < timedelta(), abs(value)
    hours, seconds = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{rest.microseconds:06}".rstrip("0") if rest.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    text = (f"{rest.days}D" if rest.days else "") + (f"T{clock}" if clock else "")
    return ("-P" if negative else "P") + (text or "T0S")
