"""撤回申请 at the window: the applicant is there, signs, and takes the notices along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.identity import signed_in
from webapp.pages.application.uploads import PNG_URL, drawn_signature, upload_named
from webapp.pages.support import needs
from webapp.pages.window.blueprint import blueprint
from webapp.pages.withdrawal_form import LABELS, asked_for, beside_its_field
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case
from webapp.queries.withdrawing import withdrawal_page
from webapp.services import access, withdrawal
from webapp.services.applicants import NotTheApplicant
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.terminated import ItemTerminated
from webapp.services.withdrawal import CannotLeave, NothingToWithdraw, WithdrawnTooLate


@blueprint.get("/cases/<int:case_id>/withdrawal")
@needs(Permission.CASE_RECEIVE)
def withdraw(case_id: int) -> ResponseReturnValue:
    """What is open, and what would end with it."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "withdrawal")
    return _page(case_id, {})


@blueprint.post("/cases/<int:case_id>/withdrawal")
@needs(Permission.CASE_RECEIVE)
def take_back(case_id: int) -> ResponseReturnValue:
    """End the chosen items at the applicant's signed wish."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    try:
        ended = withdrawal.withdraw_at_window(
            case_id,
            asked_for(withdrawal_page(case_id)),
            by=by,
            signature=upload_named("request") or drawn_signature("signature"),
            key=request.form.get("key", ""),
        )
    except AlreadyCarriedOut:
        return redirect(url_for("window.result", case_id=case_id))
    except (Incomplete, FileRefused, NotTheApplicant) as refusal:
        return _page(case_id, beside_its_field(refusal), refusal.status)
    except (WithdrawnTooLate, NothingToWithdraw, ItemTerminated, CannotLeave) as refusal:
        return _refused(case_id, refusal)
    flash(gettext("已撤回 %(count)s 个事项，终止办理通知书见“文书”，请打印后交给申请人。", count=len(ended)), "success")
    return redirect(url_for("window.result", case_id=case_id))


def _refused(case_id: int, refusal: ActRefused) -> ResponseReturnValue:
    return _page(case_id, {"items": [refusal.words]}, refusal.status)


def _page(case_id: int, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    shown = render_template(
        "window/withdraw.html",
        page=withdrawal_page(case_id),
        errors=errors,
        labels=LABELS,
        typed=request.form,
        chosen=request.form.getlist("items"),
        png=PNG_URL,
    )
    return shown, status
