"""The acts of special procedures: what each takes from the page, handed to its command."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine import Words
from webapp.identity import Identity
from webapp.pages.workspace.points import marks_posted
from webapp.pages.workspace.posted import Posted
from webapp.pages.workspace.typed import Typed, revision_of, text, typed_day, typed_days, typed_moment
from webapp.services import hearings, procedures
from webapp.services.hearing_applications import Application, take_missed_application

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
    "day_off": Words("在非工作日举行", "Held on a day off"),
    "place": Words("听证地点", "Place of the hearing"),
    "host": Words("听证主持人", "Host"),
    "attended": Words("到场人员", "Present"),
    "conducted_by": Words("机构或者专家", "Institution or experts"),
    "by_name": Words("异议人", "Who objects"),
    "content": Words("异议内容", "Objection"),
    "handling": Words("处理情况", "How it was dealt with"),
}


def order(task: Posted, typed: Typed, by: Identity) -> Words:
    kind = text(typed, "procedure")
    procedures.order_procedure(
        task.id,
        by=by,
        kind=kind,
        reason=text(typed, "reason"),
        expected_days=typed_days(typed, "expected_days"),
        on_application=text(typed, "on_application") == "yes",
        checklist=marks_posted(typed),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    name = procedures.NAMES[kind]
    return Words(f"已决定进行{name.zh}，告知书已出具。", f"Ordered: {name.en}; the notice is issued.")


def _application(typed: Typed, applicant: str) -> Application:
    return Application(
        applicant,
        typed_day(typed, "applied_on"),
        text(typed, "evidence"),
        text(typed, "evidence_note"),
        text(typed, "late_reason"),
    )


def missed_application(task: Posted, typed: Typed, by: Identity) -> Words:
    """At the review: an application made in time, of which nobody knew when the limit passed."""
    take_missed_application(
        task.id,
        by=by,
        application=_application(typed, text(typed, "applicant")),
        expected_days=typed_days(typed, "hearing_days"),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words("已补登听证申请，将依法组织听证。", "The application is entered; the hearing will be held.")


def hearing_application(task: Posted, typed: Typed, by: Identity) -> Words:
    applied = text(typed, "answer") == "applied"
    hearings.answer_hearing_right(
        task.id,
        by=by,
        applied=applied,
        application=_application(typed, text(typed, "applicant") if text(typed, "answer") else ""),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    if applied:
        return Words("已登记听证申请。", "The application for a hearing is recorded.")
    return Words("已登记放弃听证，继续办理。", "The waiver is recorded; the matter goes on.")


def hearing_notice(task: Posted, typed: Typed, by: Identity) -> Words:
    hearings.notify_hearing(
        task.id,
        by=by,
        held_at=typed_moment(typed, "held_at"),
        place=text(typed, "place"),
        host_id=typed.get("host", type=int),
        day_off=text(typed, "day_off") == "yes",
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words("听证通知书已出具。", "The notice of the hearing is issued.")


def hearing(task: Posted, typed: Typed, by: Identity) -> Words:
    hearings.record_hearing(
        task.id,
        by=by,
        attended=text(typed, "attended"),
        record=text(typed, "record"),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words(
        "听证笔录已制作；为此暂停的时限恢复计算。",
        "The record of the hearing is made; what stood still runs on.",
    )


def result(task: Posted, typed: Typed, by: Identity) -> Words:
    procedures.record_result(
        task.id,
        by=by,
        outcome=text(typed, "result"),
        conducted_by=text(typed, "conducted_by"),
        record=text(typed, "record"),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words("结果已登记；为此暂停的时限恢复计算。", "The result is recorded; what stood still for it runs on.")


def public_notice(task: Posted, typed: Typed, by: Identity) -> Words:
    """Take in an objection, or close the notice, as the button says."""
    if typed.get("do") == "objection":
        procedures.take_objection(
            task.id,
            by=by,
            by_name=text(typed, "by_name"),
            content=text(typed, "content"),
            handling=text(typed, "handling"),
            key=text(typed, "key"),
        )
        return Words("异议已登记。", "The objection is recorded.")
    procedures.close_notice(
        task.id,
        by=by,
        record=text(typed, "record"),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words("公示已结束；为此暂停的时限恢复计算。", "The notice is closed; what stood still for it runs on.")


#: What a review may conclude besides a proposal: instead of it a procedure begins.
ORDERS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {
    "procedure": order,
    "missed-hearing": missed_application,
}
ACTS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {
    "hearing-application": hearing_application,
    "hearing-notice": hearing_notice,
    "hearing": hearing,
    "testing": result,
    "expert-review": result,
    "public-notice": public_notice,
}
PANELS = {"testing": "procedure-result", "expert-review": "procedure-result"}
