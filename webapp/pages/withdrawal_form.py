"""What the pages share on which an applicant withdraws or answers: what was posted, and words beside the fields."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.queries.withdrawing import WithdrawalPage
from webapp.services.applicants import NotTheApplicant
from webapp.services.withdrawal import Asked

LABELS: Mapping[str, Words] = {
    "items": Words("撤回哪些事项", "What is taken back"),
    "name": Words("申请人（经办人）姓名", "Name of the applicant"),
    "id_number": Words("身份证号码", "Identity number"),
    "reason": Words("撤回理由", "Reason"),
    "signature": Words("签名", "Signature"),
    "request": Words("签好的撤回申请书", "The signed withdrawal"),
    "understood": Words("确认", "Confirmation"),
    "answer": Words("其余事项是否继续办理", "Whether the other items go on"),
}


def asked_for(page: WithdrawalPage) -> Asked:
    """The items that were ticked, and who asks. Raises Incomplete (items, understood)."""
    chosen = request.form.getlist("items")
    known = [item.key for item in page.items]
    items = tuple(key for key in known if key in chosen)
    if not items:
        raise Incomplete("items", Words("请选择要撤回的事项。", "Choose what is taken back."))
    if request.form.get("understood") != "yes":
        raise Incomplete(
            "understood",
            Words(
                "请确认已知道：撤回后所选事项立即终止办理，不能恢复。",
                "Confirm that you know: the chosen items end at once, and this cannot be undone.",
            ),
        )
    return Asked(
        items,
        request.form.get("name", ""),
        request.form.get("id_number", ""),
        request.form.get("reason", ""),
    )


def beside_its_field(refusal: ActRefused) -> dict[str, list[Words]]:
    """What is refused beside the input that it is about; empty where it is about none."""
    match refusal:
        case Incomplete():
            return {field: [words] for field, words in refusal.faults.items()}
        case NotTheApplicant():
            return {"id_number": [refusal.words]}
        case FileRefused():
            return {"request": [refusal.words]}
    return {}
