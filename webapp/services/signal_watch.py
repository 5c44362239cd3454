"""Looking for what the rules of supervision watch: legal clocks at their marks, steps past their own limits.

The worker sweeps all cases; a timer that a clock's mark fires looks at its case at once. Both look again under the
case's lock, so what was done or paused meanwhile raises nothing. A clock that stands still for a legal pause never
blames anyone: its signals come, if at all, when it runs again and is late then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from engine import Words
from engine.bundles import Item
from engine.law import HAND_UP, INTAKE, INTAKE_PROMISE, ClockTerms, Pause, SignalRule, SignalRules, read_clock
from webapp import clock as office_clock
from webapp import moments
from webapp.catalogue import OWN_PLACE, Rules, rules_in_force
from webapp.errors import Busy
from webapp.services.clocks import (
    CLOCK_FACTS,
    STANDS_STILL,
    first_day_counts,
    mark_moment,
    start_day,
)
from webapp.services.intake_limits import silence_basis
from webapp.services.locked_case import ClockFacts, LockedCase, on_case
from webapp.services.signals import raise_signal
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

#: Cases that one sweep takes on for each rule; the next sweep takes the others.
AT_ONCE = 500
#: The clock by which the task of the same work is known.
WORKED_UNDER = {"statutory": "promised", INTAKE_PROMISE: INTAKE}
#: What the invited unit owes, whoever has the item's task, and whether or not the case is suspended.
OWED_BY_UNIT = "meeting-answer"
INVITED = """
select i.department_key from meeting_invitation i join joint_meeting m on m.id = i.meeting_id
where i.item_case_id = %s and m.ended_at is null
"""

CLOCKS = f"""
select l.item_case_id, ic.department_key, ic.item_key, {CLOCK_FACTS}, l.value + l.extended_by
from legal_clock l left join item_case ic on ic.id = l.item_case_id
where l.stopped_on is null and (l.case_id = %(case)s
    or l.item_case_id = any(array(select id from item_case where case_id = %(case)s)))
"""
TASKS = """
select t.id, t.item_case_id, ic.department_key, t.step, t.clock, t.assignee_id, t.opened_at,
    (select d.key from candidate_group g join department d on d.id = g.department_id where g.key = t.groups ->> 0)
from user_task t left join item_case ic on ic.id = t.item_case_id
where t.case_id = %s and t.state = 'open' order by t.id
"""
PAUSES = """
select distinct p.started_on, p.ended_on from clock_pause p join legal_clock l on l.id = p.clock_id
where l.item_case_id = %s
"""
#: Who made the case stand still answers for what passes meanwhile.
SUSPENDED_BY = """
select d.key, r.by_id from repair r join app_user u on u.id = r.by_id join department d on d.id = u.department_id
where r.case_id = %s and r.kind = 'suspended' order by r.id desc limit 1
"""

REASONS = "coalesce(r.reasons, ic.intake_note)"
#: Only what a person decided is judged by its words; an item that another's refusal closed has none of its own.
SHORT = f"""
select ic.id, ic.item_key, ic.outcome, coalesce(r.by_id, (select t.closed_by from user_task t
    where t.item_case_id = ic.id and t.step = 'accept' and t.state = 'completed' order by t.id desc limit 1))
from item_case ic left join ruling r on r.item_case_id = ic.id
where ic.case_id = %(case)s and ic.outcome in ('refused', 'not-accepted')
    and ic.intake_outcome is distinct from 'predecessor-refused' and char_length(trim({REASONS})) < %(least)s
"""


@dataclass(frozen=True, slots=True)
class OpenWork:
    """An open task, and the unit whose post has it."""

    id: int
    item_case_id: int | None
    department: str | None
    step: str
    clock: str | None
    person: int | None
    opened_at: datetime
    unit: str | None


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that has not stopped; `limit` in its unit, with what it was extended by."""

    item_case_id: int | None
    department: str | None
    item_key: str | None
    facts: ClockFacts
    limit: int

    @property
    def name(self) -> str:
        return self.facts.name


def look_at(case: LockedCase) -> int:
    """Raise what the place's rules find in this case now; returns how many signals were new."""
    rules = case.rules.signals
    if rules is None:
        return 0
    clocks = [_running(row) for row in sql().execute(CLOCKS, {"case": case.id}).fetchall()]
    tasks = [OpenWork(*row) for row in sql().execute(TASKS, (case.id,)).fetchall()]
    marks = [_at_mark(case, rule, one, tasks) for rule in rules.watching("clock") for one in clocks]
    steps = [_past_step(case, rule, rules, task, clocks) for rule in rules.watching("step") for task in tasks]
    reasons = [_without_reasons(case, rule) for rule in rules.watching("reasons")]
    return sum(marks) + sum(steps) + sum(reasons)


def _without_reasons(case: LockedCase, rule: SignalRule) -> int:
    """Refusals of the case whose reasons are shorter than any reason is."""
    rows = sql().execute(SHORT, {"case": case.id, "least": rule.least_characters}).fetchall()
    return sum(
        raise_signal(
            case,
            rule.kind,
            item_case_id=item_case_id,
            unit=_who_said(case.release.bundle.item(item_key), decided),
            ref={"decided": decided},
            person=person,
        )
        for item_case_id, item_key, decided, person in rows
    )


def _who_said(item: Item, decided: str) -> str:
    """The unit that decided: on acceptance the one that reviews, which may be below the one that rules."""
    return item.reviewing_department if decided == "not-accepted" else item.department


def _running(row: tuple[Any, ...]) -> RunningClock:
    item_case_id, department, item_key, *facts, limit = row
    return RunningClock(item_case_id, department, item_key, ClockFacts(*facts), limit)


def _at_mark(case: LockedCase, rule: SignalRule, one: RunningClock, tasks: Iterable[OpenWork]) -> bool:
    if one.name not in rule.clocks or not _is_reached(case, rule.mark, one):
        return False
    unit, person = _responsible(case, one, tasks)
    ref = {"clock": one.name, "due": one.facts.due_on.isoformat()}
    return raise_signal(case, rule.kind, item_case_id=one.item_case_id, unit=unit, ref=ref, person=person)


def _is_reached(case: LockedCase, mark: str, one: RunningClock) -> bool:
    """Whether the clock is at its mark. A warning comes before the end or not at all, and not for a limit of a day."""
    moment = mark_moment(one.facts, mark, case.rules)
    if moment is None or case.now < moment or (mark == "100%" and _law_acts(case, one)):
        return False
    return mark == "100%" or (one.limit > 1 and moments.local(case.now).date() <= one.facts.due_on)


def _law_acts(case: LockedCase, one: RunningClock) -> bool:
    """Whether the end of the clock is acceptance by law, whose own signal says who kept silent."""
    if one.name != INTAKE or one.item_key is None or one.item_case_id is None:
        return False
    return silence_basis(case, one.item_case_id, case.release.bundle.item(one.item_key)) is not None


def _responsible(case: LockedCase, one: RunningClock, tasks: Iterable[OpenWork]) -> tuple[str, int | None]:
    """The unit with whom the work lies, and who holds it: by the open task, else the department of the item."""
    if one.name == OWED_BY_UNIT:
        row = sql().execute(INVITED, (one.item_case_id,)).fetchone()
        return row[0] if row else one.department or case.release.bundle.lead_department, None
    if case.suspended_at is not None:
        row = sql().execute(SUSPENDED_BY, (case.id,)).fetchone()
        if row is not None:
            return row[0], row[1]
    if one.name == HAND_UP and one.item_key is not None:  # the review below, whoever else has a task of the item
        below = case.release.bundle.item(one.item_key).reviewing_department
        return below, next((t.person for t in tasks if t.item_case_id == one.item_case_id and t.clock == HAND_UP), None)
    if one.item_case_id is None:  # the joint clock: who leads has all of it to bring together
        return case.release.bundle.lead_department, None
    wanted = WORKED_UNDER.get(one.name, one.name)
    of_item = [task for task in tasks if task.item_case_id == one.item_case_id or task.item_case_id is None]
    under = [task for task in of_item if task.clock == wanted] or [t for t in of_item if t.item_case_id is not None]
    if not under:
        return one.department or case.release.bundle.lead_department, None
    own = [task for task in under if task.item_case_id is not None] or under
    return own[0].unit or one.department or case.release.bundle.lead_department, own[0].person


def _past_step(
    case: LockedCase, rule: SignalRule, rules: SignalRules, task: OpenWork, clocks: Iterable[RunningClock]
) -> bool:
    """A step that took longer than its own limit, although the whole has time left (else the whole is what is late)."""
    terms = rules.steps.get(task.step)
    today = moments.local(case.now).date()
    if terms is None or case.suspended_at is not None:
        return False
    over_all = next((one for one in clocks if one.item_case_id == task.item_case_id and one.name == task.clock), None)
    if over_all is not None and (over_all.facts.paused or over_all.facts.due_on < today):
        return False
    due = step_due(terms, task, case.rules, today)
    if due >= today:
        return False
    ref = {"task": task.id, "due": due.isoformat()}
    unit = task.unit or task.department or ""
    return raise_signal(
        case, rule.kind, item_case_id=task.item_case_id, unit=unit, rule=terms.basis, ref=ref, person=task.person
    )


def step_due(terms: ClockTerms, task: OpenWork, rules: Rules, today: date) -> date:
    """The last day of the step's own limit; days in which the item's clocks stood still do not count."""
    pauses = [
        Pause(Words("", ""), Words("", ""), started, ended)
        for started, ended in sql().execute(PAUSES, (task.item_case_id,)).fetchall()
    ]
    started = start_day(task.opened_at, rules)
    counts = first_day_counts(rules)
    return read_clock(terms, started, pauses, rules.calendar, today=today, first_day_counts=counts).due_on


# What a sweep looks for: cases with a clock at the mark, or a step past its limit, that have no such signal yet. It may
# find a few too many (a mark that a pause has moved); who looks under the lock decides.
CLOCKS_FOUND = f"""
select distinct coalesce(l.case_id, ic.case_id)
from legal_clock l
left join item_case ic on ic.id = l.item_case_id
join cases k on k.id = coalesce(l.case_id, ic.case_id)
where l.stopped_on is null and l.due_on between %(first)s and %(last)s and l.name = any(%(clocks)s)
    and l.value + l.extended_by > %(least)s
    and {{place}}
    and not exists (select from clock_pause p where p.clock_id = l.id and {STANDS_STILL})
    and not exists (select from supervision_signal s where s.case_id = coalesce(l.case_id, ic.case_id)
        and s.item_case_id is not distinct from l.item_case_id and s.kind = %(kind)s
        and s.ref_key = 'clock=' || l.name || ';due=' || l.due_on)
limit %(limit)s
"""
STEPS_FOUND = f"""
select distinct t.case_id
from user_task t join cases k on k.id = t.case_id
where t.state = 'open' and t.step = %(step)s and t.opened_at < %(before)s and k.suspended_at is null
    and {{place}}
    and not exists (select from supervision_signal s where s.case_id = t.case_id and s.kind = %(kind)s
        and s.ref ->> 'task' = t.id::text)
    and not exists (select from legal_clock l join clock_pause p on p.clock_id = l.id
        where l.item_case_id = t.item_case_id and {STANDS_STILL})
    and not exists (select from legal_clock l where l.item_case_id = t.item_case_id and l.name = t.clock
        and l.due_on < %(today)s)
limit %(limit)s
"""

REASONS_FOUND = f"""
select distinct ic.case_id
from item_case ic left join ruling r on r.item_case_id = ic.id join cases k on k.id = ic.case_id
where ic.ruled_at >= %(since)s and ic.outcome in ('refused', 'not-accepted')
    and ic.intake_outcome is distinct from 'predecessor-refused' and char_length(trim({REASONS})) < %(least)s
    and {{place}}
    and not exists (select from supervision_signal s where s.item_case_id = ic.id and s.kind = %(kind)s)
limit %(limit)s
"""
OF_PLACE = f"coalesce(nullif(k.profile_key, ''), {OWN_PLACE}) = %(place)s"
PLACES = "select distinct key from rule_table where kind = 'profile' order by key"
#: Decisions are judged by the sweeps of the two days after them.
JUDGED_DAYS = 2


def sweep(limit: int = AT_ONCE) -> int:
    """Look at every case in which a rule finds something new; returns how many signals were raised.

    Any number of workers may sweep at once: a case is looked at under its lock, and a signal is raised once.
    """
    with unit_of_work():
        cases = _found(limit)
    return sum(look_again(case_id) for case_id in cases)


def look_again(case_id: int) -> int:
    """Look at a case in a transaction of its own; one that is busy is found by the next sweep."""
    try:
        with on_case(case_id) as case:
            return look_at(case)
    except Busy:
        log.info("signals-busy", case=case_id)
        return 0


def _found(limit: int) -> list[int]:
    """Cases in which something may be new, by the rules of each place."""
    found: dict[int, None] = {}
    for (place,) in sql().execute(PLACES).fetchall():
        rules = rules_in_force(place)
        if rules.signals is not None:
            for statement, values in _searches(rules, rules.signals):
                narrowed = statement.replace("{place}", OF_PLACE)
                rows = sql().execute(narrowed, {**values, "place": place, "limit": limit})
                found.update(dict.fromkeys(row[0] for row in rows))
    return list(found)


def _searches(rules: Rules, signals: SignalRules) -> Iterator[tuple[str, Mapping[str, object]]]:
    """What to look for today: statements with their values."""
    today = office_clock.today(moments.OFFICE_ZONE)
    for rule in signals.watching("clock"):
        yield CLOCKS_FOUND, {"kind": rule.kind, "clocks": list(rule.clocks), **_span(rule.mark, today, rules)}
    for rule in signals.watching("step"):
        for step, terms in signals.steps.items():
            before = moments.midnight(_opened_before(terms, today, rules) + timedelta(1))
            yield STEPS_FOUND, {"kind": rule.kind, "step": step, "before": before, "today": today}
    for rule in signals.watching("reasons"):
        since = moments.midnight(today - timedelta(JUDGED_DAYS))
        yield REASONS_FOUND, {"kind": rule.kind, "least": rule.least_characters, "since": since}


def _span(mark: str, today: date, rules: Rules) -> Mapping[str, object]:
    """Between which due days the clocks lie that are at the mark today."""
    if mark == "100%":
        return {"first": date.min, "last": today - timedelta(1), "least": 0}
    return {"first": today, "last": rules.calendar.add_working_days(today, 1).day, "least": 1}


def _opened_before(terms: ClockTerms, today: date, rules: Rules) -> date:
    """The last day on which a step may have opened whose limit is over today, if nothing paused it."""
    if terms.unit != "working_days":
        return today - timedelta(terms.value + 1)
    return rules.calendar.add_working_days(today, -terms.value).day - timedelta(1)
