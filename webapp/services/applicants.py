"""Who may speak for the application: the signatory, or a representative whom the form names."""

from __future__ import annotations

from engine import Words
from engine.law import check_id_number
from webapp.answers import answers_of
from webapp.errors import ActRefused, Incomplete
from webapp.services.locked_case import LockedCase


class NotTheApplicant(ActRefused):
    """Neither the signatory nor a representative whom the form names."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            Words(
                "姓名和身份证号码与申请表上的法定代表人（负责人）、经办人都不一致，不能代为办理。",
                "Name and identity number are neither the signatory's nor a representative's: nothing was done.",
            )
        )


def ensure_applicant(case: LockedCase, name: str, id_number: str) -> None:
    """Raises Incomplete (name, id_number), NotTheApplicant."""
    if not name.strip():
        raise Incomplete("name", Words("请填写申请人（经办人）的姓名。", "Enter the name of the applicant."))
    if fault := check_id_number(id_number):
        raise Incomplete("id_number", fault)
    bundle, answers = case.release.bundle, answers_of(case.id)
    names = (bundle.signatory_name_field, *bundle.collector_name_fields)
    numbers = (bundle.signatory_id_field, *bundle.collector_fields)
    named = {
        (str(answers.get(name_field) or "").strip(), str(answers.get(number_field) or "").strip().upper())
        for name_field, number_field in zip(names, numbers, strict=True)
        if name_field and number_field
    }
    if (name.strip(), id_number.strip().upper()) not in named:
        raise NotTheApplicant()
