"""Signed releases that another one overtook: what was signed is the difference to one release in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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


#: Whether a release `r` that was submitted or approved was: then it has to be returned.
IS_OVERTAKEN = """(r.state in ('submitted', 'approved') and r.compared_id is distinct from (
    select f.id from release f where f.bundle_key = r.bundle_key and f.state = 'published')
    and not exists (select from release o where o.bundle_key = r.bundle_key and o.digest = r.digest
        and o.published_at is not null))"""
OVERTAKEN = f"""
select c.number, f.number from release r
left join release c on c.id = r.compared_id
left join release f on f.bundle_key = r.bundle_key and f.state = 'published'
where r.id = %s and {IS_OVERTAKEN}
"""
COMING = """
select a.id, a.number, a.effective_on, f.id is distinct from a.compared_id and not exists (
    select from release o where o.bundle_key = a.bundle_key and o.digest = a.digest and o.published_at is not null)
from release r join release a on a.bundle_key = r.bundle_key and a.state = 'approved' and a.id <> r.id
left join release f on f.bundle_key = r.bundle_key and f.state = 'published'
where r.id = %s order by a.effective_on, a.id
"""


def overtaken(release_id: int) -> Overtaken | None:
    """By what a submitted or approved release was overtaken, if it was; it has to be returned then."""
    row = sql().execute(OVERTAKEN, (release_id,)).fetchone()
    return Overtaken(*row) if row else None


def coming_beside(release_id: int) -> list[Coming]:
    """The other releases of its bundle that are to come in force, the first day first."""
    return [Coming(*row) for row in sql().execute(COMING, (release_id,)).fetchall()]
