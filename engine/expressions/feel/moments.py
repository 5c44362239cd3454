"""Dates, times and durations of any year and to the nanosecond, as whole numbers and back.

Everything here works on a day number (1 is the 1st of January of year 1, as `date.toordinal` has it) and on
nanoseconds. It is what FEEL falls back on where Python's own types end (DMN 1.5, 10.3.2.3.4 to 10.3.2.3.7: years
from -999,999,999 to 999,999,999): results that fit those types are given in them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.values import FarDate, FarDateTime, FineDuration, FineTime

AnyDate = date | FarDate
AnyTime = time | FineTime
AnyMoment = datetime | FarDateTime
AnyDuration = timedelta | FineDuration

#: How far a zone may be from UTC (XML Schema, 3.2.7.3).
FARTHEST_OFFSET = timedelta(hours=14)
LAST_YEAR = 999_999_999
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
#: Longest days and time duration: a little more than from the first year to the last.
LONGEST = 10**12 * DAY
_CYCLE = 146_097  # the days of 400 years, after which the calendar repeats itself, weekdays too
_LAST_FAR_DAY = 366 * LAST_YEAR
_MICROSECOND = timedelta(microseconds=1)
_SHORTEST_TIMEDELTA = timedelta.min // _MICROSECOND * 1000
_LONGEST_TIMEDELTA = timedelta.max // _MICROSECOND * 1000


class Local(NamedTuple):
    """A date and time by the clock of its place."""

    day: int
    nanoseconds: int  # since midnight
    zone: tzinfo | None


# --- dates


def day_number(day: AnyDate) -> int:
    """The number of a date."""
    if isinstance(day, date):
        return day.toordinal()
    cycles, year = divmod(day.year, 400)
    return date(year + 400, day.month, day.day).toordinal() + (cycles - 1) * _CYCLE


def date_of(number: int) -> AnyDate | None:
    """The date of a day number; None outside of the years that FEEL has."""
    if 0 < number <= date.max.toordinal():
        return date.fromordinal(number)
    if abs(number) > _LAST_FAR_DAY:
        return None
    cycles, rest = divmod(number - 1, _CYCLE)
    near = date.fromordinal(rest + 1 + _CYCLE)
    return make_date(near.year + (cycles - 1) * 400, near.month, near.day)


def make_date(year: int, month: int, day: int) -> AnyDate | None:
    """A date of its parts; None where there is no such day."""
    if 1 <= year <= 9999:
        return date(year, month, day) if is_day(year, month, day) else None
    if abs(year) > LAST_YEAR or not is_day(year, month, day):
        return None
    return FarDate(year, month, day)


def is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= last_day(year, month)


def last_day(year: int, month: int) -> int:
    """How many days a month has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def add_months(day: AnyDate, months: int) -> AnyDate | None:
    """The same day of another month, or that month's last day; None out of range."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return make_date(year, month + 1, min(day.day, last_day(year, month + 1)))


# --- times


def time_of(nanoseconds: int, zone: tzinfo | None, fold: int = 0) -> AnyTime:
    """The time of day so long after midnight, less than a day."""
    seconds, fraction = divmod(nanoseconds, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    if fraction % 1000:
        return FineTime(hour, minute, second, fraction, zone, fold)
    return time(hour, minute, second, fraction // 1000, zone, fold=fold)


def nanoseconds_of(clock: AnyTime) -> int:
    """How long after midnight, by its own clock."""
    fraction = clock.microsecond * 1000 if isinstance(clock, time) else clock.nanosecond
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + fraction


def zone_offset(zone: tzinfo | None) -> timedelta | None:
    """The offset of a zone that is the same all year; None for a named one, and for none."""
    return None if zone is None else zone.utcoffset(None)


# --- dates and times


def local(moment: AnyMoment) -> Local:
    """A date and time as numbers."""
    if isinstance(moment, datetime):
        return Local(moment.toordinal(), nanoseconds_of(moment.time()), moment.tzinfo)
    return Local(day_number(moment.day), nanoseconds_of(moment.clock), moment.clock.tzinfo)


def moment_of(day: int, nanoseconds: int, zone: tzinfo | None, fold: int = 0) -> AnyMoment | None:
    """A date and time of its numbers; `nanoseconds` may reach into other days. None out of range."""
    days, rest = divmod(nanoseconds, DAY)
    found = date_of(day + days)
    return None if found is None else joined(found, time_of(rest, zone, fold))


def joined(day: AnyDate, clock: AnyTime) -> AnyMoment:
    """The date and time of a date and a time, in the time's zone."""
    if isinstance(day, date) and isinstance(clock, time):
        return datetime.combine(day, clock)
    return FarDateTime(day, clock)


def offset(moment: AnyMoment) -> timedelta | None:
    """How far its clock is before UTC; None without a zone."""
    if isinstance(moment, datetime):
        return moment.utcoffset()
    zone = moment.clock.tzinfo
    if not isinstance(zone, ZoneInfo):
        return zone_offset(zone)
    here = local(moment)
    return _near(here.day, here.nanoseconds).replace(tzinfo=zone, fold=moment.clock.fold).utcoffset()


def _near(day: int, nanoseconds: int) -> datetime:
    """A date and time as it stands, in a year between which and the real one the calendar only repeats itself.

    Before year 1 no zone had rules, after 9999 each has its last ones. The first day of year 1 counts to what is
    before it: in another zone it may be the day before.
    """
    if not 1 < day <= date.max.toordinal() - _CYCLE:
        day = (day - 1) % _CYCLE + 1 + (20 if day > 1 else 1) * _CYCLE
    return datetime.combine(date.fromordinal(day), time()) + timedelta(microseconds=nanoseconds // 1000)


def instant(moment: AnyMoment) -> int:
    """Nanoseconds since the start of day 0 in UTC; by its own clock where it has no zone."""
    here, before_utc = local(moment), offset(moment)
    since = here.day * DAY + here.nanoseconds
    return since if before_utc is None else since - span(before_utc)


def in_zone(since: int, zone: tzinfo | None) -> AnyMoment | None:
    """The date and time of an instant by the clock of a zone; None out of range."""
    if not isinstance(zone, ZoneInfo):
        return moment_of(0, since + span(zone_offset(zone) or timedelta()), zone)
    near = _near(*divmod(since, DAY)).replace(tzinfo=UTC).astimezone(zone)
    return moment_of(0, since + span(near.utcoffset() or timedelta()), zone, near.fold)


def date_part(moment: AnyMoment) -> AnyDate:
    return moment.date() if isinstance(moment, datetime) else moment.day


def time_part(moment: AnyMoment) -> AnyTime:
    return moment.timetz() if isinstance(moment, datetime) else moment.clock


# --- durations


def span(duration: AnyDuration) -> int:
    """A days and time duration in nanoseconds."""
    return duration.nanoseconds if isinstance(duration, FineDuration) else duration // _MICROSECOND * 1000


def duration_of(nanoseconds: int) -> AnyDuration | None:
    """A days and time duration; None where it is longer than any."""
    if nanoseconds % 1000 == 0 and _SHORTEST_TIMEDELTA <= nanoseconds <= _LONGEST_TIMEDELTA:
        return timedelta(microseconds=nanoseconds // 1000)
    return FineDuration(nanoseconds) if abs(nanoseconds) <= LONGEST else None


def fixed_zone(length: AnyDuration) -> tzinfo | None:
    """The zone of this offset; None where no zone has it."""
    if not isinstance(length, timedelta) or abs(length) > FARTHEST_OFFSET:
        return None
    return timezone(length)
