"""What the two pages share on which a commitment is taken back: what was posted, and words beside the fields."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.pages.application.uploads import uploads_named
from webapp.queries.commitment_withdrawing import CommitmentsPage
from webapp.services.applicants import NotTheApplicant
from webapp.services.brought import Brought, field_of
from webapp.services.commitment_withdrawal import Asked

LABELS = {
    "item": Words("撤回哪一项承诺", "Which commitment is taken back"),
    "name": Words("申请人（经办人）姓名", "Name of the applicant"),
    "id_number": Words("身份证号码", "Identity number"),
    "reason": Words("理由", "Reason"),
    "signature": Words("签名", "Signature"),
}


def asked_for() -> Asked:
    """The letter that was chosen, and who asks. Raises Incomplete."""
    item = request.form.get("item", "")
    if not item:
        raise Incomplete("item", Words("请选择要撤回的承诺。", "Choose the commitment that is taken back."))
    form = request.form
    return Asked(item, form.get("name", ""), form.get("id_number", ""), form.get("reason", ""))


def brought_along(page: CommitmentsPage) -> list[Brought]:
    """What was sent of the materials that the letters had replaced; one that the chosen letter had not is refused."""
    return [
        Brought(one.key, tuple(uploads_named(field_of(one.key))), request.form.get(f"form-{one.key}", ""))
        for one in page.materials
    ]


def labels_of(page: CommitmentsPage) -> Mapping[str, Words]:
    """Those of the page's controls, with the files of each material."""
    return LABELS | {field_of(one.key): one.name for one in page.materials}


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
