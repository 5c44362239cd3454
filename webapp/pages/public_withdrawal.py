"""在线撤回申请: the applicant takes the application back alone, with number, code and identity number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, NotFound
from webapp.pages.public import open_case
from webapp.pages.public_correction import blueprint  # that of `public`, with the pages of corrections
from webapp.pages.support import public
from webapp.pages.withdrawal_form import LABELS, asked_for, beside_its_field
from webapp.queries.tracking import tracked_case
from webapp.queries.withdrawing import withdrawal_page
from webapp.services import withdrawal
from webapp.services.rates import count_try

#: Tries of one case in an hour: the identity number is asked for, and must not be found by trying.
TRIES_PER_HOUR = 10


@blueprint.get("/track/withdrawal")
@public
def withdraw() -> ResponseReturnValue:
    """What is open, and what would end with it."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    return _page(case_id, {})


@blueprint.post("/track/withdrawal")
@public
def take_back() -> ResponseReturnValue:
    """End the chosen items; the notices stand on the page of progress. Raises TooManyTries."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    count_try(f"withdraw:{case_id}", limit=TRIES_PER_HOUR)
    try:
        ended = withdrawal.withdraw_by_applicant(case_id, asked_for(withdrawal_page(case_id)))
    except NotFound:
        raise
    except ActRefused as refusal:
        return _page(case_id, beside_its_field(refusal) or {"items": [refusal.words]}, refusal.status)
    flash(gettext("已撤回 %(count)s 个事项，已终止办理并出具通知书。", count=len(ended)), "success")
    return redirect(url_for("public.progress"))


def _page(case_id: int, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    shown = render_template(
        "public/withdraw.html",
        page=withdrawal_page(case_id),
        case=tracked_case(case_id),
        errors=errors,
        labels=LABELS,
        typed=request.form,
        chosen=request.form.getlist("items"),
    )
    return shown, status
