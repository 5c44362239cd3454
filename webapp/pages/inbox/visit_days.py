"""Answering on which of the proposed days one's post can take part in a joint visit."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.inbox.asked_tabs import ASKED, asked_tabs
from webapp.pages.inbox.blueprint import blueprint
from webapp.pages.support import needs
from webapp.pages.workspace.typed import Typed, text
from webapp.permissions import Permission
from webapp.queries.advisory_inbox import may_open_case
from webapp.queries.visit_days import DayQuestion, day_question
from webapp.queries.worklist_counts import counts
from webapp.services import access, visit_day_answers
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.visit_day_answers import DayAnswer
from webapp.unit_of_work import let_go

CAN = {"can": True, "cannot": False}


@blueprint.get("/asked/visit-days/<int:round_id>")
@needs(Permission.OPINION_GIVE)
def days(round_id: int) -> ResponseReturnValue:
    """The days that are proposed, with room for an answer to each while one is wanted. That it was opened is noted."""
    by = signed_in()
    question = day_question(round_id, by)
    access.note(by, question.case_id, f"visit-days:{round_id}")
    return _page(question, by, MultiDict())


@blueprint.post("/asked/visit-days/<int:round_id>")
@needs(Permission.OPINION_GIVE)
def answer_visit_days(round_id: int) -> ResponseReturnValue:
    """Answer every day: one's post can come, or cannot, with words if wanted."""
    by, form = signed_in(), request.form
    question = day_question(round_id, by)
    answers = {
        one.id: DayAnswer(CAN.get(text(form, f"day.{one.id}")), text(form, f"note.{one.id}"))
        for one in question.round.days
    }
    try:
        visit_day_answers.answer_days(round_id, answers, by=by, key=text(form, "key"))
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        let_go()
        return _page(day_question(round_id, by), by, form, refusal)
    flash(gettext("已答复可以参加的日期。"), "success")
    return redirect(url_for("inbox.asked"))


def _page(question: DayQuestion, by: Identity, typed: Typed, refusal: ActRefused | None = None) -> ResponseReturnValue:
    errors = dict(refusal.faults) if isinstance(refusal, Incomplete) else {}
    rendered = render_template(
        "inbox/visit_days.html",
        question=question,
        round=question.round,
        may_open=may_open_case(question.case_id, by),
        tabs=[(gettext("待办"), url_for("inbox.inbox"), False, None), *asked_tabs(counts(by), ASKED)],
        typed=typed,
        errors=errors,
        summary={name: [message] for name, message in errors.items()},
        labels=_labels(question),
        refusal=None if errors else refusal,
    )
    return rendered, refusal.status if refusal else 200


def _labels(question: DayQuestion) -> dict[str, Words]:
    """The day of each control, for the summary of what is missing."""
    labels: dict[str, Words] = {}
    for one in question.round.days:
        shown = f"{one.on_day:%Y-%m-%d}"
        words = Words(f"{shown}{one.part.zh}", f"{shown}, {one.part.en}")
        labels |= {f"day.{one.id}": words, f"note.{one.id}": words}
    return labels
