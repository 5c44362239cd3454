"""What moves a clock that runs: after a pause, an extension or another calendar its due day is computed anew.

Due day, marks, the timers that wait for them, and the due days of tasks and inbox change in the same transaction, and
every due day that moves leaves a line in the ledger: before, after, and why. While a clock stands still its timers
have no moment: nothing may fire on a day that is not known yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import orjson

from engine import Words
from engine.law import PROMISED_WITHIN, ClockReading, ClockTerms, Pause, read_clock
from webapp import moments
from webapp.identity import Identity
from webapp.services.clocks import AWAITS_DELIVERY, MAY_BE_VISITED, first_day_counted, moment_of
from webapp.services.events import Event
from webapp.services.locked_case import ClockFacts, LockedCase
from webapp.services.suspended import hold_timers
from webapp.unit_of_work import sql

#: A limit that waits for a delivery has not begun: nothing moves it before.
RUNNING = f"""
select l.id, l.item_case_id, l.name, l.value, l.unit, l.extended_by, l.started_on, l.due_on, l.provisional,
    l.rules_digest <> %(rules)s,
    coalesce((select json_agg(json_build_array(p.started_on, p.ended_on) order by p.started_on)
              from clock_pause p where p.clock_id = l.id), '[]'),
    coalesce(l.visited, false), l.item_key, l.first_day_counts
from (select c.*, {MAY_BE_VISITED} as visited, i.item_key from item_case i join legal_clock c on c.item_case_id = i.id
      where i.case_id = %(case)s and c.stopped_on is null
      union all
      select c.*, null, null from legal_clock c where c.case_id = %(case)s and c.stopped_on is null) l
where l.document_id is null or not exists (select from clock_pause w
    where w.clock_id = l.id and w.kind = '{AWAITS_DELIVERY}' and w.ended_on is null)
order by l.id
"""
MOVED = """
update legal_clock l set due_on = r.due, four_fifths_on = r.four_fifths, day_before_on = r.day_before,
    provisional = r.provisional, rules_digest = %(rules)s
from json_to_recordset(%(moved_clocks)s::json) as r(id bigint, due date, four_fifths date, day_before date,
    provisional boolean)
where l.id = r.id
"""
TIMERS = """
update timer t set due_at = m.due from json_to_recordset(%(moved_marks)s::json)
    as m(item_case bigint, clock text, mark text, due timestamptz)
where t.item_case_id = m.item_case and t.clock = m.clock and t.mark = m.mark
"""
TASKS = """
update user_task t set due_on = d.due from json_to_recordset(%(moved_tasks)s::json)
    as d(item_case bigint, clock text, due date)
where t.case_id = %(case)s and t.state = 'open' and t.item_case_id is not distinct from d.item_case
    and t.clock = d.clock and t.due_on is distinct from d.due
returning t.id, t.due_on
"""
INBOX = """
update task_candidate c set due_on = w.due_on from tasks_moved w where c.task_id = w.id
"""


class Why(StrEnum):
    """What made a due day move."""

    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    PROOF_DUE = "proof-due"  # a commitment in place of a proof was withdrawn, and the proof is to come
    CHECKED = "checked"  # what was brought took time to check, which is given back
    CALENDAR = "calendar"
    DELIVERED = "delivered"  # the paper that tells of the limit has reached its reader, and the limit begins
    EARLIER_ACCEPTANCE = "earlier-acceptance"  # the law dates an acceptance back before that which began the limit


@dataclass(frozen=True, slots=True)
class Move:
    """A running clock before and after. `item_case_id` None: the case's joint clock."""

    clock_id: int
    item_case_id: int | None
    name: str
    due_before: date
    due_on: date
    was_provisional: bool
    provisional: bool
    other_rules: bool  # it was computed by another calendar or profile before

    @property
    def changed(self) -> bool:
        return self.due_before != self.due_on or self.was_provisional != self.provisional

    @property
    def is_told(self) -> bool:
        """Whether it belongs in the ledger: the day is another, or other tables say whether it stands."""
        return self.due_before != self.due_on or (self.other_rules and (self.changed or self.was_provisional))


@dataclass(frozen=True, slots=True)
class _Running:
    """A clock as it stands, and what it shows now."""

    id: int
    item_case_id: int | None
    name: str
    due_before: date
    was_provisional: bool
    other_rules: bool
    facts: ClockFacts
    reading: ClockReading
    visited: bool  # its item has points that a joint visit looks at, and no examination that wants none

    @property
    def is_paused(self) -> bool:
        return self.reading.state == "paused"


def move_clocks(
    case: LockedCase, why: Why, by: Identity | None, *, only: Collection[int] | None = None, **facts: object
) -> list[Move]:
    """Compute every running clock of the case anew, by the rules in force; returns what each showed and shows.

    `only`: the ids of the clocks that it is about, where it cannot concern others.
    What this command has written of pauses and extensions is sent first, and counts. `facts` go into the ledger's
    lines beside `why`; where the tables of working days are others than before, the line says that too.
    """
    values = {"case": case.id, "rules": case.rules.digest}
    rows = sql().execute(RUNNING, values).fetchall()
    running = [_running(case, row) for row in rows if only is None or row[0] in only]
    if not running:
        return []
    case.writing.add(
        "clocks_moved", MOVED, rules=case.rules.digest, moved_clocks=_json([_clock_row(one) for one in running])
    )
    case.writing.add("timers_moved", TIMERS, moved_marks=_json([row for one in running for row in _mark_rows(one)]))
    case.writing.add("tasks_moved", TASKS, case=case.id, moved_tasks=_json(list(_task_rows(running))))
    case.writing.add("inbox_moved", INBOX)
    for one in running:
        if one.item_case_id is not None:
            known = case.clocks.setdefault(one.item_case_id, [])
            known[:] = [clock for clock in known if clock.name != one.name] + [one.facts]
    if case.suspended_at is not None:  # a clock that was set anew has set its timers too
        hold_timers(case)
    moves = [
        Move(
            one.id,
            one.item_case_id,
            one.name,
            one.due_before,
            one.reading.due_on,
            one.was_provisional,
            one.reading.provisional,
            one.other_rules,
        )
        for one in running
    ]
    for move in moves:
        if move.is_told:
            _record(case, move, why, by, facts)
    return moves


def _record(case: LockedCase, move: Move, why: Why, by: Identity | None, facts: Mapping[str, object]) -> None:
    case.record(
        Event.CLOCK_MOVED,
        by,
        item=move.item_case_id,
        clock=move.name,
        before=move.due_before.isoformat(),
        due=move.due_on.isoformat(),
        provisional=move.provisional,
        why=why,
        other_rules=move.other_rules,
        rules=case.rules.digest,
        **facts,
    )


def _running(case: LockedCase, row: Sequence[Any]) -> _Running:
    id_, item_case, name, value, unit, extended, started, due, provisional, other, *kept = row
    pauses, may_be_visited, item_key, first = kept
    rules, nothing = case.rules, Words("", "")
    reading = read_clock(
        ClockTerms(name, value + extended, unit, nothing),
        started,
        [Pause(nothing, nothing, _day(began), _day(ended) if ended else None) for began, ended in pauses],
        rules.calendar,
        today=moments.local(case.now).date(),
        first_day_counts=first_day_counted(first, rules),
    )
    marks, paused = reading.marks, reading.state == "paused"
    facts = ClockFacts(name, value, unit, started, reading.due_on, marks["80%"], marks["-1"], paused, first)
    visited = may_be_visited and bool(case.release.bundle.item(item_key).visit_checklist)
    return _Running(id_, item_case, name, due, provisional, other, facts, reading, visited)


def _clock_row(one: _Running) -> dict[str, Any]:
    return {
        "id": one.id,
        "due": one.reading.due_on,
        "four_fifths": one.reading.marks["80%"],
        "day_before": one.reading.marks["-1"],
        "provisional": one.reading.provisional,
    }


def _mark_rows(one: _Running) -> Iterator[dict[str, Any]]:
    for mark, day in one.reading.marks.items():
        due = None if one.is_paused else moment_of(mark, day)
        yield {"item_case": one.item_case_id, "clock": one.name, "mark": mark, "due": due}


def _task_rows(running: Sequence[_Running]) -> Iterator[dict[str, Any]]:
    """Due days of tasks: an item's by its clock, a joint visit's by the nearest clock of the items that it is for."""
    nearest: dict[str, date] = {}
    promises = {(one.item_case_id, one.name): one.reading.due_on for one in running}
    for one in running:
        if one.item_case_id is None:
            continue
        promised = promises.get((one.item_case_id, PROMISED_WITHIN.get(one.name, "")), date.max)
        yield {"item_case": one.item_case_id, "clock": one.name, "due": min(one.reading.due_on, promised)}
        if one.visited:
            nearest[one.name] = min(one.reading.due_on, nearest.get(one.name, date.max))
    for name, due in nearest.items():
        yield {"item_case": None, "clock": name, "due": due}


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _json(rows: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
