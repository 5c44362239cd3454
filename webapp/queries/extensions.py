"""The extension of an item's limit: what was asked for, by whom, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.law import ClockTerms, Pause, amount, read_clock
from webapp import clock, moments
from webapp.catalogue import Rules
from webapp.queries.case_clocks import CLOCK_NAMES
from webapp.services.clocks import first_day_counted
from webapp.unit_of_work import sql

LAST = """
select x.value, x.unit, x.level_zh, x.level_en, x.basis_zh, x.basis_en, x.reason, asker.name, x.requested_at, x.granted,
    x.opinion, coalesce(decider.name, ''), x.decided_at, x.document_id
from clock_extension x
join app_user asker on asker.id = x.requested_by
left join app_user decider on decider.id = x.decided_by
where x.item_case_id = %(item_case)s and (x.granted is null or (x.clock = 'joint') = %(joint)s)
order by x.granted nulls first, x.id desc
limit 1
"""


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """`granted` None: it waits for the decision of `level`."""

    length: Words
    level: Words
    basis: Words
    reason: str
    asked_by: str
    asked_at: datetime
    granted: bool | None
    opinion: str
    decided_by: str
    decided_at: datetime | None
    document_id: int | None


def extension_of(item_case_id: int, *, joint: bool = False) -> ExtensionView | None:
    """What waits for a decision, or the last request of the item (with `joint`, of the joint limit from here)."""
    return extension_from(sql().execute(LAST, {"item_case": item_case_id, "joint": joint}).fetchone())


def extension_from(row: Sequence[Any] | None) -> ExtensionView | None:
    """The request of a row of `LAST`."""
    if row is None:
        return None
    value, unit, level_zh, level_en, zh, en, *facts = row
    view: list[Any] = [amount(value, unit), Words(level_zh, level_en), Words(zh, en), *facts]
    return ExtensionView(*view)


@dataclass(frozen=True, slots=True)
class ExtendedDay:
    """What granting would do to one clock. `stands_still`: the days are those if it ran on today."""

    clock: Words
    before: date
    after: date
    stands_still: bool


WAITING = """
select l.name, l.value + l.extended_by, x.value, l.unit, l.started_on, l.first_day_counts,
    coalesce((select jsonb_agg(jsonb_build_array(p.started_on, p.ended_on) order by p.started_on)
        from clock_pause p where p.clock_id = l.id), '[]')
from clock_extension x join legal_clock l on (l.item_case_id = x.item_case_id or l.case_id = x.case_id)
    and l.name = any(string_to_array(x.clock, ' ')) and l.stopped_on is null
where x.item_case_id = %s and x.granted is null order by l.id
"""


def days_if_granted(item_case_id: int, rules: Rules) -> list[ExtendedDay]:
    """The due days that granting the waiting request would bring, by the clocks that it lengthens."""
    today, nothing = clock.today(moments.OFFICE_ZONE), Words("", "")
    days = []
    for name, value, more, unit, started, first_day, spells in sql().execute(WAITING, (item_case_id,)):
        pauses = [
            Pause(nothing, nothing, date.fromisoformat(began), date.fromisoformat(ended) if ended else None)
            for began, ended in spells
        ]
        counts = first_day_counted(first_day, rules)
        before, after = (
            read_clock(
                ClockTerms(name, length, unit, nothing),
                started,
                pauses,
                rules.calendar,
                today=today,
                first_day_counts=counts,
            )
            for length in (value, value + more)
        )
        called = CLOCK_NAMES.get(name, Words(name, name))
        days.append(ExtendedDay(called, before.due_on, after.due_on, after.state == "paused"))
    return days
