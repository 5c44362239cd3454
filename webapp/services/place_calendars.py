"""How near a day is depends on the place: each has its own closures. Counted by that whose rules hold for the case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import orjson

from engine.law import Calendar
from webapp.catalogue import Rules, rules_in_force
from webapp.unit_of_work import sql

#: Working days left up to which a due day counts as near.
NEAR = 2
#: Places differ in their local closures alone; where none were ever published, one calendar holds for all.
PLACES = """
select distinct key from rule_table where kind = 'profile'
    and exists (select from rule_table where kind = 'closures') order by key
"""
#: The last near day of a case `k`, by its place.
NEAR_OF_CASE = "coalesce((%(near_elsewhere)s::jsonb ->> k.profile_key)::date, %(near)s)"


@dataclass(frozen=True, slots=True)
class PlaceCalendars:
    """The calendars of places for one page: the office's own is at hand, each other one is read once."""

    own: Rules
    others: dict[str, Calendar] = field(default_factory=dict)

    def of(self, place: str) -> Calendar:
        """The calendar of a case with this profile key; empty: the office's own."""
        if place in ("", self.own.profile.key):
            return self.own.calendar
        if place not in self.others:
            self.others[place] = rules_in_force(place).calendar
        return self.others[place]


@dataclass(frozen=True, slots=True)
class NearDays:
    """Today, the last day that counts as near, and the same day of the places where it is another."""

    today: date
    near: date
    elsewhere: dict[str, date]

    @property
    def furthest(self) -> date:
        return max([self.near, *self.elsewhere.values()])

    @property
    def values(self) -> dict[str, object]:
        """As placeholders of a statement: today, near, near_elsewhere."""
        return {"today": self.today, "near": self.near, "near_elsewhere": orjson.dumps(self.elsewhere).decode()}


def near_days(rules: Rules, today: date) -> NearDays:
    """Up to when a due day is near today, place by place."""
    calendars = PlaceCalendars(rules)
    near = _last_near(rules.calendar, today)
    each = {key: _last_near(calendars.of(key), today) for (key,) in sql().execute(PLACES).fetchall()}
    return NearDays(today, near, {key: day for key, day in each.items() if day != near})


def _last_near(calendar: Calendar, today: date) -> date:
    """The day before the first one that is further: days off behind the last near working day are near, too."""
    return calendar.add_working_days(today, NEAR + 1).day - timedelta(1)
