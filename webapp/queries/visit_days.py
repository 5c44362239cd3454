"""The days that were put to the units of a joint visit, as who arranges it and as who answers reads them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.law import Calendar
from webapp.catalogue import RULES_OF_CASE, published, rules_of
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.queries.acting import acting_name
from webapp.queries.case_clocks import WEEKDAYS
from webapp.services.appointments import MORNING, PARTS
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class UnitAnswer:
    """What a post says of a day. `can` None: it has not answered. `own`: it is one of the reader's."""

    unit: Words
    can: bool | None
    note: str
    by: str
    at: datetime | None
    own: bool = False


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """A day of a round. `works`: it is a working day."""

    id: int
    on_day: date
    part: Words
    works: bool
    answers: tuple[UnitAnswer, ...]

    @property
    def weekday(self) -> Words:
        return WEEKDAYS[self.on_day.weekday()]

    @property
    def all_can(self) -> bool:
        return all(one.can for one in self.answers)

    @property
    def who_can(self) -> int:
        return sum(one.can is True for one in self.answers)

    @property
    def own(self) -> UnitAnswer | None:
        """What the reader's own post said, where it has."""
        return next((one for one in self.answers if one.own and one.can is not None), None)


@dataclass(frozen=True, slots=True)
class DayRound:
    """One round. `days`: those that most can first, then the first first; `waiting`: who has not answered."""

    id: int
    number: int
    note: str
    asked_by: str
    asked_at: datetime
    outcome: str
    reason: str
    ended_by: str
    ended_at: datetime | None
    days: tuple[OfferedDay, ...]
    waiting: tuple[Words, ...]

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def in_order(self) -> tuple[OfferedDay, ...]:
        """The first first, as they were asked."""
        return tuple(sorted(self.days, key=lambda one: one.id))


_ROUND = """
select r.id, (select count(*) from visit_round o where o.task_id = r.task_id and o.id <= r.id), r.note, u.name,
    r.asked_at, r.outcome, r.reason, coalesce(e.name, ''), r.ended_at
from visit_round r join app_user u on u.id = r.asked_by left join app_user e on e.id = r.ended_by
"""
#: The last round of a visit; and what belongs to it. Units whose items have left the visit are left out.
ROUND = f"{_ROUND} where r.task_id = %(task)s order by r.id desc limit 1"
_ANSWERS = """
select d.id, d.on_day, d.part, g.key, g.name_zh, g.name_en, w.can, coalesce(w.note, ''), coalesce(p.name, ''), f.name,
    w.at
from visit_day d join visit_asked a on a.round_id = d.round_id join candidate_group g on g.key = a.group_key
left join visit_day_answer w on w.asked_id = a.id and w.day_id = d.id and w.holds
left join app_user p on p.id = w.by_id left join app_user f on f.id = w.acting_for
where d.round_id = {round} and (a.item_case_ids = '{{}}'
    or exists (select from item_case ic where ic.id = any(a.item_case_ids) and ic.outcome is null))
order by d.on_day, d.part = 'afternoon', a.id
"""
ANSWERS = _ANSWERS.format(round="(select max(id) from visit_round where task_id = %(task)s)")


def round_from(
    row: Sequence[Any] | None, answers: Sequence[Sequence[Any]], calendar: Calendar, own: Set[str] = frozenset()
) -> DayRound | None:
    """The round of a row of `ROUND` and the rows of `ANSWERS`; None where nothing was ever asked.

    `own`: the reader's posts in cases of this bundle, where they answer.
    """
    if row is None:
        return None
    found: dict[int, tuple[date, str, list[UnitAnswer]]] = {}
    for day_id, on_day, part, group, zh, en, can, note, name, absent, at in answers:
        _, _, said = found.setdefault(day_id, (on_day, part, []))
        said.append(UnitAnswer(Words(zh, en), can, note, acting_name(name, absent), at, group in own))
    days = [
        OfferedDay(id_, on_day, PARTS[part], calendar.is_working_day(on_day), tuple(said))
        for id_, (on_day, part, said) in found.items()
    ]
    waiting = tuple(one.unit for one in days[0].answers if one.can is None) if days else ()
    days.sort(key=lambda one: (not one.all_can, -one.who_can, one.on_day, one.part != PARTS[MORNING]))
    facts: list[Any] = [*row, tuple(days), waiting]
    return DayRound(*facts)


@dataclass(frozen=True, slots=True)
class FixedVisit:
    """When and where the visit is, on a day of the round."""

    at: datetime
    place: str
    contact: str
    note: str


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """A round as a unit that was asked reads it. `fixed`: what was appointed on one of its days."""

    case_id: int
    number: str
    subject: str
    bundle: Words
    task: Words
    items: tuple[Words, ...]
    units: tuple[Words, ...]
    round: DayRound
    is_open: bool
    fixed: FixedVisit | None


QUESTION = f"""
select r.case_id, coalesce(k.number, ''), coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id,
    {RULES_OF_CASE}, t.name_zh, t.name_en, t.state = 'open',
    (select array_agg(distinct ic.item_key) from visit_asked a join item_case ic on ic.id = any(a.item_case_ids)
        where a.round_id = r.id),
    (select json_agg(json_build_array(g.key, g.name_zh, g.name_en) order by g.key) from visit_asked a
        join candidate_group g on g.key = a.group_key where a.round_id = r.id),
    f.at, f.place, f.contact, f.note
from visit_round r join cases k on k.id = r.case_id join user_task t on t.id = r.task_id
left join lateral (select v.at, v.place, v.contact, v.note from visit_appointment v join visit_day d on d.id = v.day_id
    where d.round_id = r.id order by v.id desc limit 1) f on true
where r.id = %(round)s
"""
ONE_ROUND = f"{_ROUND} where r.id = %(round)s"
ITS_ANSWERS = _ANSWERS.format(round="%(round)s")


def day_question(round_id: int, by: Identity) -> DayQuestion:
    """For whose post was asked. Raises NotFound."""
    values = {"round": round_id}
    row = sql().execute(QUESTION, values).fetchone()
    if row is None:
        raise NotFound()
    case_id, number, subject, release, versions, zh, en, task_open, keys, groups, at, *told = row
    bundle = published(release).bundle
    own = tuple(Words(zh_, en_) for group, zh_, en_ in groups if by.has_post(frozenset({group}), bundle.key))
    if not own:
        raise NotFound()
    asked = round_from(
        sql().execute(ONE_ROUND, values).fetchone(),
        sql().execute(ITS_ANSWERS, values).fetchall(),
        rules_of(tuple(versions or ())).calendar,
        by.posts_in(bundle.key),
    )
    assert asked is not None
    items = tuple(bundle.item(key).name for key in sorted(keys or ()))
    fixed = FixedVisit(at, *told) if at else None
    is_open = asked.is_open and task_open
    return DayQuestion(case_id, number, subject, bundle.name, Words(zh, en), items, own, asked, is_open, fixed)
