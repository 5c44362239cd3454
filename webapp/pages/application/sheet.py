"""一次性告知单: everything that exactly this applicant needs, and the copy that was handed over."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.bundles import handled_by, next_question
from engine.law import amount
from webapp.identity import signed_in
from webapp.languages import LANGUAGES, language
from webapp.pages.application.qr import qr_svg, tracking_address
from webapp.pages.application.sheet_lines import sheet_entries
from webapp.pages.application.steps import blueprint, noted_draft, open_draft, show, step_url
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.application_steps import department_names, materials_of, sheet_of, sheets_of
from webapp.services.drafts import hand_sheet
from webapp.services.eligible import open_ways


@blueprint.get("/<int:case_id>/sheet")
@needs(Permission.DRAFT_EDIT)
def sheet(case_id: int) -> ResponseReturnValue:
    """Items with limits and basis, materials with the items that use them."""
    draft = open_draft(case_id)
    if next_question(draft.bundle, draft.guided) is not None:
        return redirect(step_url(case_id, "questions"))
    return show(
        "sheet",
        draft,
        materials=materials_of(draft),
        open_ways=open_ways(draft.release, draft.rules, draft.guided, draft.answers),
        departments=department_names(),
        handled_by=handled_by,
        given=sheets_of(case_id),
        amount=amount,
    )


@blueprint.post("/<int:case_id>/sheet")
@needs(Permission.DRAFT_EDIT)
def give_sheet(case_id: int) -> ResponseReturnValue:
    """Hand the sheet over: its words are kept as given, and shown for printing."""
    open_draft(case_id)
    chosen = request.form.get("sheet_language", "")
    spoken = chosen if chosen in LANGUAGES else language()
    sheet_id = hand_sheet(case_id, by=signed_in(), language=spoken)
    return redirect(url_for("application.given_sheet", case_id=case_id, sheet_id=sheet_id))


@blueprint.get("/<int:case_id>/sheet/<int:sheet_id>")
@needs(Permission.DRAFT_EDIT)
def given_sheet(case_id: int, sheet_id: int) -> ResponseReturnValue:
    """A sheet as it was handed over, word for word, ready to print."""
    draft = noted_draft(case_id)
    given = sheet_of(case_id, sheet_id)
    address = tracking_address()
    return render_template(
        "application/given_sheet.html",
        draft=draft,
        given=given,
        entries=sheet_entries(given.content),
        qr_code=qr_svg(address),
        address=address,
        back_url=step_url(case_id, "sheet"),
    )
