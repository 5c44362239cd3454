"""科室看板: how much each person of a department has, what they did this week, who is away and who stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from webapp import clock, moments
from webapp.catalogue import Rules
from webapp.identity import Identity
from webapp.queries import supervision_figures
from webapp.queries.supervision_figures import Counts, PersonLine
from webapp.unit_of_work import sql

#: Substitutions that begin within so many days are told ahead.
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is away, or will be (`ahead`), and this colleague stands in until then."""

    absent_id: int
    absent: str
    stand_in_id: int
    stand_in: str
    from_on: date
    until_on: date
    ahead: bool


@dataclass(frozen=True, slots=True)
class Load:
    """One person's work. `held`: tasks that they have; `waiting`: of these, what waits for colleagues or others."""

    id: int
    name: str
    pinyin: str
    counts: Counts
    held: int
    waiting: int
    done: int  # since Monday
    away: tuple[Away, ...]
    stands_in: tuple[Away, ...]


@dataclass(frozen=True, slots=True)
class LeadBoard:
    """The department's people by their names; `free`: work that nobody has. `at`: when it was counted; None: now."""

    people: tuple[Load, ...]
    free: Counts
    at: datetime | None
    since: date  # the Monday of this week

    def person(self, id_: int) -> Load | None:
        return next((one for one in self.people if one.id == id_), None)


#: What each has now, and since Monday did: the first read from the tasks that somebody has, which are few.
HELD = """
select t.assignee_id, count(*), count(*) filter (where t.waits > 0 or k.suspended_at is not null)
from user_task t join cases k on k.id = t.case_id
where t.assignee_id = any(%(people)s) and t.state = 'open' group by t.assignee_id
"""
DONE = """
select closed_by, count(*) from user_task
where state = 'completed' and closed_by = any(%(people)s) and closed_at >= %(since)s group by closed_by
"""
AWAY = """
select s.absent_id, a.name, s.stand_in_id, b.name, s.from_on, s.until_on, s.from_on > %(today)s
from substitution s join app_user a on a.id = s.absent_id join app_user b on b.id = s.stand_in_id
where s.ended_at is null and s.until_on >= %(today)s and s.from_on <= %(ahead)s
    and (s.absent_id = any(%(people)s) or s.stand_in_id = any(%(people)s))
order by s.from_on, s.id limit 200
"""


def lead_board(rules: Rules, by: Identity) -> LeadBoard:
    """Of `by`'s department. The statements are as many for five people as for five hundred."""
    today = clock.today(moments.OFFICE_ZONE)
    monday = today - timedelta(days=today.weekday())
    counted = supervision_figures.count(rules)
    lines = supervision_figures.people(counted, by.department_key, days_back=30)
    people = [line for line in lines if line.id is not None]
    ids = [line.id for line in people if line.id is not None]
    values = {"people": ids, "today": today, "ahead": today + AHEAD, "since": moments.midnight(monday)}
    held = {id_: (count, waiting) for id_, count, waiting in sql().execute(HELD, values).fetchall()}
    done: dict[int, int] = dict(sql().execute(DONE, values).fetchall())
    away = [Away(*row) for row in sql().execute(AWAY, values).fetchall()]
    free = next((line.counts for line in lines if line.id is None), Counts())
    loads = tuple(_load(line.id, line, held, done, away) for line in people if line.id is not None)
    return LeadBoard(loads, free, counted.at, monday)


def _load(
    id_: int,
    line: PersonLine,
    held: Mapping[int, tuple[int, int]],
    done: Mapping[int, int],
    away: Sequence[Away],
) -> Load:
    count, waiting = held.get(id_, (0, 0))
    absent = tuple(one for one in away if one.absent_id == id_)
    stands_in = tuple(one for one in away if one.stand_in_id == id_)
    return Load(id_, line.name, line.pinyin, line.counts, count, waiting, done.get(id_, 0), absent, stands_in)
