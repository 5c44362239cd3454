"""征询申请人意见 at the window: one item was refused; the applicant says whether the others go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.pages.window.blueprint import blueprint, take
from webapp.pages.withdrawal_form import LABELS, beside_its_field
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case
from webapp.queries.questions import question_page
from webapp.services import access, refused_items
from webapp.services.applicants import NotTheApplicant
from webapp.services.refused_items import ANSWERS


@blueprint.get("/cases/<int:case_id>/question")
@needs(Permission.CASE_RECEIVE)
def question(case_id: int) -> ResponseReturnValue:
    """What was refused, and what would end."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "question")
    return _page(case_id, {})


@blueprint.post("/cases/<int:case_id>/question")
@needs(Permission.CASE_RECEIVE)
def answer_question(case_id: int) -> ResponseReturnValue:
    """Keep what the applicant says; the process does it."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    page = question_page(case_id)
    try:
        refused_items.answer_at_window(
            page.task_id,
            by=by,
            answer=request.form.get("answer", ""),
            name=request.form.get("name", ""),
            id_number=request.form.get("id_number", ""),
            revision=take(page.task_id, request.form.get("revision", type=int) or 0, by=by),
            key=request.form.get("key", ""),
        )
    except (Incomplete, NotTheApplicant) as refusal:
        return _page(case_id, beside_its_field(refusal), refusal.status)
    flash(gettext("已登记申请人的答复。"), "success")
    return redirect(url_for("window.result", case_id=case_id))


def _page(case_id: int, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    page = question_page(case_id)
    shown = render_template(
        "window/question.html", page=page, errors=errors, labels=LABELS, typed=request.form, answers=ANSWERS
    )
    return shown, status
