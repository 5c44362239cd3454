"""签署: letters that wait to be signed on the signer's own phone, or by a code sent to it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import ActRefused, TooManyTries
from webapp.identity import signed_in
from webapp.pages.application.qr import qr_svg
from webapp.pages.application.steps import blueprint, following, open_draft, step_url, stepper
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.application import Draft
from webapp.services.letters import subject_of
from webapp.services.signing_codes import confirm_code
from webapp.services.signing_requests import cancel_request
from webapp.services.signing_rows import Waiting, newest_request
from webapp.settings import current_settings

#: The token of the QR code is in the clerk's own browser only, for as long as that shows it.
SESSION_KEY = "signing"


def keep_token(case_id: int, token: str) -> None:
    session[SESSION_KEY] = [case_id, token]


def _token(case_id: int) -> str:
    kept = session.get(SESSION_KEY)
    return str(kept[1]) if kept and kept[0] == case_id else ""


def signing_address(token: str) -> str:
    """What the QR code says: the page for the phone."""
    return current_settings().public_url + url_for("signing.read", token=token)


@blueprint.get("/<int:case_id>/signing")
@needs(Permission.DRAFT_EDIT)
def signing(case_id: int) -> ResponseReturnValue:
    """The QR code or the place for the code, and how far the signer is."""
    return _page(open_draft(case_id))


@blueprint.get("/<int:case_id>/signing/state")
@needs(Permission.DRAFT_EDIT)
def signing_state(case_id: int) -> ResponseReturnValue:
    """How far the signer is: the part of the page that asks again by itself."""
    draft = open_draft(case_id)
    return render_template("application/_signing_state.html", draft=draft, waiting=newest_request(case_id))


@blueprint.post("/<int:case_id>/signing/code")
@needs(Permission.DRAFT_EDIT)
def confirm_signing(case_id: int) -> ResponseReturnValue:
    """The signer has told the code that came to their mobile."""
    draft = open_draft(case_id)
    try:
        signed = confirm_code(case_id, request.form.get("code", ""), by=signed_in())
    except TooManyTries:
        raise
    except ActRefused as refusal:
        return _page(draft, refusal)
    flash(gettext("已签署 %(count)s 份承诺书。", count=signed), "success")
    return redirect(step_url(case_id, following("commitment")))


@blueprint.post("/<int:case_id>/signing/cancel")
@needs(Permission.DRAFT_EDIT)
def cancel_signing(case_id: int) -> ResponseReturnValue:
    """Take the request back: the QR code, or the code, opens nothing any more."""
    open_draft(case_id)
    cancel_request(case_id, by=signed_in())
    session.pop(SESSION_KEY, None)
    return redirect(step_url(case_id, "commitment"))


def _page(draft: Draft, refusal: ActRefused | None = None) -> ResponseReturnValue:
    waiting = newest_request(draft.id)
    if waiting is None:
        return redirect(step_url(draft.id, "commitment"))
    token = _token(draft.id) if waiting.is_open and waiting.channel == "phone" else ""
    page = render_template(
        "application/signing.html",
        draft=draft,
        waiting=waiting,
        names=_names(draft, waiting),
        qr_code=qr_svg(signing_address(token)) if token else None,
        refusal=refusal,
        step="commitment",
        **stepper("commitment", draft),
    )
    return page, refusal.status if refusal else 200


def _names(draft: Draft, waiting: Waiting) -> list[object]:
    """What the letters are for, in words."""
    subjects = (subject_of(draft.bundle, key) for key in waiting.letters)
    return [one.name for one in subjects if one is not None]
