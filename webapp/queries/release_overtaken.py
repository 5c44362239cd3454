"""Signed releases that another one overtook: what was signed is the difference to one release in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from webapp.services.release_rows import IS_OVERTAKEN
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A release whose signatures no longer hold. `signed_against` and `in_force`: numbers of releases, None where none
    was in force."""

    signed_against: int | None
    in_force: int | None


@dataclass(frozen=True, slots=True)
class Coming:
    """Another release of the bundle, approved for a day. `is_overtaken`: by what is in force now."""

    id: int
    number: int
    effective_on: date
    is_overtaken: bool


OVERTAKEN = f"""
select c.number, f.number from release r
left join release c on c.id = r.compared_id
left join release f on f.bundle_key = r.bundle_key and f.state = 'published'
where r.id = %s and {IS_OVERTAKEN}
"""
COMING = f"""
select r.id, r.number, r.effective_on, {IS_OVERTAKEN}
from release own join release r on r.bundle_key = own.bundle_key and r.state = 'approved' and r.id <> own.id
where own.id = %s order by r.effective_on, r.id
"""


def overtaken(release_id: int) -> Overtaken | None:
    """By what a submitted or approved release was overtaken, if it was; it has to be returned then."""
    row = sql().execute(OVERTAKEN, (release_id,)).fetchone()
    return Overtaken(*row) if row else None


def coming_beside(release_id: int) -> list[Coming]:
    """The other releases of its bundle that are to come in force, the first day first."""
    return [Coming(*row) for row in sql().execute(COMING, (release_id,)).fetchall()]
