"""撤回承诺 at the window: the applicant is there, signs, and the item goes the ordinary way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, NotFound, NotYours
from webapp.identity import signed_in
from webapp.pages.application.uploads import drawn_signature
from webapp.pages.commitment_form import asked_for, beside_its_field, brought_along, labels_of
from webapp.pages.support import needs
from webapp.pages.window.blueprint import blueprint
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case
from webapp.queries.commitment_withdrawing import commitments_page
from webapp.services import access, commitment_withdrawal
from webapp.services.documents import MATERIAL_FORMS
from webapp.services.page_keys import AlreadyCarriedOut


@blueprint.get("/cases/<int:case_id>/commitment")
@needs(Permission.CASE_RECEIVE)
def commitments(case_id: int) -> ResponseReturnValue:
    """The items by commitment that are undecided, and what the ordinary way would ask for."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "commitment-withdrawal")
    return _page(case_id, {})


@blueprint.post("/cases/<int:case_id>/commitment")
@needs(Permission.CASE_RECEIVE)
def take_commitment_back(case_id: int) -> ResponseReturnValue:
    """Take the commitment back at the applicant's signed wish."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    try:
        commitment_withdrawal.withdraw_at_window(
            case_id,
            asked_for(),
            by=by,
            signature=drawn_signature("signature"),
            key=request.form.get("key", ""),
            brought=brought_along(commitments_page(case_id)),
        )
    except AlreadyCarriedOut:
        return redirect(url_for("window.result", case_id=case_id))
    except (NotFound, NotYours):
        raise
    except ActRefused as refusal:
        return _page(case_id, beside_its_field(refusal), refusal.status)
    flash(gettext("已撤回承诺，告知书见“文书”，请打印后交给申请人。"), "success")
    return redirect(url_for("window.result", case_id=case_id))


def _page(case_id: int, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    page = commitments_page(case_id)
    shown = render_template(
        "window/commitment.html",
        page=page,
        errors=errors,
        labels=labels_of(page),
        typed=request.form,
        forms=MATERIAL_FORMS,
    )
    return shown, status
