"""情形引导: one question after the other; what was answered before stays on the page and can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine.bundles import Bundle, guide_for, next_question, questions_asked, read_answer, settled
from webapp.identity import signed_in
from webapp.pages.application.steps import blueprint, following, open_draft, show, step_url
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.application import Draft
from webapp.services.drafts import answer_guided


@blueprint.get("/<int:case_id>/questions")
@needs(Permission.DRAFT_EDIT)
def questions(case_id: int) -> ResponseReturnValue:
    """The questions asked so far, the next one, and what they lead to."""
    draft = open_draft(case_id)
    return show("questions", draft, **_asked(draft, draft.guided))


@blueprint.post("/<int:case_id>/questions")
@needs(Permission.DRAFT_EDIT)
def answer_questions(case_id: int) -> ResponseReturnValue:
    """Keep the answers; htmx gets the changed part of the page, a plain post goes on when all is answered."""
    draft = open_draft(case_id)
    guided = read_guided(draft.bundle, request.form)
    if guided != draft.guided:
        answer_guided(case_id, guided, by=signed_in())
    if request.headers.get("HX-Request"):
        return render_template("application/_questions.html", draft=draft, **_asked(draft, guided))
    finished = next_question(draft.bundle, guided) is None
    if finished and request.form.get("act") == "next":
        return redirect(step_url(case_id, following("questions")))
    return redirect(step_url(case_id, "questions") + ("#next-question" if not finished else ""))


def read_guided(bundle: Bundle, posted: MultiDict[str, str]) -> dict[str, Any]:
    """The usable answers of the questions that they lead to; what a change made pointless is dropped."""
    given = {question.key: read_answer(question, posted.getlist(question.key)) for question in bundle.questions}
    return settled(bundle, {key: answer for key, answer in given.items() if answer not in (None, [])})


def _asked(draft: Draft, guided: Mapping[str, Any]) -> dict[str, Any]:
    """The questions on the page: those answered, and the first that is open."""
    open_question = next_question(draft.bundle, guided)
    shown = [q for q in questions_asked(draft.bundle, guided) if q.key in guided or q == open_question]
    return {
        "guided": guided,
        "asked": shown,
        "open_question": open_question,
        "guide": guide_for(draft.bundle, {**draft.answers, **guided}),
    }
