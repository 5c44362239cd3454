"""The act of a joint visit: recording it with the first signature, and confirming the record with a further one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.errors import FileRefused, Incomplete
from webapp.identity import Identity
from webapp.pages.application.uploads import drawn_signature
from webapp.pages.workspace.points import marks_posted, unmarked
from webapp.pages.workspace.posted import Posted
from webapp.pages.workspace.typed import revision_of, text
from webapp.services import reviews
from webapp.services.visit_findings import CONCLUSIONS
from webapp.services.visit_records import Attendance, attendance

Typed = MultiDict[str, str]
LABELS = {
    "person_name": Words("在场人姓名", "Who was there"),
    "person_position": Words("在场人职务", "Position"),
    "signature_of_person": Words("在场人签字", "Signature of who was there"),
    "person_unsigned": Words("未签字的原因", "Why it is not signed"),
    "return_reason": Words("不予签字的理由", "Why the signature is declined"),
}


def visit(task: Posted, typed: Typed, by: Identity) -> Words:
    """Raises Incomplete with everything that is missing."""
    conclusion, record, present = text(typed, "conclusion"), text(typed, "record"), None
    if not task.signers:
        missing = list(unmarked(task, typed).items())
        if conclusion not in CONCLUSIONS:
            missing.append(("conclusion", Words("请选择核查结论。", "Choose the conclusion.")))
        if not record:
            missing.append(("record", Words("请填写核查记录。", "Write the record of the visit.")))
        try:
            present = _present(typed)
        except Incomplete as incomplete:
            missing += incomplete.faults.items()
        except FileRefused as refused:
            missing.append(("signature_of_person", refused.words))
        if missing:
            raise Incomplete(*missing[0], *missing[1:])
    complete = reviews.sign_visit(
        task.id,
        by=by,
        conclusion=conclusion,
        record=record,
        checklist=marks_posted(typed),
        revision=revision_of(typed),
        key=text(typed, "key"),
        present=present,
        digest=text(typed, "digest"),
    )
    if complete:
        return Words(
            "联合核查已完成，结论已反馈各审批科室。", "The joint visit is complete; the sections have its conclusion."
        )
    return Words("已签字，等待另一名核查人员签字。", "Signed; another officer must sign too.")


def _present(typed: Typed) -> Attendance:
    return attendance(
        text(typed, "person_name"),
        text(typed, "person_position"),
        drawn_signature("signature_of_person"),
        text(typed, "person_unsigned"),
    )


ACTS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {"visit": visit}
