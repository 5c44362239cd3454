"""约定联合核查: one appointment for all items that need a visit, and the applicant reads it on the tracking page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine import Words
from engine.law import day_words
from webapp import moments
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.beside import tell
from webapp.services.events import Event
from webapp.services.notices import NoticeKind
from webapp.services.page_keys import remember
from webapp.services.separation import InConflict
from webapp.services.tasks import ensure_step
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

STEP = "visit"
LONGEST = 200
MORNING, AFTERNOON = "morning", "afternoon"
PARTS = {MORNING: Words("上午", "morning"), AFTERNOON: Words("下午", "afternoon")}
NOON = 12


class VisitRecorded(ActRefused):
    """The visit took place: an officer has recorded and signed it."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "联合核查已经记录并签字，不能再改约时间、地点。",
                "The joint visit is recorded and signed: its time and place cannot be changed any more.",
            )
        )


class VisitNotYet(ActRefused):
    """A visit that was appointed is recorded when its time has come: the applicant was told that time (art. 34)."""

    def __init__(self, at: datetime, basis: Words) -> None:
        told = moments.shown(at)
        super().__init__(
            Words(
                f"联合核查约定于{told}进行，尚未开始，不能记录和签字；需要提前的，请先改约时间（{basis.zh}）。",
                f"The joint visit is appointed for {told} and has not begun: it cannot be recorded or signed. To hold"
                f" it earlier, move the appointment first ({basis.en}).",
            )
        )


class DaysAreAsked(ActRefused):
    """The units are just answering on which day they can come."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "正在征询各单位可以参加的日期：请从征询的日期中确定一天，或者先结束征询。",
                "The units are being asked for a day: fix one of those days, or call the asking off first.",
            )
        )


class AnotherDay(ActRefused):
    """The day was fixed with the units; another one is put to them again."""

    def __init__(self, day: date, part: str) -> None:
        on, half = day_words(day), PARTS[part]
        super().__init__(
            Words(
                f"各单位约定的是{on.zh}{half.zh}，只能在这半天之内调整时间、地点；改到其他日期的，请重新征询。",
                f"The units agreed on {on.en}, {half.en}: time and place can be changed within that half-day only. For"
                " another day, ask the units again.",
            )
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What the applicant reads beside the time."""

    place: str
    contact: str
    note: str = ""


def part_of(at: datetime) -> str:
    """Morning or afternoon, by the office's clock."""
    return MORNING if moments.local(at).hour < NOON else AFTERNOON


HOLDS = """
select v.at, v.day_id, d.on_day, d.part from visit_appointment v left join visit_day d on d.id = v.day_id
where v.task_id = %s order by v.id desc limit 1
"""
OPEN_ROUND = "select id from visit_round where task_id = %s and ended_at is null"


def appoint_visit(task_id: int, *, by: Identity, at: datetime | None, told: Told, key: str) -> None:
    """Say when and where the joint visit takes place; said again, it is moved.

    On a day that was fixed with the units it is moved within that half-day. Raises Incomplete (visit_at, visit_place,
    visit_contact, visit_note), VisitRecorded, DaysAreAsked, AnotherDay, InConflict, and as `on_task` does.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE) as task:
        ensure_arranges(task, by)
        remember(by, key, task.case.now, f"appoint-visit:{task_id}")  # not the act: what was typed of it stays
        if at is None:
            raise Incomplete("visit_at", Words("请填写核查的日期和时间。", "Enter day and time of the visit."))
        said = said_of(told)
        if at <= task.case.now:
            raise Incomplete("visit_at", LATER)
        if sql().execute(OPEN_ROUND, (task_id,)).fetchone() is not None:
            raise DaysAreAsked()
        keep_appointment(task, by, at, said, _agreed_day(task, at))
        tell(task, NoticeKind.VISIT_FIXED, asked_last(task), by, at=moments.shown(at))


LATER = Words("核查时间应当晚于现在。", "The visit lies in the future.")
SIGNED = "select exists (select from participant where task_id = %s)"


def ensure_arranges(task: OpenTask, by: Identity) -> None:
    """Who has the visit's post arranges it until it is recorded. Raises NotFound, InConflict, VisitRecorded."""
    ensure_step(task, STEP)
    if by.user_id in task.conflicted:
        raise InConflict()
    row = sql().execute(SIGNED, (task.id,)).fetchone()
    if row is not None and row[0]:
        raise VisitRecorded()


def said_of(told: Told) -> Told:
    """Without spaces around it. Raises Incomplete (visit_place, visit_contact, visit_note)."""
    place, contact, note = told.place.strip(), told.contact.strip(), told.note.strip()
    if not place:
        raise Incomplete("visit_place", Words("请填写核查地点。", "Enter the place of the visit."))
    if not contact:
        raise Incomplete("visit_contact", Words("请填写联系电话。", "Enter the number to call."))
    for name, text in (("visit_place", place), ("visit_contact", contact), ("visit_note", note)):
        if len(text) > LONGEST:
            raise Incomplete(name, Words("请控制在 200 字以内。", "Keep it within 200 characters."))
    return Told(place, contact, note)


def _agreed_day(task: OpenTask, at: datetime) -> int | None:
    """The day that was fixed with the units, where it was; `at` lies on it. Raises AnotherDay."""
    row = sql().execute(HOLDS, (task.id,)).fetchone()
    if row is None or row[1] is None:
        return None
    _, day_id, on_day, part = row
    if (moments.local(at).date(), part_of(at)) != (on_day, part):
        raise AnotherDay(on_day, part)
    return int(day_id)


KEEP = """
insert into visit_appointment (task_id, at, place, contact, note, by_id, made_at, day_id)
values (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def keep_appointment(
    task: OpenTask, by: Identity, at: datetime, told: Told, day_id: int | None, **facts: object
) -> None:
    """From now on it holds; the applicant reads it. `facts` go into the ledger with it."""
    said = (task.id, at, told.place, told.contact, told.note, by.user_id, task.case.now, day_id)
    sql().execute(KEEP, said)
    task.case.record(Event.VISIT_APPOINTED, by, task=task.id, at=at.isoformat(), **facts)


#: The people of the posts that were asked last, of items that are still visited.
ASKED_LAST = """
select distinct m.user_id from visit_asked a join candidate_group g on g.key = a.group_key
join membership m on m.group_id = g.id
where a.round_id = (select max(id) from visit_round where task_id = %s) and (a.item_case_ids = '{}'
    or exists (select from item_case ic where ic.id = any(a.item_case_ids) and ic.outcome is null))
"""


def asked_last(task: OpenTask) -> list[int]:
    """Who is told of a time: the units that were asked for a day, if any were."""
    return [row[0] for row in sql().execute(ASKED_LAST, (task.id,))]


def ensure_begun(task: OpenTask) -> None:
    """Raises VisitNotYet before the time that was appointed last; a visit without an appointment may be recorded."""
    row = sql().execute(HOLDS, (task.id,)).fetchone()
    if row is not None and task.case.now < row[0]:
        raise VisitNotYet(row[0], task.case.release.document_kind("visit-record").basis)
