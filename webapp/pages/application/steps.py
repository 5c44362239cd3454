"""The steps of an application: their order, their addresses, and the draft that each of them loads."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.bundles import FORM_WORDS
from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.application import Draft, draft_of
from webapp.queries.application_steps import unfinished_steps
from webapp.services.access import note

blueprint = Blueprint("application", __name__, url_prefix="/application")

VISIT, BUNDLE = "visit", "bundle"
STEPS = ("questions", "sheet", "form", "materials", "commitment", "check")


def step_names() -> dict[str, str]:
    """Every step of the window with the words of the stepper, in order."""
    return {
        VISIT: gettext("到场登记"),
        BUNDLE: gettext("选一件事"),
        "questions": gettext("情形引导"),
        "sheet": gettext("告知单"),
        "form": gettext("填表"),
        "materials": gettext("材料"),
        "commitment": gettext("承诺"),
        "check": gettext("核对提交"),
    }


def step_url(case_id: int, step: str) -> str:
    """The address of a step of one application."""
    return url_for(f"application.{step}", case_id=case_id)


def stepper(current: str, draft: Draft | None = None) -> dict[str, Any]:
    """What the macro `stepper` needs: labels with addresses, the current place, and what before it is unfinished."""
    names = step_names()
    order = list(names)
    place = order.index(current)
    unfinished = frozenset() if draft is None else unfinished_steps(draft, order[:place])
    case_id = None if draft is None else draft.id
    links = [
        (label, step_url(case_id, step) if case_id is not None and step in STEPS else None)
        for step, label in names.items()
    ]
    return {"steps": links, "current_step": place, "unfinished_steps": [order.index(one) for one in unfinished]}


def following(step: str) -> str:
    """The step after this one."""
    return STEPS[STEPS.index(step) + 1]


def noted_draft(case_id: int) -> Draft:
    """The application for whoever may work on it; that it was opened, and at which step, is noted."""
    draft = draft_of(signed_in(), case_id)
    note(signed_in(), case_id, f"draft:{(request.endpoint or '').rpartition('.')[2]}")
    return draft


def open_draft(case_id: int) -> Draft:
    """The application, while it can still be changed; a received one leads to its receipt page."""
    draft = noted_draft(case_id)
    if draft.received_at is not None:
        abort(redirect(url_for("application.receipt", case_id=case_id)))
    return draft


def show(step: str, draft: Draft, status: int = 200, **context: Any) -> ResponseReturnValue:
    """The page of a step, with the stepper and the heading that all of them share."""
    page = render_template(
        f"application/{step}.html",
        draft=draft,
        step=step,
        forms=FORM_WORDS,
        **stepper(step, draft),
        **context,
    )
    return page, status


@blueprint.get("/<int:case_id>")
@needs(Permission.DRAFT_EDIT)
def resume(case_id: int) -> ResponseReturnValue:
    """Go on where the application stands."""
    draft = open_draft(case_id)
    step = "questions" if not draft.guided else "sheet" if draft.sheet_id is None else "form"
    return redirect(step_url(case_id, step))
