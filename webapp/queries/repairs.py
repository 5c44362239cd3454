"""What people did to a case's processes from outside the diagrams, and whether it is suspended now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp.queries.history import WORDS
from webapp.unit_of_work import sql

REPAIRS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Suspension:
    """The case's processes stand still: since when, by whom, why."""

    who: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RepairLine:
    """One repair: what was done, to what (ids of elements, names of variables), by whom, why."""

    at: datetime
    who: str
    what: Words
    about: str
    reason: str


SUSPENSION = """
select coalesce(u.name, ''), c.suspended_at, coalesce(r.reason, '')
from cases c
left join lateral (select by_id, reason from repair where case_id = c.id and kind = 'suspended'
    order by id desc limit 1) r on true
left join app_user u on u.id = r.by_id
where c.id = %(case)s and c.suspended_at is not null
"""
REPAIRS = """
select r.at, u.name, r.kind, r.facts, r.reason, f.number, t.number from repair r join app_user u on u.id = r.by_id
left join release f on f.id::text = r.facts ->> 'from' left join release t on t.id::text = r.facts ->> 'to'
where r.case_id = %s order by r.id desc limit %s
"""


def suspension_of(case_id: int) -> Suspension | None:
    """Who suspended the case, if it is."""
    row = sql().execute(SUSPENSION, {"case": case_id}).fetchone()
    return Suspension(*row) if row else None


def repairs_of(case_id: int) -> tuple[RepairLine, ...]:
    """The repairs of the case, the last first."""
    rows = sql().execute(REPAIRS, (case_id, REPAIRS_SHOWN))
    return tuple(
        RepairLine(at, who, WORDS[kind], _about(facts, before, after), reason)
        for at, who, kind, facts, reason, before, after in rows
    )


def _about(facts: Mapping[str, Any], before: int | None, after: int | None) -> str:
    """`before`, `after`: the numbers of the releases that the case moved between."""
    parts = [str(facts["element"])] if "element" in facts else []
    parts += [_change(change) for change in facts.get("changes", ())]
    if before and after:
        parts.append(f"{before} → {after}")
    parts += facts.get("variables", ())
    return ", ".join(parts)


def _change(change: Mapping[str, Any]) -> str:
    if "move" in change:
        return f"{change['from']} → {change['to']}"
    return f"− {change['from']}" if "remove" in change else f"+ {change['add']}"
