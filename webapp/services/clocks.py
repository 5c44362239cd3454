"""Legal clocks as rows: start, stop, and the marks that diagrams wait for.

A clock belongs to an item case; the joint clock (art. 42 para. 2) to the case. What moves a clock that runs (a pause,
an extension, another calendar) stands in `clock_moves`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from engine import Words
from engine.bundles import Item, decision_limits, joint_limit
from engine.law import (
    HAND_UP,
    NOT_DELIVERED,
    PROMISED_WITHIN,
    ClockReading,
    ClockTerms,
    legal_start,
    moment_of_mark,
    read_clock,
)
from webapp import moments
from webapp.catalogue import Rules
from webapp.services.events import Event
from webapp.services.locked_case import ClockFacts, LockedCase
from webapp.unit_of_work import sql

#: The version of the place's profile that is in force: a clock keeps its terms to the end.
PROFILE = """(select id from rule_table
    where kind = 'profile' and key = %(clock_place)s and digest = %(clock_profile)s)"""
#: A clock that starts again (after a correction) replaces its former run.
CLOCKS = f"""
insert into legal_clock (item_case_id, name, value, unit, basis_zh, basis_en, started_on, due_on, provisional,
    rules_digest, first_day_counts, profile_id, document_id)
select item_case, name, value, unit, basis_zh, basis_en, started, due, provisional, rules, first_day, {PROFILE}, paper
from json_to_recordset(%(clocks)s::json) as r(paper bigint, item_case bigint, name text, value bigint, unit text,
    basis_zh text, basis_en text, started date, due date, provisional boolean, rules text, first_day boolean)
on conflict (item_case_id, name) do update set value = excluded.value, unit = excluded.unit,
    basis_zh = excluded.basis_zh, basis_en = excluded.basis_en, started_on = excluded.started_on,
    due_on = excluded.due_on, provisional = excluded.provisional, rules_digest = excluded.rules_digest,
    first_day_counts = excluded.first_day_counts, profile_id = excluded.profile_id, document_id = excluded.document_id,
    extended_by = 0, four_fifths_on = null, day_before_on = null, stopped_on = null
returning id, item_case_id, basis_zh, basis_en, document_id, started_on
"""
#: A limit that runs from the delivery of a paper stands still until then: no pause of the law, a kind of its own.
AWAITS_DELIVERY = "delivery"
WAITS = f"""
insert into clock_pause (clock_id, item_case_id, kind, name_zh, name_en, basis_zh, basis_en, document_id, started_on)
select id, item_case_id, '{AWAITS_DELIVERY}', '{NOT_DELIVERED.zh}', '{NOT_DELIVERED.en}', basis_zh, basis_en,
    document_id, started_on
from clocks where document_id is not null
"""
#: The case's own clock runs from the first acceptance; a later one leaves it as it is. One that the law dates back
#: begins it earlier: whoever does that has the due day computed anew (`clock_moves`), with its pauses and extensions.
JOINT_CLOCK = f"""
insert into legal_clock (case_id, name, value, unit, basis_zh, basis_en, started_on, due_on, provisional, rules_digest,
    first_day_counts, profile_id)
select %(joint_case)s, name, value, unit, basis_zh, basis_en, started, due, provisional, rules, first_day, {PROFILE}
from json_to_recordset(%(joint)s::json) as r(name text, value bigint, unit text, basis_zh text, basis_en text,
    started date, due date, provisional boolean, rules text, first_day boolean)
on conflict (case_id, name) where case_id is not null do update set started_on = excluded.started_on
    where legal_clock.stopped_on is null and excluded.started_on < legal_clock.started_on
"""
#: Timers that waited for the clock get their moment.
MARKS = """
update timer t set due_at = m.due from json_to_recordset(%(marks)s::json)
    as m(item_case bigint, clock text, mark text, due timestamptz)
where t.item_case_id = m.item_case and t.clock = m.clock and t.mark = m.mark
"""
#: What waited for a delivery waits no more.
STOP = f"""
with stopped as (
    update legal_clock set stopped_on = %s where item_case_id = %s and stopped_on is null and name = any(%s)
    returning id
)
delete from clock_pause p using stopped s where p.clock_id = s.id and p.kind = '{AWAITS_DELIVERY}'
"""


def start_clock(
    case: LockedCase,
    item_case_id: int,
    terms: ClockTerms,
    since: datetime,
    *,
    paper: int | None = None,
    waits: bool = False,
) -> ClockFacts:
    """Start a clock of an item case at the legal day of `since`.

    Which day that is after office hours, and whether the day of the event counts, are rules of the place (LAW 2.6).
    `paper`: the document from whose delivery the limit runs; `waits`: it is not delivered yet (`delivery_limits`).
    """
    return start_clocks(case, item_case_id, [terms], since, paper=paper, waits=waits)[0]


def start_clocks(
    case: LockedCase,
    item_case_id: int,
    all_terms: Sequence[ClockTerms],
    since: datetime,
    *,
    paper: int | None = None,
    waits: bool = False,
) -> list[ClockFacts]:
    """Start several clocks of an item case at the same moment. `paper`, `waits`: as `start_clock` takes them."""
    started = start_day(since, case.rules)
    rows, marks, begun = [], [], []
    for terms in all_terms:
        row, reading = _row(terms, started, case.rules)
        rows.append({"item_case": item_case_id, "paper": paper, **row})
        marks += [
            {
                "item_case": item_case_id,
                "clock": terms.name,
                "mark": mark,
                "due": None if waits else moment_of(mark, day),
            }
            for mark, day in reading.marks.items()
        ]
        begun.append(ClockFacts(terms.name, terms.value, terms.unit, started, reading.due_on, paused=waits))
    case.writing.add("clocks", CLOCKS, clocks=orjson.dumps(rows).decode(), **_profile(case.rules))
    if waits:
        case.writing.add("clock_waits", WAITS)
    case.writing.add("clock_marks", MARKS, marks=orjson.dumps(marks).decode())
    for facts in begun:
        _remember(case, item_case_id, facts)
    return begun


def start_day(since: datetime, rules: Rules) -> date:
    """The day from which limits run for what happened at `since`, by the rules of the place."""
    profile = rules.profile
    after_hours = str(profile.rule("after-hours", "next-working-day"))
    return legal_start(since, moments.OFFICE_ZONE, profile.office_hours, rules.calendar, after_hours=after_hours)


def would_be_due(terms: ClockTerms, started: date, rules: Rules) -> date:
    """The last day of a limit that begins on this day."""
    return _reading(terms.value, terms.unit, started, rules, first_day_counts(rules)).due_on


def first_day_counts(rules: Rules) -> bool:
    """Whether the day of the event is the first day of a limit in this place; by default it is not counted."""
    return bool(rules.profile.rule("day-of-event-counts", False))


def first_day_counted(kept: bool | None, rules: Rules) -> bool:
    """Whether the day of the event is the first day of a clock that kept this; None: it began before it was kept."""
    return first_day_counts(rules) if kept is None else kept


def _profile(rules: Rules) -> dict[str, str]:
    return {"clock_place": rules.profile.key, "clock_profile": rules.profile.version}


def _row(terms: ClockTerms, started: date, rules: Rules) -> tuple[dict[str, Any], ClockReading]:
    """A clock that begins on this day, as the row that is kept of it."""
    counts = first_day_counts(rules)
    reading = _reading(terms.value, terms.unit, started, rules, counts)
    row = {
        "name": terms.name,
        "value": terms.value,
        "unit": terms.unit,
        "basis_zh": terms.basis.zh,
        "basis_en": terms.basis.en,
        "started": started,
        "due": reading.due_on,
        "provisional": reading.provisional,
        "rules": rules.digest,
        "first_day": counts,
    }
    return row, reading


def _remember(case: LockedCase, item_case_id: int, facts: ClockFacts) -> None:
    """At hand for the rest of the command, and in the ledger."""
    running = case.clocks.setdefault(item_case_id, [])
    running[:] = [clock for clock in running if clock.name != facts.name] + [facts]
    case.record(
        Event.CLOCK_STARTED,
        None,
        item=item_case_id,
        clock=facts.name,
        due=facts.due_on.isoformat(),
        rules=case.rules.digest,
    )


def start_decision_clocks(
    case: LockedCase, item_case_id: int, item: Item, since: datetime, *, reviewed_below: bool = True
) -> None:
    """The clocks that run from acceptance: the promised limit, the statutory one beside it, the joint one (art. 42).

    Where a lower level reviews the item first, the limit of its review too (art. 43); `reviewed_below` False: not in
    the way that this item goes.
    """
    terms = decision_limits(item, reviewed_below=reviewed_below)
    if terms:
        start_clocks(case, item_case_id, terms, since)
    joint = joint_limit(case.release.bundle)
    if joint is not None:
        row, _ = _row(joint, start_day(since, case.rules), case.rules)
        case.writing.add(
            "joint_clock", JOINT_CLOCK, joint_case=case.id, joint=orjson.dumps([row]).decode(), **_profile(case.rules)
        )


def stop_clock(case: LockedCase, item_case_id: int, *names: str) -> None:
    """The clocks have done their work: they show the office's day on which they stopped."""
    sql().execute(STOP, (moments.local(case.now).date(), item_case_id, list(names)))


def ensure_clocks(case: LockedCase, wanted: Iterable[tuple[int, str]]) -> None:
    """Have these clocks (item case, name) at hand in `case.clocks`; reads only what this command did not start."""
    missing = {item for item, name in wanted if not any(c.name == name for c in case.clocks.get(item, ()))}
    if not missing:
        return
    rows = sql().execute(
        f"select l.item_case_id, {CLOCK_FACTS} from legal_clock l where l.item_case_id = any(%s) and {OF_USE}",
        (sorted(missing),),
    )
    for item_case, *facts in rows:
        known = case.clocks.setdefault(item_case, [])
        if not any(clock.name == facts[0] for clock in known):
            known.append(ClockFacts(*facts))


#: Whether the clock `l` stands still for its pause `p`: the same rule as `engine.law.clocks.stands_still`, for every
#: page, board, mark and signal. The due day itself still runs, so a pause that begins on it stops nothing.
STANDS_STILL = "p.ended_on is null and p.started_on < l.due_on"
#: Whether the item `i` may be part of the joint visit: the ordinary way, and its examination has not said otherwise.
MAY_BE_VISITED = """(i.way = 'ordinary' and not exists(select from review v where v.item_case_id = i.id
    and v.step = 'examine' and v.conclusion = 'no-visit' and v.withdrawn_at is null))"""
#: Whether the clock that the task `t` runs under stands still; for a joint visit, that of the item that gives its day.
TASK_STANDS_STILL = f"""case when t.item_case_id is not null then exists (select from clock_pause p
        join legal_clock l on l.id = p.clock_id
        where l.item_case_id = t.item_case_id and l.name = t.clock and {STANDS_STILL})
    else exists (select from item_case i join legal_clock l on l.item_case_id = i.id
        join clock_pause p on p.clock_id = l.id
        where i.case_id = t.case_id and l.name = t.clock and l.due_on = t.due_on and {STANDS_STILL}
            and {MAY_BE_VISITED}) end"""
#: The day after which the limit of a clock `l` counts, as `ClockReading.counted_from`.
COUNTED_FROM = "l.started_on - coalesce(l.first_day_counts, false)::int"
#: Whether the clock `l` may give the task `t` its day: the one it names, or what is promised within that.
GIVES_DAY = f"""(l.name = t.clock or (t.clock, l.name) in ({
    ", ".join(f"('{limit}', '{promise}')" for limit, promise in PROMISED_WITHIN.items())
}))"""
#: The same of the limit that gives the task `t` its day, its own before the promise; null where none does.
TASK_COUNTED_FROM = f"""case when t.item_case_id is not null then (select {COUNTED_FROM} from legal_clock l
        where l.item_case_id = t.item_case_id and {GIVES_DAY} and l.due_on = t.due_on and l.stopped_on is null
        order by l.name <> t.clock limit 1)
    else (select min({COUNTED_FROM}) from item_case i join legal_clock l on l.item_case_id = i.id
        where i.case_id = t.case_id and l.name = t.clock and l.due_on = t.due_on and l.stopped_on is null) end"""
#: The columns of `ClockFacts`, of a clock `l`.
CLOCK_FACTS = f"""l.name, l.value, l.unit, l.started_on, l.due_on, l.four_fifths_on, l.day_before_on,
    exists(select from clock_pause p where p.clock_id = l.id and {STANDS_STILL}), l.first_day_counts"""


#: Leaves out what the lower level's review was done under: what is open then runs under the item's own limits.
OF_USE = f"(l.stopped_on is null or l.name <> '{HAND_UP}')"


def mark_moment(clock: ClockFacts, mark: str, rules: Rules) -> datetime | None:
    """When the clock reaches the mark; None while it stands still, for then nobody knows."""
    if clock.paused:
        return None
    kept: Mapping[str, date | None] = {"80%": clock.four_fifths_on, "-1": clock.day_before_on, "100%": clock.due_on}
    counts = first_day_counted(clock.first_day_counts, rules)
    day = kept.get(mark) or _reading(clock.value, clock.unit, clock.started_on, rules, counts).marks[mark]
    return moment_of(mark, day)


@lru_cache(maxsize=512)
def _reading(value: int, unit: str, started_on: date, rules: Rules, counts: bool) -> ClockReading:
    """What a limit comes to that begins on this day. The same few clocks begin for every case of a day."""
    terms = ClockTerms("", value, unit, Words("", ""))
    return read_clock(terms, started_on, (), rules.calendar, today=started_on, first_day_counts=counts)


def moment_of(mark: str, day: date) -> datetime:
    """The first moment of the mark's day; "100%" is the end of the last day."""
    return moment_of_mark(mark, day, moments.OFFICE_ZONE)
