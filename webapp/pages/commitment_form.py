"""What the two pages share on which a commitment is taken back: what was posted, and words beside the fields."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.services.applicants import NotTheApplicant
from webapp.services.commitment_withdrawal import Asked

LABELS: Mapping[str, Words] = {
    "item": Words("撤回哪个事项的承诺", "Whose commitment is taken back"),
    "name": Words("申请人（经办人）姓名", "Name of the applicant"),
    "id_number": Words("身份证号码", "Identity number"),
    "reason": Words("理由", "Reason"),
    "signature": Words("签名", "Signature"),
}


def asked_for() -> Asked:
    """The item that was chosen, and who asks. Raises Incomplete."""
    item = request.form.get("item", "")
    if not item:
        raise Incomplete("item", Words("请选择要撤回承诺的事项。", "Choose the item whose commitment is taken back."))
    form = request.form
    return Asked(item, form.get("name", ""), form.get("id_number", ""), form.get("reason", ""))


def beside_its_field(refusal: ActRefused) -> dict[str, list[Words]]:
    """What is refused beside the input that it is about; beside the choice where it is about none of them."""
    match refusal:
        case Incomplete():
            return {field: [words] for field, words in refusal.faults.items()}
        case NotTheApplicant():
            return {"id_number": [refusal.words]}
        case FileRefused():
            return {"signature": [refusal.words]}
    return {"item": [refusal.words]}
