"""Checking what was promised and brought: it does, or what it lacks is told once, and the applicant's time runs on.

What was brought in time counts as in time, however long the check takes: the applicant's clock stands from the
handing in, the office's own (`tolerance-check`) runs, and only that one is ever late. Where something is told to be
wrong, the days that the check took are given back; the first time, at least what the place lays down to put it right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson

from engine import Words
from engine.law import TOLERANCE, TOLERANCE_CHECK, ClockTerms, Pause, read_clock
from webapp import moments
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clock_moves import Why, move_clocks
from webapp.services.clocks import first_day_counted, start_clock, start_day, stop_clock, would_be_due
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.tasks import ensure_step, finish
from webapp.services.tolerance_acceptance import SETTLED, Kept, kept_of
from webapp.services.tolerance_terms import COMPLETE
from webapp.services.work import on_task
from webapp.unit_of_work import sql

STEP = "check-material"
ADEQUATE, INADEQUATE = "adequate", "inadequate"
LONGEST = 1000
NOTHING = Words("", "")


def begin_check(case: LockedCase, item_case_id: int) -> None:
    """It was handed in: the applicant's clock stands, the office's runs where the place sets it a limit."""
    stop_clock(case, item_case_id, TOLERANCE)
    place = case.rules.profile.tolerance
    if place is not None and place.check is not None:
        start_clock(case, item_case_id, place.check, case.now)


INADEQUATE_NOW = """
update tolerance set state = 'told', told = case when told = '' then %s else told end,
    told_at = coalesce(told_at, %s), told_by = coalesce(told_by, %s) where id = %s
"""


def check(task_id: int, *, by: Identity, adequate: bool, told: str, revision: int, key: str) -> None:
    """The reviewer looks at what came: it does, or what it lacks is told, once and completely.

    What was told the first time holds for every later check. Raises Incomplete.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, STEP)
        assert task.item_case_id is not None
        kept, case = kept_of(task.item_case_id), task.case
        assert kept is not None
        if not adequate and not kept.told and not told.strip():
            raise Incomplete(
                "told", Words("请一次性写明补交材料的全部问题。", "Say everything that is wrong with it, at once.")
            )
        if len(told) > LONGEST:
            raise Incomplete("told", Words("请控制在 1000 字以内。", "Keep it within 1,000 characters."))
        stop_clock(case, task.item_case_id, TOLERANCE, TOLERANCE_CHECK)
        if adequate:
            sql().execute(SETTLED, (COMPLETE, case.now, by.user_id, kept.id))
            case.record(Event.TOLERANCE_MET, by, item=task.item_case_id)
        else:
            sql().execute(INADEQUATE_NOW, (told.strip(), case.now, by.user_id, kept.id))
            case.record(Event.TOLERANCE_TOLD, by, item=task.item_case_id, again=bool(kept.told))
            _run_on(case, task.item_case_id, kept, by)
        outcome = ADEQUATE if adequate else INADEQUATE
        finish(task, {"checked": outcome}, by=by, act=f"checked-{outcome}")


STANDING = """
select l.id, l.value + l.extended_by, l.unit, l.started_on, l.due_on, l.first_day_counts, t.handed_in_at
from legal_clock l join tolerance t on t.item_case_id = l.item_case_id
where l.item_case_id = %s and l.name = 'tolerance'
"""
RUN_ON = "update legal_clock set stopped_on = null, extended_by = extended_by + %s where id = %s"
GIVEN_BACK = "update tolerance set given_back = given_back || %s::jsonb where id = %s"


@dataclass(frozen=True, slots=True)
class _Standing:
    """The applicant's clock as it stood when the material was handed in."""

    id: int
    units: int  # with what it was extended by
    unit: str
    started: date
    due: date
    first_day: bool | None
    handed_in: datetime


def _run_on(case: LockedCase, item_case_id: int, kept: Kept, by: Identity) -> None:
    """The applicant's clock runs again, without the days that the check took."""
    row: Any = sql().execute(STANDING, (item_case_id,)).fetchone()
    if row is None:  # accepted before the clock was kept
        return
    standing = _Standing(*row)
    units = _units_back(case, standing, first=not kept.told)
    sql().execute(RUN_ON, (units, standing.id))
    if units:
        place = case.rules.profile.tolerance
        basis = place.check.basis if place and place.check else kept.late_basis
        on, unit = moments.local(case.now).date().isoformat(), by.department
        zh = f"{unit.zh}（核对所用时间不计入申请人的期限）"
        en = f"{unit.en or unit.zh} (the time of the check is not the applicant's)"
        line = [[units, basis.zh, basis.en, zh, en, on, None]]
        sql().execute(GIVEN_BACK, (orjson.dumps(line).decode(), kept.id))
    move_clocks(case, Why.CHECKED, by, tolerance=kept.id)


def _units_back(case: LockedCase, standing: _Standing, *, first: bool) -> int:
    """By how many units the limit is lengthened so that what was left at the handing in is left now."""
    today, rules = moments.local(case.now).date(), case.rules
    terms = ClockTerms(TOLERANCE, standing.units, standing.unit, NOTHING)
    counts = first_day_counted(standing.first_day, rules)
    checked = Pause(NOTHING, NOTHING, moments.local(standing.handed_in).date(), today)

    def due(units: int, *pauses: Pause) -> date:
        longer = replace(terms, value=standing.units + units)
        return read_clock(longer, standing.started, pauses, rules.calendar, today=today, first_day_counts=counts).due_on

    wanted = max(standing.due, due(0, checked), today)
    place = rules.profile.tolerance
    if first and place is not None and place.put_right is not None:
        wanted = max(wanted, would_be_due(place.put_right, start_day(case.now, rules), rules))
    units = 0
    while due(units) < wanted:
        units += 1
    return units
