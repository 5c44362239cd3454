"""Declared conflicts: those of the department for who leads it, and one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, PersonFacts, TaskFacts, ensure, may
from webapp.services.conflicts import KINDS, may_lift_for
from webapp.unit_of_work import sql

SHOWN = 100


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One declared conflict. `item` None: of the whole case. `may_lift`: who looks may lift it."""

    id: int
    case_id: int
    number: str
    item: Words | None
    officer: str
    kind: Words
    reason: str
    at: datetime
    lifted_by: str
    lifted_at: datetime | None
    lifted_why: str
    own: bool
    may_lift: bool


@dataclass(frozen=True, slots=True)
class ConflictTask:
    """The task at which a conflict is declared: nothing of what was applied for is shown."""

    id: int
    case_id: int
    number: str
    name: Words
    item: Words | None
    step: str


LINES = f"""
select c.id, c.case_id, coalesce(k.number, ''), k.release_id, ic.item_key, u.id, u.name, d.key, c.kind, c.reason, c.at,
    coalesce(w.name, ''), c.withdrawn_at, c.withdrawal
from declared_conflict c join cases k on k.id = c.case_id join app_user u on u.id = c.user_id
join department d on d.id = u.department_id
left join item_case ic on ic.id = c.item_case_id left join app_user w on w.id = c.withdrawn_by
where u.id = %(me)s or (d.key = %(unit)s and %(leads)s)
order by (c.withdrawn_at is null) desc, c.id desc limit {SHOWN}
"""


def conflicts_for(by: Identity) -> tuple[ConflictLine, ...]:
    """Those in force first, the latest first: one's own, and for who leads the department all of its people's."""
    leads = may(by, Permission.CONFLICT_LIFT, PersonFacts(0, by.department_key))
    rows = sql().execute(LINES, {"me": by.user_id, "unit": by.department_key, "leads": leads}).fetchall()
    lines = []
    for id_, case_id, number, release, item, officer_id, officer, unit, kind, *told, lifter, lifted_at, why in rows:
        reason, at = told
        own = officer_id == by.user_id
        may_lift = lifted_at is None and may_lift_for(by, officer_id, unit)
        name = published(release).bundle.item(item).name if item else None
        lines.append(
            ConflictLine(
                id_, case_id, number, name, officer, KINDS[kind], reason, at, lifter, lifted_at, why, own, may_lift
            )
        )
    return tuple(lines)


TASK = """
select t.id, t.case_id, coalesce(k.number, ''), t.name_zh, t.name_en, k.release_id, ic.item_key, t.step, t.groups,
    t.assignee_id, t.state
from user_task t join cases k on k.id = t.case_id left join item_case ic on ic.id = t.item_case_id
where t.id = %s
"""


def conflict_task(task_id: int, by: Identity) -> ConflictTask:
    """The open task, for a member of its posts. Raises NotFound."""
    row = sql().execute(TASK, (task_id,)).fetchone()
    if row is None:
        raise NotFound()
    id_, case_id, number, zh, en, release, item, step, groups, assignee, state = row
    bundle = published(release).bundle
    ensure(by, Permission.TASK_SEE, TaskFacts(frozenset(groups), assignee, state, bundle.key))
    if state != "open":
        raise NotFound()
    return ConflictTask(id_, case_id, number, Words(zh, en), bundle.item(item).name if item else None, step)
