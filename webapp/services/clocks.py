"""Legal clocks as rows: start, stop, and the marks that diagrams wait for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

import orjson

from engine import Words
from engine.bundles import Item
from engine.law import ClockReading, ClockTerms, legal_start, read_clock
from webapp import moments
from webapp.catalogue import Rules
from webapp.services.events import Event
from webapp.services.locked_case import ClockFacts, LockedCase
from webapp.unit_of_work import sql

#: A clock that starts again (after a correction) replaces its former run.
CLOCKS = """
insert into legal_clock (item_case_id, name, value, unit, basis_zh, basis_en, started_on, due_on, provisional,
    rules_digest)
select item_case, name, value, unit, basis_zh, basis_en, started, due, provisional, rules
from json_to_recordset(%(clocks)s::json) as r(item_case bigint, name text, value bigint, unit text, basis_zh text,
    basis_en text, started date, due date, provisional boolean, rules text)
on conflict (item_case_id, name) do update set value = excluded.value, unit = excluded.unit,
    basis_zh = excluded.basis_zh, basis_en = excluded.basis_en, started_on = excluded.started_on,
    due_on = excluded.due_on, provisional = excluded.provisional, rules_digest = excluded.rules_digest,
    stopped_on = null
"""
#: Timers that waited for the clock get their moment.
MARKS = """
update timer t set due_at = m.due from json_to_recordset(%(marks)s::json)
    as m(item_case bigint, clock text, mark text, due timestamptz)
where t.item_case_id = m.item_case and t.clock = m.clock and t.mark = m.mark
"""


def start_clock(case: LockedCase, item_case_id: int, terms: ClockTerms, since: datetime) -> ClockFacts:
    """Start a clock of an item case at the legal day of `since`.

    The day of the event is not counted; after office hours the profile's rule applies (LAW 2.6).
    """
    return start_clocks(case, item_case_id, [terms], since)[0]


def start_clocks(
    case: LockedCase, item_case_id: int, all_terms: Sequence[ClockTerms], since: datetime
) -> list[ClockFacts]:
    """Start several clocks of an item case at the same moment."""
    rules = case.rules
    started = legal_start(since, moments.OFFICE_ZONE, rules.profile.office_hours, rules.calendar)
    rows, marks, begun = [], [], []
    for terms in all_terms:
        reading = _reading(terms.value, terms.unit, started, rules)
        facts = ClockFacts(terms.name, terms.value, terms.unit, started, reading.due_on)
        rows.append(
            {
                "item_case": item_case_id,
                "name": terms.name,
                "value": terms.value,
                "unit": terms.unit,
                "basis_zh": terms.basis.zh,
                "basis_en": terms.basis.en,
                "started": started,
                "due": reading.due_on,
                "provisional": reading.provisional,
                "rules": rules.digest,
            }
        )
        marks += [
            {"item_case": item_case_id, "clock": terms.name, "mark": mark, "due": _moment(mark, day)}
            for mark, day in reading.marks.items()
        ]
        begun.append(facts)
    case.writing.add("clocks", CLOCKS, clocks=orjson.dumps(rows).decode())
    case.writing.add("clock_marks", MARKS, marks=orjson.dumps(marks).decode())
    for facts in begun:
        _remember(case, item_case_id, facts)
    return begun


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


def start_decision_clocks(case: LockedCase, item_case_id: int, item: Item, since: datetime) -> None:
    """The clocks that run from acceptance: the promised limit, and the statutory one beside it (art. 42)."""
    limits = [(name, item.limits[name]) for name in ("promised", "statutory") if name in item.limits]
    terms = [ClockTerms(name, limit.value, limit.unit, limit.basis) for name, limit in limits]
    if terms:
        start_clocks(case, item_case_id, terms, since)


def stop_clock(case: LockedCase, item_case_id: int, name: str) -> None:
    """The clock has done its work: it shows the office's day on which it stopped."""
    sql().execute(
        "update legal_clock set stopped_on = %s where item_case_id = %s and name = %s and stopped_on is null",
        (moments.local(case.now).date(), item_case_id, name),
    )


def ensure_clocks(case: LockedCase, wanted: Iterable[tuple[int, str]]) -> None:
    """Have these clocks (item case, name) at hand in `case.clocks`; reads only what this command did not start."""
    missing = {item for item, name in wanted if not any(c.name == name for c in case.clocks.get(item, ()))}
    if not missing:
        return
    rows = sql().execute(
        "select item_case_id, name, value, unit, started_on, due_on from legal_clock where item_case_id = any(%s)",
        (sorted(missing),),
    )
    for item_case, *facts in rows:
        known = case.clocks.setdefault(item_case, [])
        if not any(clock.name == facts[0] for clock in known):
            known.append(ClockFacts(*facts))


def mark_moment(clock: ClockFacts, mark: str, rules: Rules) -> datetime:
    """When the clock reaches the mark."""
    return _moment(mark, _reading(clock.value, clock.unit, clock.started_on, rules).marks[mark])


@lru_cache(maxsize=512)
def _reading(value: int, unit: str, started_on: date, rules: Rules) -> ClockReading:
    """What a limit comes to that begins on this day. The same few clocks begin for every case of a day."""
    terms = ClockTerms("", value, unit, Words("", ""))
    return read_clock(terms, started_on, (), rules.calendar, today=started_on)


def _moment(mark: str, day: date) -> datetime:
    """The first moment of the mark's day; "100%" is the end of the last day."""
    return moments.midnight(day + timedelta(days=1) if mark == "100%" else day)
