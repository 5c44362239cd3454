"""手机签署: what the signer's own phone shows. Each letter whole, confirmed at its end; whose number it is; the
signature."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete, TooManyTries
from webapp.pages.application.uploads import drawn_signature
from webapp.pages.support import public
from webapp.services.signing_numbers import NoCodeOpen, confirm_number, send_number_code
from webapp.services.signing_requests import Opened, confirm_read, opened, sign_on_phone
from webapp.services.signing_rows import SigningOver
from webapp.services.sms import NumberSentTooOften, SmsUnavailable

blueprint = Blueprint("signing", __name__, url_prefix="/sign")


@blueprint.get("/<token>")
@public
def read(token: str) -> ResponseReturnValue:
    """The next letter to read, or the place to sign."""
    try:
        return _page(token, opened(token, address=_address()))
    except SigningOver as over:
        return _over(over)


@blueprint.post("/<token>/read")
@public
def confirm(token: str) -> ResponseReturnValue:
    """This letter was read to its end."""
    try:
        confirm_read(token, request.form.get("letter", ""), request.form.get("digest", ""), address=_address())
    except TooManyTries:
        raise
    except ActRefused as refusal:
        return _over(refusal)
    return redirect(url_for("signing.read", token=token))


@blueprint.post("/<token>/number")
@public
def send_number(token: str) -> ResponseReturnValue:
    """A code goes to the number that is declared for the signer."""
    try:
        send_number_code(token, address=_address())
    except Incomplete as fault:
        return _again(token, "code", fault.words)
    except (SmsUnavailable, NumberSentTooOften, TooManyTries) as refusal:
        return _again(token, "code", refusal.words)
    except ActRefused as refusal:
        return _over(refusal)
    return redirect(url_for("signing.read", token=token))


@blueprint.post("/<token>/number/confirmed")
@public
def confirm_code(token: str) -> ResponseReturnValue:
    """The code that came to the phone is entered on it."""
    try:
        confirm_number(token, request.form.get("code", ""), address=_address())
    except TooManyTries:
        raise
    except (Incomplete, NoCodeOpen) as fault:
        return _again(token, "code", fault.words)
    except ActRefused as refusal:
        return _over(refusal)
    return redirect(url_for("signing.read", token=token))


@blueprint.post("/<token>")
@public
def sign(token: str) -> ResponseReturnValue:
    """Sign all of them; the token is used up, and the page says so."""
    try:
        drawing = drawn_signature("signature")
        typed = request.form.get("typed_name", "")
        sign_on_phone(token, address=_address(), drawing=drawing, typed_name=typed)
    except TooManyTries:
        raise
    except (Incomplete, FileRefused) as fault:
        field = fault.field if isinstance(fault, Incomplete) else "signature"
        return _again(token, field, fault.words)
    except ActRefused as refusal:
        return _over(refusal)
    return render_template("public/signed.html")


def _again(token: str, field: str, fault: Words) -> ResponseReturnValue:
    """The same place once more, with what was wrong."""
    try:
        return _page(token, opened(token, address=_address()), {field: [fault]}, 422)
    except SigningOver as over:
        return _over(over)


def _page(
    token: str, shown: Opened, errors: dict[str, list[Words]] | None = None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "public/sign.html", token=token, shown=shown, errors=errors or {}, typed=request.form.get("typed_name", "")
    )
    return page, status


def _over(refusal: ActRefused) -> ResponseReturnValue:
    return render_template("public/signing_over.html", refusal=refusal), refusal.status


def _address() -> str:
    return request.remote_addr or ""
