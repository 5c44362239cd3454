"""Dates, times and both as people type them, and in the form in which a field keeps its zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone

from engine.expressions import Context
from engine.forms.model import Field

Moment = date | time | datetime
TYPES: Mapping[str, type[Moment]] = {"date": date, "time": time, "datetime": datetime}

_OFFSET = re.compile(r"(.*\d)\s*(Z|[+-]\d{2}:?\d{2})", re.ASCII)


def read_moment(field: Field, text: str, context: Context | None) -> Moment:
    """The moment that a text says. Raises ValueError."""
    if field.subtype == "date":
        return _date(text)
    offset = _OFFSET.fullmatch(text)
    zone = _zone(offset[2]) if offset else None
    wall = offset[1] if offset else text
    if field.subtype == "time":
        return in_its_zone(field, _time(wall).replace(tzinfo=zone), context)
    day, _, clock = wall.replace("T", " ").partition(" ")
    return in_its_zone(field, datetime.combine(_date(day), _time(clock.strip()), zone), context)


def in_its_zone(field: Field, moment: Moment, context: Context | None) -> Moment:
    """The moment as the field keeps it: with the office's offset, in UTC, or as the wall clock says.

    Without a setting a date and time has the office's zone, and a time none.
    """
    if isinstance(moment, datetime):
        return _whole_in_zone(field.zone_form, moment, context)
    if isinstance(moment, time):
        return _time_in_zone(field.zone_form, moment, context)
    return moment


def _whole_in_zone(zone_form: str, moment: datetime, context: Context | None) -> datetime:
    office = None if context is None else context.zone
    if zone_form == "no_timezone":
        wall = moment.astimezone(office) if moment.tzinfo and office else moment
        return wall.replace(tzinfo=None)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=office)
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC) if zone_form == "utc_normalized" else moment.astimezone(office or moment.tzinfo)


def _time_in_zone(zone_form: str, moment: time, context: Context | None) -> time:
    if zone_form not in ("utc_offset", "utc_normalized") or context is None:
        return moment.replace(tzinfo=None) if zone_form == "no_timezone" else moment
    now = context.now.astimezone(context.zone)
    offset = timezone(now.utcoffset() or timedelta())
    at = datetime.combine(now.date(), moment.replace(tzinfo=None), moment.tzinfo or offset)
    return at.astimezone(UTC if zone_form == "utc_normalized" else offset).timetz()


def wall_clock(moment: Moment, context: Context | None) -> Moment:
    """The moment as a clock in the office shows it, without a zone: what a control holds."""
    zone = None if context is None else context.zone
    if isinstance(moment, datetime):
        return (moment.astimezone(zone) if moment.tzinfo and zone else moment).replace(tzinfo=None)
    if isinstance(moment, time) and moment.tzinfo and zone and context is not None:
        today = context.now.astimezone(zone).date()
        return datetime.combine(today, moment).astimezone(zone).time()
    return moment.replace(tzinfo=None) if isinstance(moment, time) else moment


def lies_behind(moment: Moment, context: Context) -> bool:
    """Whether the moment has passed; a time alone never has."""
    now = context.now.astimezone(context.zone)
    if isinstance(moment, datetime):
        return wall_clock(moment, context) < now.replace(tzinfo=None)  # type: ignore[operator]
    return isinstance(moment, date) and moment < now.date()


def fits_interval(field: Field, moment: Moment, context: Context | None) -> bool:
    """Whether a time lies on one of the field's steps, counted from midnight."""
    wall = wall_clock(moment, context)
    if not field.interval or not isinstance(wall, (time, datetime)):
        return True
    return (wall.hour * 60 + wall.minute) % field.interval == 0 and not wall.second


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def _date(text: str) -> date:
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text, re.ASCII)
    if parts is None:
        raise ValueError(text)
    year, month, day = map(int, parts.groups())
    return date(year, month, day)


def _time(text: str) -> time:
    parts = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?", text, re.ASCII)
    if parts is None:
        raise ValueError(text)
    hour, minute, second = (int(part or 0) for part in parts.groups())
    return time(hour, minute, second)
