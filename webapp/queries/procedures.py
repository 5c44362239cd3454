"""Special procedures of an item as its pages show them, and who may host a hearing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import Item
from engine.law import amount
from webapp import clock
from webapp.catalogue import Rules
from webapp.queries.case_clocks import ClockView
from webapp.services.clocks import start_day, would_be_due
from webapp.services.hearing_applications import EVIDENCE
from webapp.services.procedures import HEARING, NAMES, OUTCOMES
from webapp.services.separation import PROPOSING_STEPS
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class ObjectionView:
    by_name: str
    content: str
    handling: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """One procedure, running or over."""

    id: int
    kind: str
    reason: str
    expected_days: int
    on_application: bool
    paused: bool
    ordered_by: str
    ordered_at: datetime
    applied_on: date | None
    applicant: str
    evidence_key: str
    evidence_note: str
    late_reason: str
    held_at: datetime | None
    place: str
    host: str
    conducted_by: str
    record: str
    outcome: str
    ended_at: datetime | None
    notice_id: int
    record_id: int | None
    objections: tuple[ObjectionView, ...]

    @property
    def name(self) -> Words:
        return NAMES[self.kind]

    @property
    def evidence(self) -> Words | None:
        """What proves the day of the application, where it was entered later."""
        return EVIDENCE.get(self.evidence_key)

    @property
    def lapsed(self) -> bool:
        """Whether it is a hearing that nobody was known to have applied for in time."""
        return self.kind == HEARING and self.on_application and self.outcome == "forgone"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def result(self) -> Words:
        """How it ended; that it runs, before."""
        if not self.is_over:
            return Words("进行中", "going on")
        return OUTCOMES[self.kind].get(self.outcome, Words(self.outcome, self.outcome))


PROCEDURES = """
select p.id, p.kind, p.reason, p.expected_days, p.on_application, p.paused, orderer.name, p.ordered_at, p.applied_on,
    p.applicant, p.evidence, p.evidence_note, p.late_reason, p.held_at, p.place, coalesce(host.name, ''),
    p.conducted_by, p.record, p.outcome, p.ended_at, p.notice_id, p.record_id
from special_procedure p join app_user orderer on orderer.id = p.ordered_by
left join app_user host on host.id = p.host_id
where p.item_case_id = %(item_case)s order by p.id
"""
OBJECTIONS = """
select o.procedure_id, o.by_name, o.content, o.handling, o.at from objection o
join special_procedure p on p.id = o.procedure_id where p.item_case_id = %(item_case)s order by o.id
"""


def procedures_of(item_case_id: int) -> tuple[ProcedureView, ...]:
    """Every procedure of the item, oldest first."""
    values = {"item_case": item_case_id}
    rows = sql().execute(PROCEDURES, values).fetchall()
    return procedures_from(rows, sql().execute(OBJECTIONS, values) if rows else ())


def procedures_from(rows: Iterable[Sequence[Any]], objected: Iterable[Sequence[Any]]) -> tuple[ProcedureView, ...]:
    """The procedures of rows of `PROCEDURES` and `OBJECTIONS`."""
    objections: dict[int, list[ObjectionView]] = {}
    for procedure, *facts in objected:
        objections.setdefault(procedure, []).append(ObjectionView(*facts))
    views = []
    for row in rows:
        values: list[Any] = [*row, tuple(objections.get(row[0], ()))]
        views.append(ProcedureView(*values))
    return tuple(views)


HOSTS = f"""
select distinct u.id, u.name from app_user u
join membership m on m.user_id = u.id
join candidate_group g on g.id = m.group_id
join department d on d.id = u.department_id
where u.active and d.key = %(unit)s and g.key = any(%(groups)s)
    and not exists(select from review r where r.item_case_id = %(item)s and u.id in (r.by_id, r.acting_for)
        and r.step in {PROPOSING_STEPS})
    and not exists(select from special_procedure p where p.item_case_id = %(item)s and p.ordered_by = u.id)
    and not exists(select from participant s join user_task v on v.id = s.task_id
        where u.id in (s.user_id, s.acting_for)
        and v.step = 'visit' and v.case_id = (select case_id from item_case where id = %(item)s))
    and not exists(select from user_task t where t.item_case_id = %(item)s and t.step = 'accept'
        and u.id in (t.closed_by, t.acting_for))
    and not exists(select from declared_conflict c join item_case i on i.case_id = c.case_id
        where i.id = %(item)s and c.user_id = u.id and c.withdrawn_at is null
        and coalesce(c.item_case_id, i.id) = i.id)
order by u.id
"""


@dataclass(frozen=True, slots=True)
class HearingDays:
    """Between which days a hearing is held that is told of today, and on what that rests."""

    earliest: date
    latest: date | None  # None: held without an application, no limit runs
    lines: tuple[Words, ...]


def hearing_days(item: Item, clocks: Iterable[ClockView], rules: Rules) -> HearingDays:
    """As setting the hearing checks it (`services.hearings`)."""
    ahead = rules.profile.terms("hearing-notice-ahead", kind=item.kind)
    earliest = would_be_due(ahead, start_day(clock.now(), rules), rules)
    limit = next((one for one in clocks if one.key == HEARING and one.state != "stopped"), None)
    length = amount(ahead.value, ahead.unit)
    first = Words(
        f"最早：今日通知，提前{length.zh}（{ahead.basis.zh}）",
        f"Earliest: told today, {length.en} ahead ({ahead.basis.en})",
    )
    return HearingDays(earliest, limit.due.on if limit else None, (first, *(limit.lines if limit else ())))


def hosts_for(item_case_id: int, unit: str, groups: list[str]) -> list[tuple[int, str]]:
    """(id, name) of those who may host a hearing of the item: of its unit and posts, without a part in the review."""
    values = {"item": item_case_id, "unit": unit, "groups": groups}
    return [(id_, name) for id_, name in sql().execute(HOSTS, values)]
