"""Counting for the boards of supervision: what is open now, and the days that decided items took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from engine.law import HAND_UP, Calendar
from webapp import clock, moments
from webapp.catalogue import Rules, rules_in_force
from webapp.errors import NotFound
from webapp.models.figures import NOBODY, WHOLE_UNIT
from webapp.services.clocks import MAY_BE_VISITED, STANDS_STILL, first_day_counted
from webapp.services.place_calendars import NEAR_OF_CASE, PlaceCalendars, near_days
from webapp.unit_of_work import sql, unit_of_work

#: The task `t` runs under a clock that the office answers for; all are, where the place has no rules of supervision.
ANSWERED_FOR = "(%(clocks)s::text[] is null or t.clock = any(%(clocks)s::text[]))"
#: Open tasks per unit and person (a task belongs to the unit of its first post), and unsettled signals. What stands
#: still for a legal pause is neither near nor late. Work of the pause itself (a hearing) is counted as standing still
#: with its item, and beside that as near or late by the limit of its own.
#: `{near}` and `{cases}` are filled in by `counting`.
COUNTED = f"""
with paused as (
    select distinct l.item_case_id, l.name
    from clock_pause p join legal_clock l on l.id = p.clock_id where {STANDS_STILL}
), paused_visits as (
    select distinct t.id
    from clock_pause p join legal_clock l on l.id = p.clock_id join item_case i on i.id = l.item_case_id
    join user_task t on t.case_id = i.case_id and t.item_case_id is null and t.state = 'open'
        and t.clock = l.name and t.due_on = l.due_on
    where {STANDS_STILL} and {MAY_BE_VISITED}
), work as (
    select d.key as unit, coalesce(t.assignee_id, {NOBODY}) as person_id,
        (w.name is not null or v.id is not null) as paused,
        t.item_case_id in (select item_case_id from paused) as still,
        case when {ANSWERED_FOR} then t.due_on end as due_on, {{near}} as near_on
    from user_task t {{cases}}
    join candidate_group g on g.key = t.groups ->> 0
    join department d on d.id = g.department_id
    left join paused w on w.item_case_id = t.item_case_id and w.name = t.clock
    left join paused_visits v on v.id = t.id
    where t.state = 'open'
), counted as (
    select unit, coalesce(person_id, {WHOLE_UNIT}) as person_id, count(*) as running,
        count(*) filter (where not paused and due_on between %(today)s and near_on) as near,
        count(*) filter (where not paused and due_on < %(today)s) as overdue,
        count(*) filter (where paused or still) as paused
    from work group by grouping sets ((unit), (unit, person_id))
), signalled as (
    select unit, coalesce(person_id, {WHOLE_UNIT}) as person_id,
        count(*) filter (where colour = 'yellow') as yellow, count(*) filter (where colour = 'red') as red
    from (select unit, coalesce(person_id, {NOBODY}) as person_id, colour
          from supervision_signal where settled_at is null) s
    group by grouping sets ((unit), (unit, person_id))
)
select unit, person_id, coalesce(c.running, 0) as running, coalesce(c.near, 0) as near,
    coalesce(c.overdue, 0) as overdue, coalesce(c.paused, 0) as paused, coalesce(s.yellow, 0) as yellow,
    coalesce(s.red, 0) as red
from counted c full join signalled s using (unit, person_id)
"""
KEEP_COUNTS = """
insert into unit_figure (unit, person_id, running, near, overdue, paused, yellow, red, at)
select unit, person_id, running, near, overdue, paused, yellow, red, %(now)s from ({counted}) counted
"""
#: Items with a ruling of that day, the clock that was promised, its pauses, everyone who had a part and in which unit;
#: and where a lower level reviewed: which, until when it should have handed up, and when it did and had it back.
RULED = """
select k.profile_key, ic.department_key, l.started_on, l.due_on, l.stopped_on, l.first_day_counts,
    coalesce((select json_agg(json_build_array(p.started_on, p.ended_on)) from clock_pause p
        where p.clock_id = l.id and p.ended_on is not null), '[]'),
    coalesce((select json_agg(distinct jsonb_build_array(t.closed_by, d.key)) from user_task t
        join candidate_group g on g.key = t.groups ->> 0 join department d on d.id = g.department_id
        where t.item_case_id = ic.id and t.state = 'completed' and t.closed_at <= ic.ruled_at
            and t.closed_by is not null and t.step <> 'correct'), '[]'),
    (select h.from_unit from hand_up h where h.item_case_id = ic.id order by h.round limit 1),
    (select u.due_on from legal_clock u where u.item_case_id = ic.id and u.name = %(review)s),
    coalesce((select json_agg(json_build_array((h.at at time zone %(zone)s)::date,
            (h.returned_at at time zone %(zone)s)::date) order by h.round)
        from hand_up h where h.item_case_id = ic.id), '[]')
from item_case ic
join cases k on k.id = ic.case_id
join legal_clock l on l.item_case_id = ic.id and l.name = 'promised' and l.stopped_on is not null
where ic.ruled_at >= %(first)s and ic.ruled_at < %(last)s and ic.outcome in ('granted', 'refused')
"""
KEEP_DAY = """
insert into ruled_day (person_id, day, unit, items, used, promised, late)
select person_id, %(day)s, unit, items, used, promised, late
from json_to_recordset(%(rows)s::json) as r(person_id bigint, unit text, items bigint, used bigint, promised bigint,
    late bigint)
"""
#: One worker counts at a time; who comes second has nothing to add.
ALONE = "select pg_try_advisory_xact_lock(hashtext('onewindow.figures'))"
LAST_DAY = "select max(day) from ruled_day"
FIRST_RULING = "select min(ruled_at) from item_case where ruled_at is not null"


@dataclass(frozen=True, slots=True)
class RuledItem:
    """What one unit had of a decided item: working days that it took and that were promised, without its pauses.

    An item that was handed up is one of each unit's, and its days are those that it lay there.
    """

    unit: str
    used: int
    promised: int
    people: tuple[int, ...]
    late: bool


def refresh() -> None:
    """Count the open work anew, and the days of rulings that are not final yet."""
    with unit_of_work():
        row = sql().execute(ALONE).fetchone()
        if row is None or not row[0]:
            return
        try:
            rules = rules_in_force()
        except NotFound:  # nothing can have been ruled without the rules of a place
            return
        now = clock.now()
        sql().execute("delete from unit_figure")
        counted, values = counting(rules)
        sql().execute(KEEP_COUNTS.format(counted=counted), {**values, "now": now})
        for day in _days_to_count(moments.local(now).date()):
            _count_day(day, rules)


def were_counted_since(moment: datetime) -> bool:
    """Whether a worker has counted since `moment`: then nobody needs to look again yet."""
    row = sql().execute("select max(at) from unit_figure").fetchone()
    return row is not None and row[0] is not None and row[0] >= moment


def counting(rules: Rules) -> tuple[str, dict[str, object]]:
    """The statement that counts open work today, and its values; cases are looked at where places differ."""
    days = near_days(rules, clock.today(moments.OFFICE_ZONE))
    differ = bool(days.elsewhere)
    near, cases = (NEAR_OF_CASE, "join cases k on k.id = t.case_id") if differ else ("%(near)s::date", "")
    return COUNTED.format(near=near, cases=cases), {**days.values, "clocks": clocks_of(rules)}


def clocks_of(rules: Rules) -> list[str] | None:
    """The clocks that the office answers for; None: every one."""
    return sorted(rules.signals.clocks) if rules.signals else None


def _days_to_count(today: date) -> Iterator[date]:
    """From the day before the last one counted (a ruling may have come in late) to today."""
    row = sql().execute(LAST_DAY).fetchone()
    first = row[0] - timedelta(1) if row and row[0] else _first_day(today)
    for ordinal in range(first.toordinal(), today.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _first_day(today: date) -> date:
    row = sql().execute(FIRST_RULING).fetchone()
    return moments.local(row[0]).date() if row and row[0] else today


def _count_day(day: date, rules: Rules) -> None:
    first, last = moments.midnight(day), moments.midnight(day + timedelta(1))
    calendars = PlaceCalendars(rules)
    values = {"first": first, "last": last, "review": HAND_UP, "zone": moments.OFFICE_ZONE.key}
    rows = sql().execute(RULED, values).fetchall()
    items = [part for place, *row in rows for part in _ruled(row, calendars.of(place), rules)]
    sql().execute("delete from ruled_day where day = %s", (day,))
    if items:
        sql().execute(KEEP_DAY, {"day": day, "rows": orjson.dumps(list(_sums(items))).decode()})


def _ruled(row: Sequence[Any], calendar: Calendar, rules: Rules) -> Iterator[RuledItem]:
    """What each unit had of the item: the one that decided, and the one below it that reviewed and handed up."""
    unit, started, due, stopped, first, pauses, people, below, review_due, rounds = row
    still = _union((date.fromisoformat(began), date.fromisoformat(ended)) for began, ended in pauses)
    counted = int(first_day_counted(first, rules) and calendar.is_working_day(started))

    def spent(since: date, until: date) -> int:
        """Working days after `since` up to `until`; the first of the limit too, where the place counts it."""
        within = ((max(began, since), min(ended, until)) for began, ended in still)
        paused = sum(calendar.working_days_between(began, ended) for began, ended in within if began < ended)
        days = calendar.working_days_between(since, until) - paused
        return max(0, days) + (counted if since == started else 0)

    def of(one: str) -> tuple[int, ...]:
        return tuple(person for person, department in people if (department == below) == (one == below))

    used, promised = spent(started, stopped), spent(started, due)
    if below is None or below == unit:
        yield RuledItem(unit, used, promised, tuple({person for person, _ in people}), used > promised)
        return
    review = spent(started, review_due) if review_due else promised
    lay_below = sum(spent(since, until) for since, until in _spells_below(started, rounds))
    yield RuledItem(below, lay_below, review, of(below), lay_below > review)
    own, own_promised = max(0, used - lay_below), max(0, promised - review)
    yield RuledItem(unit, own, own_promised, of(unit), used > promised and own > own_promised)


def _spells_below(started: date, rounds: Sequence[tuple[str, str | None]]) -> Iterator[tuple[date, date]]:
    """From when to when the item lay with the lower level: until it went up, and again each time it was sent back."""
    since: date | None = started
    for handed_up, returned in rounds:
        if since is not None:
            yield since, date.fromisoformat(handed_up)
        since = date.fromisoformat(returned) if returned else None


def _union(spells: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Spells without overlap, in order: a day on which the clock stood still for two reasons is one day."""
    union: list[tuple[date, date]] = []
    for began, ended in sorted(spells):
        if union and began <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], ended))
        else:
            union.append((began, ended))
    return union


def _sums(items: Iterable[RuledItem]) -> Iterator[dict[str, Any]]:
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for item in items:
        for person in (WHOLE_UNIT, *item.people):
            total = sums[person, item.unit]
            for place, value in enumerate((1, item.used, item.promised, int(item.late))):
                total[place] += value
    for (person, unit), (count, used, promised, late) in sums.items():
        yield {"person_id": person, "unit": unit, "items": count, "used": used, "promised": promised, "late": late}
