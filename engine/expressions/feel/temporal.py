"""Dates, times and durations: reading their texts, writing them, and their arithmetic."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from engine.expressions.feel import moments
from engine.expressions.feel.moments import DAY, SECOND, AnyDate, AnyDuration, AnyMoment, AnyTime
from engine.values import FAR_TYPES, FarDate, FarDateTime, FineTime, Value, YearsMonths

_DATE = r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d{2})-(\d{2})"
_TIME = r"(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|z|[+-]\d{2}:\d{2}(?::\d{2})?|@[A-Za-z0-9_+/-]{1,60})?"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIME_ONLY = re.compile(f"T?{_TIME}", re.ASCII)
_DATE_TIME = re.compile(f"({_DATE})T{_TIME}", re.ASCII)
_YEARS_MONTHS = re.compile(r"(-)?P(?:(\d{1,15})Y)?(?:(\d{1,15})M)?", re.ASCII)
_DAYS_TIME = re.compile(
    r"(-)?P(?:(\d{1,12})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,18})(?:\.(\d{1,9}))?S)?)?",
    re.ASCII,
)
_YEAR_ONE = datetime(1, 1, 1)  # noqa: DTZ001 - only ever subtracted from local times
#: Longest years and months duration: a thousand milliards of years.
LONGEST_MONTHS = 12 * 10**12
_ONE_DAY = timedelta(days=1)
_FAR = frozenset(FAR_TYPES)


def parse_date(text: str) -> AnyDate | None:
    """A date written as 2026-03-01; years beyond four digits as 12026-03-01, before year 0 as -0044-03-15."""
    match = _DATE_ONLY.fullmatch(text)
    if match is None or match[1] == "-0000":
        return None
    year, month, day = (int(part) for part in match.groups())
    return moments.make_date(year, month, day)


def parse_time(text: str) -> AnyTime | None:
    """A time written as 08:30:00, with or without offset or @zone."""
    match = _TIME_ONLY.fullmatch(text)
    return None if match is None else _time_of(*match.groups())


def parse_date_time(text: str) -> AnyMoment | None:
    """A date and time written as 2026-03-01T08:30:00, with or without offset or @zone."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    day, clock = parse_date(match[1]), match.groups()[4:]
    if day is not None and clock[:3] == ("24", "00", "00") and not int(clock[3] or 0):
        # The end of a day is the start of the next (XML Schema, 3.2.7).
        day, clock = moments.date_of(moments.day_number(day) + 1), ("00", *clock[1:])
    return _joined(day, _time_of(*clock))


def _joined(day: AnyDate | None, clock: AnyTime | None) -> AnyMoment | None:
    return None if day is None or clock is None else moments.joined(day, clock)


def _time_of(hour: str, minute: str, second: str, fraction: str | None, zone: str | None) -> AnyTime | None:
    if (hour, minute, second) == ("24", "00", "00") and not int(fraction or 0):
        hour = "00"  # the end of the day (XML Schema, 3.2.8)
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return None
    since = ((int(hour) * 60 + int(minute)) * 60 + int(second)) * SECOND + _nanoseconds(fraction)
    try:
        return moments.time_of(since, _zone_of(zone))
    except ValueError:  # no such zone
        return None


def _nanoseconds(fraction: str | None) -> int:
    """The digits behind a point, as nanoseconds."""
    return int((fraction or "0").ljust(9, "0"))


def _zone_of(text: str | None) -> tzinfo | None:
    """The zone of "Z", "+08:00" or "@Asia/Shanghai". Raises ValueError."""
    if text is None:
        return None
    if text in ("Z", "z"):
        return UTC
    if text.startswith("@"):
        return named_zone(text[1:])
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    if offset > moments.FARTHEST_OFFSET:
        raise ValueError(text)
    return timezone(-offset if text[0] == "-" else offset)


def named_zone(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as unknown:
        raise ValueError(name) from unknown


def parse_duration(text: str) -> AnyDuration | YearsMonths | None:
    """A duration written as P1Y2M (years and months) or P1DT2H3M4S (days and time)."""
    match = _YEARS_MONTHS.fullmatch(text)
    if match is not None and (match[2] or match[3]):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months) if months <= LONGEST_MONTHS else None
    match = _DAYS_TIME.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        return None
    sign, fraction = match[1], match[6]
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:5])
    length = days * DAY + ((hours * 60 + minutes) * 60 + seconds) * SECOND + _nanoseconds(fraction)
    return moments.duration_of(-length if sign else length)


def temporal_literal(text: str) -> Value:
    """The value of @"text", None where it is no date, time, date and time or duration."""
    for parse in (parse_date, parse_date_time, parse_duration, parse_time):
        value = parse(text)
        if value is not None:
            return value
    return None


def shift(moment: AnyDate | AnyTime | AnyMoment, duration: AnyDuration | YearsMonths) -> Value:
    """A date, time or date and time moved by a duration; None where that has no meaning."""
    if isinstance(duration, YearsMonths):
        return _shift_months(moment, duration.months)
    if type(moment) not in _FAR and isinstance(duration, timedelta):
        try:
            return _shift_near(moment, duration)  # type: ignore[arg-type]
        except OverflowError:
            pass  # beyond the years 1 to 9999
    length = moments.span(duration)
    if isinstance(moment, time | FineTime):
        return moments.time_of((moments.nanoseconds_of(moment) + length) % DAY, moment.tzinfo)
    if isinstance(moment, datetime | FarDateTime):
        zone = moments.local(moment).zone
        return moments.in_zone(moments.instant(moment) + length, zone)
    return moments.date_of(moments.day_number(moment) + length // DAY)


def _shift_near(moment: date | time, duration: timedelta) -> date | time:
    """Raises OverflowError."""
    if isinstance(moment, time):
        moved = datetime.combine(date(2000, 1, 1), moment.replace(tzinfo=None)) + duration % _ONE_DAY
        return moved.time().replace(tzinfo=moment.tzinfo)
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            return moment + duration
        # By the time that passes, not by the wall clock, where a zone changes its offset in between.
        return (moment.astimezone(UTC) + duration).astimezone(moment.tzinfo)
    return moment + duration


def _shift_months(moment: AnyDate | AnyTime | AnyMoment, months: int) -> Value:
    if isinstance(moment, time | FineTime):
        return None
    if isinstance(moment, datetime | FarDateTime):
        day = moments.add_months(moments.date_part(moment), months)
        return None if day is None else moments.joined(day, moments.time_part(moment))
    return moments.add_months(moment, months)


def difference(left: Value, right: Value) -> AnyDuration | None:
    """left - right, None where one has a zone and the other has not, or one is a time and the other none."""
    if isinstance(left, time | FineTime) and isinstance(right, time | FineTime):
        return _between_times(left, right)
    if isinstance(left, time | FineTime) or isinstance(right, time | FineTime):
        return None
    start, end = _as_moment(right, left), _as_moment(left, right)
    if (moments.offset(start) is None) != (moments.offset(end) is None):
        return None
    if isinstance(start, datetime) and isinstance(end, datetime):
        return instant_key(end) - instant_key(start)  # type: ignore[operator, return-value]
    return moments.duration_of(moments.instant(end) - moments.instant(start))


def _between_times(left: AnyTime, right: AnyTime) -> AnyDuration | None:
    day = date(2000, 1, 1)
    return difference(moments.joined(day, left), moments.joined(day, right))


def _as_moment(value: Value, other: Value) -> AnyMoment:
    """A date as midnight, in UTC where the other side is a date and time (DMN 1.5, 10.3.2.3.6)."""
    if isinstance(value, datetime | FarDateTime):
        return value
    return moments.joined(value, time(0, 0, 0, 0, UTC if isinstance(other, datetime | FarDateTime) else None))


def instant_key(moment: datetime) -> datetime | timedelta:
    """What two moments are compared by: the time since year 1 in UTC; itself where it has no zone.

    Python compares two moments of one ZoneInfo by their wall clock, and cannot leave the years 1 to 9999.
    """
    offset = moment.utcoffset()
    return moment if offset is None else moment.replace(tzinfo=None) - _YEAR_ONE - offset


def order_key(value: Value) -> tuple[bool, int]:
    """A date, time, date and time or days and time duration as a number: whether it has an offset, and the number.

    Two values of one kind have an order where the first part is the same.
    """
    if isinstance(value, datetime | FarDateTime):
        return moments.offset(value) is not None, moments.instant(value)
    if isinstance(value, date | FarDate):
        return False, moments.day_number(value)
    if isinstance(value, time | FineTime):
        offset = moments.zone_offset(value.tzinfo)
        return offset is not None, moments.nanoseconds_of(value) - moments.span(offset or timedelta())
    return False, moments.span(value)


def in_order(left: Value, right: Value) -> tuple[Value, Value]:
    """What two times, or two dates and times, are ordered by.

    One without an offset is taken to be at the offset of the other (DMN 1.5, table 54): both by their own clocks.
    """
    if type(left) is type(right) is datetime and (left.tzinfo is None) is (right.tzinfo is None):
        return instant_key(left), instant_key(right)
    if type(left) is type(right) is time and left.tzinfo is right.tzinfo is None:
        return left, right
    (left_has_offset, first), (right_has_offset, second) = order_key(left), order_key(right)
    if left_has_offset is right_has_offset:
        return first, second
    return _own_clock(left), _own_clock(right)


def _own_clock(value: Value) -> int:
    """A time, or a date and time, as a number by its own clock."""
    if isinstance(value, time | FineTime):
        return moments.nanoseconds_of(value)
    here = moments.local(value)
    return here.day * DAY + here.nanoseconds


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


def date_text(value: AnyDate) -> str:
    """2026-03-01; 12026-03-01 and -0044-03-15 beyond four digits and before year 0."""
    return str(value)


def time_text(value: AnyTime) -> str:
    """08:30:00, with fraction and zone where it has them."""
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    return text + _fraction_text(moments.nanoseconds_of(value) % SECOND) + zone_suffix(value.tzinfo)


def _fraction_text(nanoseconds: int) -> str:
    return f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""


def date_time_text(value: AnyMoment) -> str:
    return f"{date_text(moments.date_part(value))}T{time_text(moments.time_part(value))}"


def duration_text(value: AnyDuration | YearsMonths) -> str:
    """P1Y2M or P1DT2H3M4.5S, normalised; P0M and PT0S for nothing."""
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.months), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-P" if value.months < 0 else "P") + (parts or "0M")
    length = moments.span(value)
    days, rest = divmod(abs(length), DAY)
    seconds, fraction = divmod(rest, SECOND)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{_fraction_text(fraction)}S" if seconds or fraction else ""
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return ("-P" if length < 0 else "P") + (text or "T0S")
