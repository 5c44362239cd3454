"""When a release was in force: published, put in force again, replaced or taken out of use, from the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from webapp.unit_of_work import sql

PUBLISHED, RESTORED, STOPPED, REPLACED = "published", "restored", "stopped", "replaced"


@dataclass(frozen=True, slots=True)
class LifeLine:
    """`by`: which release took its place (id and number), for what was replaced. `who` is "" where the worker did it
    at its time and nobody is known."""

    at: datetime
    kind: str
    who: str
    reason: str
    by: tuple[int, int] | None = None


IN_FORCE = """
select e.at, e.kind, coalesce(u.name, v.name, ''), e.body from release_event e
left join app_user u on u.id = e.actor_id
left join app_user v on v.id = (e.body::jsonb ->> 'approved_by')::bigint
where e.bundle_key = %s and e.kind in ('published', 'restored', 'stopped') order by e.seq
"""


def life_of(release_id: int, key: str) -> list[LifeLine]:
    """All of it, the first publication first."""
    numbers: dict[int, int] = dict(
        sql().execute("select id, number from release where bundle_key = %s", (key,)).fetchall()
    )
    found: list[LifeLine] = []
    is_in_force = False
    for at, kind, who, body in sql().execute(IN_FORCE, (key,)).fetchall():
        facts = orjson.loads(body)
        other, reason = int(facts["release"]), str(facts.get("reason", ""))
        if other == release_id:
            found.append(LifeLine(at, kind, who, reason))
            is_in_force = kind != STOPPED
        elif is_in_force and kind != STOPPED:
            found.append(LifeLine(at, REPLACED, who, reason, (other, numbers[other])))
            is_in_force = False
    return found
