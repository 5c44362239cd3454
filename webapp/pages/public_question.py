"""征询意见 on the tracking page: the applicant says alone whether the other items go on after a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, NotFound
from webapp.pages.public import open_case
from webapp.pages.public_commitment import TRIES_PER_HOUR, blueprint
from webapp.pages.support import public, words
from webapp.pages.withdrawal_form import LABELS, beside_its_field
from webapp.queries.questions import open_question
from webapp.queries.tracking import tracked_case
from webapp.services import refused_items
from webapp.services.rates import count_try
from webapp.services.refused_items import ANSWERS


@blueprint.get("/track/question")
@public
def question() -> ResponseReturnValue:
    """What was refused, and what would end."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    return _page(case_id, {})


@blueprint.post("/track/question")
@public
def answer_question() -> ResponseReturnValue:
    """Keep what the applicant says; the process does it. Raises TooManyTries."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    count_try(f"question:{case_id}", limit=TRIES_PER_HOUR)
    try:
        refused_items.answer_by_applicant(
            case_id,
            request.form.get("item", ""),
            answer=request.form.get("answer", ""),
            name=request.form.get("name", ""),
            id_number=request.form.get("id_number", ""),
        )
    except NotFound:
        raise
    except ActRefused as refusal:
        if errors := beside_its_field(refusal):
            return _page(case_id, errors, refusal.status)
        flash(words(refusal.words), "error")
        return redirect(url_for("public.progress"))
    flash(gettext("已收到您的答复。"), "success")
    return redirect(url_for("public.progress"))


def _page(case_id: int, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    page = open_question(case_id)
    if page is None:
        return redirect(url_for("public.progress"))
    shown = render_template(
        "public/question.html",
        page=page,
        case=tracked_case(case_id),
        errors=errors,
        labels=LABELS,
        typed=request.form,
        answers=ANSWERS,
    )
    return shown, status
