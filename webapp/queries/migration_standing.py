"""Where the cases of a migration stood before they were moved, and where they stand now: for whoever looks at it.

Steps and items by their names, as the release calls them on which the case stands; nothing of what a case says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine import Words
from webapp.catalogue import Published, published
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class StandsAt:
    """An open user task, of an `item` or (None) of the whole case; `count` of them."""

    step: Words
    item: Words | None
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`before` None: not known any more. `ended`: nothing of the case runs now."""

    before: tuple[StandsAt, ...] | None
    now: tuple[StandsAt, ...]
    ended: bool


#: What was kept of a case when it moved, as long as moves are kept.
BEFORE = """
select m.case_id, m.from_release_id, t.task ->> 'process', t.task ->> 'element', coalesce(c.item_key, ''), count(*)
from migration_case m
cross join jsonb_array_elements(coalesce(nullif(m.before -> 'tasks', 'null'), '[]')) with ordinality t (task, place)
left join item_case c on c.id = (t.task ->> 'item_case_id')::bigint
where m.run_id = %(run)s and m.case_id = any(%(cases)s)
group by 1, 2, 3, 4, 5 order by m.case_id, min(t.place)
"""
KEPT = "select case_id from migration_case where run_id = %(run)s and case_id = any(%(cases)s) and before ? 'tasks'"
NOW = """
select t.case_id, i.release_id, t.process, t.element, coalesce(c.item_key, ''), count(*)
from user_task t join process_instance i on i.id = t.instance_id left join item_case c on c.id = t.item_case_id
where t.case_id = any(%(cases)s) and t.state = 'open'
group by 1, 2, 3, 4, 5 order by t.case_id, min(t.id)
"""
RUNNING = "select distinct case_id from process_instance where case_id = any(%(cases)s) and ended_at is null"


def standing_of(run_id: int, cases: Sequence[int]) -> dict[int, Standing]:
    """Of these cases of a migration, four statements for all of them."""
    values = {"run": run_id, "cases": list(cases)}
    before, now = _by_case(sql().execute(BEFORE, values)), _by_case(sql().execute(NOW, values))
    kept = {row[0] for row in sql().execute(KEPT, values)}
    running = {row[0] for row in sql().execute(RUNNING, values)}
    return {
        one: Standing(before.get(one, ()) if one in kept else None, now.get(one, ()), one not in running)
        for one in cases
    }


def _by_case(rows: Iterable[Sequence[Any]]) -> dict[int, tuple[StandsAt, ...]]:
    found: dict[int, tuple[StandsAt, ...]] = {}
    for case_id, release_id, process, element, item, count in rows:
        release = published(release_id)
        at = StandsAt(release.element_name(process, element), _item(release, item), count)
        found[case_id] = (*found.get(case_id, ()), at)
    return found


def _item(release: Published, key: str) -> Words | None:
    return next((one.name for one in release.bundle.items if one.key == key), Words(key, key)) if key else None
