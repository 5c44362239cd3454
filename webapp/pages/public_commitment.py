"""在线撤回承诺: the applicant takes a commitment back alone, with number, code and identity number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, NotFound
from webapp.pages.commitment_form import asked_for, beside_its_field, brought_along, labels_of
from webapp.pages.public import open_case
from webapp.pages.public_withdrawal import blueprint  # that of `public`, with the pages of withdrawal
from webapp.pages.support import public
from webapp.queries.commitment_withdrawing import commitments_page
from webapp.queries.tracking import tracked_case
from webapp.services import commitment_withdrawal
from webapp.services.rates import count_try

#: Tries of one case in an hour: the identity number is asked for, and must not be found by trying.
TRIES_PER_HOUR = 10


@blueprint.get("/track/commitment")
@public
def commitments() -> ResponseReturnValue:
    """The items by commitment that are undecided, and what the ordinary way would ask for."""
    case_id = open_case()
    return redirect(url_for("public.track")) if case_id is None else _page(case_id, {})


@blueprint.post("/track/commitment")
@public
def take_commitment_back() -> ResponseReturnValue:
    """Take the commitment back; the notice stands on the page of progress. Raises TooManyTries."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    count_try(f"withdraw-commitment:{case_id}", limit=TRIES_PER_HOUR)
    try:
        brought = brought_along(commitments_page(case_id))
        commitment_withdrawal.withdraw_by_applicant(case_id, asked_for(), brought)
    except NotFound:
        raise
    except ActRefused as refusal:
        return _page(case_id, beside_its_field(refusal), refusal.status)
    flash(gettext("已撤回承诺，告知书见下方文书。"), "success")
    return redirect(url_for("public.progress"))


def _page(case_id: int, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    page = commitments_page(case_id)
    shown = render_template(
        "public/commitment.html",
        page=page,
        case=tracked_case(case_id),
        errors=errors,
        labels=labels_of(page),
        typed=request.form,
    )
    return shown, status
