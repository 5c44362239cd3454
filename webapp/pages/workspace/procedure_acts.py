"""The acts of special procedures: what each takes from the page, handed to its command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from engine import Words
from webapp import moments
from webapp.identity import Identity
from webapp.pages.workspace.points import marks_posted
from webapp.pages.workspace.posted import Posted
from webapp.services import hearings, procedures
from webapp.services.hearing_applications import Application, take_missed_application

Typed = MultiDict[str, str]
LABELS = {
    "procedure": Words("特别程序", "Procedure"),
    "reason": Words("需要该程序的理由", "Why it is needed"),
    "expected_days": Words("所需工作日数", "Working days it takes"),
    "answer": Words("是否申请听证", "Hearing applied for?"),
    "applicant": Words("申请人或者利害关系人", "Who applied or waived"),
    "applied_on": Words("提出申请的日期", "Day of the application"),
    "evidence": Words("申请日期的凭据", "What proves the day"),
    "evidence_note": Words("凭据的编号或者存放处", "Which paper, and where it is kept"),
    "late_reason": Words("迟登的原因", "Why it is entered only now"),
    "hearing_days": Words("听证所需工作日数", "Working days for the hearing"),
    "held_at": Words("听证时间", "Time of the hearing"),
    "place": Words("听证地点", "Place of the hearing"),
    "host": Words("听证主持人", "Host"),
    "attended": Words("到场人员", "Present"),
    "conducted_by": Words("机构或者专家", "Institution or experts"),
    "by_name": Words("异议人", "Who objects"),
    "content": Words("异议内容", "Objection"),
    "handling": Words("处理情况", "How it was dealt with"),
}


def _text(typed: Typed, name: str) -> str:
    return typed.get(name, "").strip()


def order(task: Posted, typed: Typed, by: Identity) -> Words:
    kind, days = _text(typed, "procedure"), _text(typed, "expected_days")
    procedures.order_procedure(
        task.id,
        by=by,
        kind=kind,
        reason=_text(typed, "reason"),
        expected_days=int(days) if days.isdecimal() and len(days) < 4 else 0,
        on_application=_text(typed, "on_application") == "yes",
        checklist=marks_posted(typed),
        revision=typed.get("revision", -1, type=int),
        key=_text(typed, "key"),
    )
    name = procedures.NAMES[kind]
    return Words(f"已决定进行{name.zh}，告知书已出具。", f"Ordered: {name.en}; the notice is issued.")


def _application(typed: Typed, applicant: str) -> Application:
    return Application(
        applicant,
        _day(_text(typed, "applied_on")),
        _text(typed, "evidence"),
        _text(typed, "evidence_note"),
        _text(typed, "late_reason"),
    )


def missed_application(task: Posted, typed: Typed, by: Identity) -> Words:
    """At the review: an application made in time, of which nobody knew when the limit passed."""
    days = _text(typed, "hearing_days")
    take_missed_application(
        task.id,
        by=by,
        application=_application(typed, _text(typed, "applicant")),
        expected_days=int(days) if days.isdecimal() and len(days) < 4 else 0,
        revision=typed.get("revision", -1, type=int),
        key=_text(typed, "key"),
    )
    return Words("已补登听证申请，将依法组织听证。", "The application is entered; the hearing will be held.")


def hearing_application(task: Posted, typed: Typed, by: Identity) -> Words:
    applied = _text(typed, "answer") == "applied"
    hearings.answer_hearing_right(
        task.id,
        by=by,
        applied=applied,
        application=_application(typed, _text(typed, "applicant") if _text(typed, "answer") else ""),
        revision=typed.get("revision", -1, type=int),
        key=_text(typed, "key"),
    )
    if applied:
        return Words("已登记听证申请。", "The application for a hearing is recorded.")
    return Words("已登记放弃听证，恢复计时。", "The waiver is recorded; the clocks run on.")


def hearing_notice(task: Posted, typed: Typed, by: Identity) -> Words:
    hearings.notify_hearing(
        task.id,
        by=by,
        held_at=_moment(_text(typed, "held_at")),
        place=_text(typed, "place"),
        host_id=typed.get("host", type=int),
        revision=typed.get("revision", -1, type=int),
        key=_text(typed, "key"),
    )
    return Words("听证通知书已出具。", "The notice of the hearing is issued.")


def hearing(task: Posted, typed: Typed, by: Identity) -> Words:
    hearings.record_hearing(
        task.id,
        by=by,
        attended=_text(typed, "attended"),
        record=_text(typed, "record"),
        revision=typed.get("revision", -1, type=int),
        key=_text(typed, "key"),
    )
    return Words("听证笔录已制作，恢复计时。", "The record of the hearing is made; the clocks run on.")


def result(task: Posted, typed: Typed, by: Identity) -> Words:
    procedures.record_result(
        task.id,
        by=by,
        outcome=_text(typed, "result"),
        conducted_by=_text(typed, "conducted_by"),
        record=_text(typed, "record"),
        revision=typed.get("revision", -1, type=int),
        key=_text(typed, "key"),
    )
    return Words("结果已登记，恢复计时。", "The result is recorded; the clocks run on.")


def public_notice(task: Posted, typed: Typed, by: Identity) -> Words:
    """Take in an objection, or close the notice, as the button says."""
    if typed.get("do") == "objection":
        procedures.take_objection(
            task.id,
            by=by,
            by_name=_text(typed, "by_name"),
            content=_text(typed, "content"),
            handling=_text(typed, "handling"),
            key=_text(typed, "key"),
        )
        return Words("异议已登记。", "The objection is recorded.")
    procedures.close_notice(
        task.id,
        by=by,
        record=_text(typed, "record"),
        revision=typed.get("revision", -1, type=int),
        key=_text(typed, "key"),
    )
    return Words("公示已结束，恢复计时。", "The public notice is closed; the clocks run on.")


ACTS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {
    "hearing-application": hearing_application,
    "hearing-notice": hearing_notice,
    "hearing": hearing,
    "testing": result,
    "expert-review": result,
    "public-notice": public_notice,
}
PANELS = {"testing": "procedure-result", "expert-review": "procedure-result"}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """What a control of date and time holds, by the office's clock."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    return local.replace(tzinfo=moments.OFFICE_ZONE) if local.tzinfo is None else local
