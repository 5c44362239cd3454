"""The joint visit as its officers record and sign it."""

from __future__ import annotations

from typing import Any

from webapp.extensions import db
from webapp.identity import Identity
from webapp.models import UserTask, VisitRecord
from webapp.services import reviews
from webapp.services.locked_case import on_case
from webapp.services.review_rows import Marks
from webapp.services.visit_records import Attendance, attendance
from webapp.services.visited_items import visited_items


def open_visit(case_id: int) -> UserTask:
    """The task of the visit, as it is now."""
    db.session.expire_all()
    return db.session.query(UserTask).filter_by(case_id=case_id, step="visit", state="open").one()


def marks(case_id: int, **failed: str) -> Marks:
    """Every point of the visit met, but those named (`P3__signs="..."` fails P3.signs with these words)."""
    with on_case(case_id) as case:
        keys = [f"{one.item.key}.{point.key}" for one in visited_items(case) for point in one.item.visit_checklist]
    wrong = {key.replace("__", ".").replace("_", "-"): words for key, words in failed.items()}
    return Marks({key: "fail" if key in wrong else "pass" for key in keys}, wrong)


def nobody_there() -> Attendance:
    """Nobody of the visited party, and the record says so."""
    return attendance("", "", None, "无人在场。")


def read(case_id: int) -> str:
    """The digest of the record that stands, as who signs next has read it; "" where nobody has signed."""
    record = db.session.query(VisitRecord).filter_by(task_id=open_visit(case_id).id, ended_at=None).one_or_none()
    return record.digest if record else ""


def sign(case_id: int, by: Identity, conclusion: str = "", **given: Any) -> bool:
    """Sign as the page does: the first with everything that is asked, the next what the first recorded."""
    task, digest = open_visit(case_id), read(case_id)
    values: dict[str, Any] = {"record": "现场与申请材料一致。", "revision": task.revision, "digest": digest}
    values |= {"checklist": {}} if digest else {"checklist": marks(case_id), "present": nobody_there()}
    values |= {"key": f"visit-{task.id}-{by.user_id}-{task.revision}"} | given
    return reviews.sign_visit(task.id, by=by, conclusion=conclusion, **values)
