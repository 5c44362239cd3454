"""Legal clocks as rows: start, stop, and the marks that diagrams wait for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from engine import Words
from engine.bundles import Item
from engine.law import ClockTerms, legal_start, read_clock
from webapp import moments
from webapp.catalogue import Rules
from webapp.services.work import ClockFacts, Event, LockedCase
from webapp.unit_of_work import sql

START_CLOCK = """
insert into legal_clock (item_case_id, name, value, unit, basis_zh, basis_en, started_on, due_on, provisional,
    rules_digest) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def start_clock(case: LockedCase, item_case_id: int, terms: ClockTerms, since: datetime) -> ClockFacts:
    """Start a clock of an item case at the legal day of `since`.

    The day of the event is not counted; after office hours the profile's rule applies (LAW 2.6).
    """
    rules = case.rules
    started = legal_start(since, moments.OFFICE_ZONE, rules.profile.office_hours, rules.calendar)
    reading = read_clock(terms, started, (), rules.calendar, today=started)
    sql().execute(
        START_CLOCK,
        (
            item_case_id,
            terms.name,
            terms.value,
            terms.unit,
            terms.basis.zh,
            terms.basis.en,
            started,
            reading.due_on,
            reading.provisional,
            rules.digest,
        ),
    )
    facts = ClockFacts(terms.name, terms.value, terms.unit, started, reading.due_on)
    case.clocks.setdefault(item_case_id, []).append(facts)
    case.record(
        Event.CLOCK_STARTED,
        None,
        item=item_case_id,
        clock=terms.name,
        due=reading.due_on.isoformat(),
        rules=rules.digest,
    )
    return facts


def start_decision_clocks(case: LockedCase, item_case_id: int, item: Item, since: datetime) -> None:
    """The clocks that run from acceptance: the promised limit, and the statutory one beside it (art. 42)."""
    for name in ("promised", "statutory"):
        if name in item.limits:
            limit = item.limits[name]
            start_clock(case, item_case_id, ClockTerms(name, limit.value, limit.unit, limit.basis), since)


def ensure_clocks(case: LockedCase, item_case_ids: Iterable[int]) -> None:
    """Have the clocks of these item cases at hand in `case.clocks`; reads them only when one is missing."""
    missing = [id_ for id_ in set(item_case_ids) if id_ not in case.clocks]
    if not missing:
        return
    rows = sql().execute(
        "select item_case_id, name, value, unit, started_on, due_on from legal_clock where item_case_id = any(%s)",
        (missing,),
    )
    for id_ in missing:
        case.clocks[id_] = []
    for item_case, *facts in rows:
        case.clocks[item_case].append(ClockFacts(*facts))


def mark_moment(clock: ClockFacts, mark: str, rules: Rules) -> datetime:
    """When the mark is reached: the first moment of its day; "100%" is the end of the last day."""
    terms = ClockTerms(clock.name, clock.value, clock.unit, Words("", ""))
    reading = read_clock(terms, clock.started_on, (), rules.calendar, today=clock.started_on)
    day = reading.marks[mark]
    return moments.midnight(day + timedelta(days=1) if mark == "100%" else day)
