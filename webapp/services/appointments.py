"""约定联合核查: one appointment for all items that need a visit, and the applicant reads it on the tracking page."""

from __future__ import annotations

from datetime import datetime

from engine import Words
from webapp import moments
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.events import Event
from webapp.services.page_keys import remember
from webapp.services.tasks import ensure_step
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

STEP = "visit"
LONGEST = 200


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


SIGNED = "select exists (select from participant where task_id = %s)"
KEEP = """
insert into visit_appointment (task_id, at, place, contact, note, by_id, made_at) values (%s, %s, %s, %s, %s, %s, %s)
"""


def appoint_visit(
    task_id: int, *, by: Identity, at: datetime | None, place: str, contact: str, note: str, key: str
) -> None:
    """Say when and where the joint visit takes place; said again, it is moved.

    Raises Incomplete (at, place, contact, note), VisitRecorded, and as `on_task` does.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE) as task:
        ensure_step(task, STEP)
        remember(by, key, task.case.now, f"appoint-visit:{task_id}")  # not the act: what was typed of it stays
        if at is None:
            raise Incomplete("visit_at", Words("请填写核查的日期和时间。", "Enter day and time of the visit."))
        if at <= task.case.now:
            raise Incomplete("visit_at", Words("核查时间应当晚于现在。", "The visit lies in the future."))
        if not place.strip():
            raise Incomplete("visit_place", Words("请填写核查地点。", "Enter the place of the visit."))
        if not contact.strip():
            raise Incomplete("visit_contact", Words("请填写联系电话。", "Enter the number to call."))
        for name, text in (("visit_place", place), ("visit_contact", contact), ("visit_note", note)):
            if len(text) > LONGEST:
                raise Incomplete(name, Words("请控制在 200 字以内。", "Keep it within 200 characters."))
        row = sql().execute(SIGNED, (task_id,)).fetchone()
        if row is not None and row[0]:
            raise VisitRecorded()
        said = (task_id, at, place.strip(), contact.strip(), note.strip(), by.user_id, task.case.now)
        sql().execute(KEEP, said)
        task.case.record(Event.VISIT_APPOINTED, by, task=task_id, at=at.isoformat())


HOLDS = "select at from visit_appointment where task_id = %s order by id desc limit 1"


def ensure_begun(task: OpenTask) -> None:
    """Raises VisitNotYet before the time that was appointed last; a visit without an appointment may be recorded."""
    row = sql().execute(HOLDS, (task.id,)).fetchone()
    if row is not None and task.case.now < row[0]:
        raise VisitNotYet(row[0], task.case.release.document_kind("visit-record").basis)
