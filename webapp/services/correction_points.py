"""What a department asks to be corrected waits for the other departments of the case, where the place merges.

Correction is each item's own, and so is the limit to ask for it (行政许可法 art. 32): waiting ends a working day
before that limit does, whatever the place allows, and what was not merged by then goes out on its own
(`correction_sending`). So nothing is accepted by silence because one department waited for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from engine import Words
from engine.bundles import guide_for
from engine.law import INTAKE, INTAKE_PROMISE, Fault
from webapp import moments
from webapp.answers import answers_of
from webapp.catalogue import Published
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity
from webapp.permissions import Permission, may
from webapp.services.acting import act_on
from webapp.services.clocks import start_day, would_be_due
from webapp.services.corrections import ensure_request, guided_of
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.notices import NoticeKind, notify
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

#: How long a point waits for others in this place; without it every correction goes out at once.
WAIT = "correction-merge-wait"
MERGED_NOTICE = "joint-correction-notice"
WAITING, SENT, WITHDRAWN, GIVEN_BACK, LAPSED = "waiting", "sent", "withdrawn", "given-back", "lapsed"


@dataclass(frozen=True, slots=True)
class Point:
    """A department's request that waits. `stands`: its item is still before acceptance."""

    id: int
    case_id: int
    item_case_id: int
    item_key: str
    task_id: int
    faults: tuple[Fault, ...]
    note: str
    again_reason: str
    by_id: int
    by: str
    at: datetime
    until_on: date
    stands: bool


POINTS = """
select p.id, p.case_id, p.item_case_id, ic.item_key, p.task_id, p.faults, p.note, p.again_reason, p.by_id, u.name, p.at,
    p.until_on, t.state = 'open' and ic.accepted_at is null and ic.outcome is null
from correction_point p
join item_case ic on ic.id = p.item_case_id
join user_task t on t.id = p.task_id
join app_user u on u.id = p.by_id
where p.state = 'waiting' and p.case_id = %s order by ic.item_key
"""


def waiting_points(case_id: int) -> tuple[Point, ...]:
    """All that waits in the case, in the order of the items."""
    return tuple(
        Point(id_, case, item, key, task, tuple(Fault(*one) for one in faults), *rest)
        for id_, case, item, key, task, faults, *rest in sql().execute(POINTS, (case_id,)).fetchall()
    )


OTHERS = """
select exists (
    select from user_task t where t.case_id = %(case)s and t.step = 'accept' and t.state = 'open'
        and t.item_case_id <> %(item)s)
"""


def waits_until(task: OpenTask) -> date | None:
    """Until which day a correction of this task waits for others; None: it goes out at once.

    It waits where the place merges, other items of the case are still at intake, and there is a day left for it
    before the item's own limit.
    """
    case = task.case
    if WAIT not in case.rules.profile.parameters or task.item_case_id is None:
        return None
    if case.release.template_path(MERGED_NOTICE, "zh", case.rules.profile.key) is None:
        return None  # a release from before there was a message for all
    row = sql().execute(OTHERS, {"case": case.id, "item": task.item_case_id}).fetchone()
    if not row or not row[0]:
        return None
    until = would_be_due(case.rules.profile.terms(WAIT), start_day(case.now, case.rules), case.rules)
    for clock in case.clocks.get(task.item_case_id, ()):
        if clock.name in (INTAKE, INTAKE_PROMISE):
            until = min(until, case.rules.calendar.add_working_days(clock.due_on, -1).day)
    return until if until >= moments.local(case.now).date() else None


INSERT = """
insert into correction_point (case_id, item_case_id, task_id, faults, note, again_reason, by_id, at, until_on)
values (%s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s)
"""
HOLD = "update user_task set waits = waits + 1 where id = %s"
LET_GO = "update user_task set waits = greatest(waits - 1, 0) where id = %s and state = 'open'"


def prepare(task: OpenTask, faults: Sequence[Fault], note: str, again_reason: str, until: date, by: Identity) -> None:
    """Keep the request, complete as it would go out, until it is merged. The task stays open, and its act waits.

    Raises Incomplete as `request_correction` does.
    """
    case = task.case
    assert task.item_case_id is not None
    assert task.item_key is not None
    ensure_request(task, faults, again_reason)
    told = orjson.dumps([(fault.kind, fault.key, fault.text.strip()) for fault in faults]).decode()
    values = (case.id, task.item_case_id, task.id, told, note, again_reason, by.user_id, case.now, until)
    sql().execute(INSERT, values)
    sql().execute(HOLD, (task.id,))
    case.record(Event.CORRECTION_PREPARED, by, item=task.item_case_id, task=task.id, until=until.isoformat())
    item = case.release.bundle.item(task.item_key)
    facts = {"item": item.name.zh, "item_en": item.name.en, "number": case.number or "", "until": until.isoformat()}
    leads = leading(case, but=by.user_id)
    notify(leads, NoticeKind.CORRECTION_TO_MERGE, case_id=case.id, task_id=None, facts=facts, now=case.now)


LEADING = """
select distinct m.user_id from candidate_group g
join department d on d.id = g.department_id
join membership m on m.group_id = g.id
where d.key = %(lead)s and m.user_id <> %(but)s and (g.role = 'head' or exists (
    select from user_task t where t.case_id = %(case)s and t.groups ? g.key))
"""


def leading(case: LockedCase, *, but: int = 0) -> list[int]:
    """Who merges: of the department that leads the bundle, the posts with a part in the case, and its heads."""
    values = {"lead": case.release.bundle.lead_department, "case": case.id, "but": but}
    return [row[0] for row in sql().execute(LEADING, values).fetchall()]


def may_merge(by: Identity, lead_department: str) -> bool:
    """Whether the person speaks for the department that leads the bundle."""
    return by.department_key == lead_department and may(by, Permission.CORRECTION_MERGE)


def take_back(case_id: int, point_id: int, *, by: Identity) -> None:
    """Who asked takes it back, to act anew: nobody outside has read it. Raises NotFound, NotYours."""
    with on_case(case_id) as case:
        point = _point(case, point_id)
        if by.user_id != point.by_id:
            raise NotYours(Permission.TASK_DO)
        end(case, point, WITHDRAWN, by)
        case.record(Event.CORRECTION_TAKEN_BACK, by, item=point.item_case_id, task=point.task_id)


def give_back(case_id: int, point_id: int, reason: str, *, by: Identity) -> None:
    """The lead department gives a request back, with reasons. Raises NotFound, PointGone, NotYours, Incomplete."""
    if not reason.strip():
        raise Incomplete("reason", Words("请写明退回的原因。", "State why it is given back."))
    with on_case(case_id) as case:
        point = _point(case, point_id)
        if not may_merge(by, case.release.bundle.lead_department):
            raise NotYours(Permission.CORRECTION_MERGE)
        act_on(case, by, Permission.CORRECTION_MERGE)
        end(case, point, GIVEN_BACK, by, reason=reason.strip())
        case.record(Event.CORRECTION_GIVEN_BACK, by, item=point.item_case_id, task=point.task_id)
        item = case.release.bundle.item(point.item_key)
        facts = {
            "by": by.name,
            "task": f"{item.name.zh}：补正意见",
            "task_en": f"{item.name.en}: points of the correction",
            "number": case.number or "",
            "reason": reason.strip(),
        }
        told = [point.by_id]
        notify(told, NoticeKind.SENT_BACK, case_id=case.id, task_id=point.task_id, facts=facts, now=case.now)


class PointGone(ActRefused):
    """It was sent, taken back or given back meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            Words("这份补正意见已经发出、撤回或者退回。", "These points were sent, taken back or given back meanwhile.")
        )


def _point(case: LockedCase, point_id: int) -> Point:
    found = next((one for one in waiting_points(case.id) if one.id == point_id), None)
    if found is not None:
        return found
    row = sql().execute("select 1 from correction_point where id = %s and case_id = %s", (point_id, case.id)).fetchone()
    raise PointGone() if row else NotFound()


END = """
update correction_point set state = %(state)s, ended_at = %(now)s, ended_by = %(by)s, reason = %(reason)s,
    message_id = %(message)s
where id = %(point)s
"""


def end(
    case: LockedCase, point: Point, state: str, by: Identity | None, *, reason: str = "", message: int | None = None
) -> None:
    """The point waits no more, and its task's act waits for it no more."""
    values = {"state": state, "now": case.now, "reason": reason, "message": message, "point": point.id}
    sql().execute(END, {**values, "by": by.user_id if by else None})
    sql().execute(LET_GO, (point.task_id,))


@dataclass(frozen=True, slots=True)
class Overlap:
    """One material or answer about which several items say something: `asks` item -> what it asks for; `content`:
    items that were accepted with it as it is."""

    kind: str
    key: str
    name: Words
    asks: Mapping[str, str]
    content: tuple[str, ...]

    @property
    def about(self) -> str:
        return f"{self.kind}.{self.key}"


def overlaps(case_id: int, points: Iterable[Point], release: Published) -> tuple[Overlap, ...]:
    """What has to be read side by side: asked for by two, or asked for by one and accepted by another."""
    bundle, form = release.bundle, release.form
    asked: dict[tuple[str, str], dict[str, str]] = {}
    for point in points:
        for fault in point.faults:
            asked.setdefault(fault.about, {})[point.item_key] = fault.text
    used = _used_by(release, case_id)
    accepted = _accepted(case_id)
    found = []
    for (kind, key), asks in asked.items():
        content = tuple(sorted(accepted & used.get(key, frozenset()))) if kind == "material" else ()
        if len(asks) > 1 or content:
            name = bundle.material(key).name if kind == "material" else form.field(key).label
            found.append(Overlap(kind, key, name, asks, content))
    return tuple(found)


def _used_by(release: Published, case_id: int) -> dict[str, frozenset[str]]:
    """Material -> the items of this application that use it."""
    said = {**answers_of(case_id), **guided_of(case_id)}
    return {one.material.key: frozenset(one.used_by) for one in guide_for(release.bundle, said).materials}


def _accepted(case_id: int) -> frozenset[str]:
    rows = sql().execute("select item_key from item_case where case_id = %s and accepted_at is not null", (case_id,))
    return frozenset(row[0] for row in rows.fetchall())
