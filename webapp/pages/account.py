"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.errors import SignInRefused, TooManyTries
from webapp.identity import Identity, signed_in
from webapp.languages import COOKIE, LANGUAGES
from webapp.pages.addresses import safe_next
from webapp.pages.support import SESSION_KEY, needs, public
from webapp.permissions import Permission
from webapp.services import sign_in as accounts
from webapp.settings import current_settings

blueprint = Blueprint("account", __name__)
YEAR_IN_SECONDS = 365 * 24 * 60 * 60


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; whoever is signed in goes on to where they wanted to be."""
    target = safe_next(request.args.get("next"))
    if isinstance(current_user._get_current_object(), Identity):
        return redirect(target)
    return render_template("account/sign_in.html", next=target, login="", refusal=None)


@blueprint.post("/sign-in")
@public
def check_sign_in() -> ResponseReturnValue:
    """Check the password; a refusal keeps the account name and says no more than that it failed."""
    login, target = request.form.get("login", "").strip(), safe_next(request.form.get("next"))
    try:
        token = accounts.sign_in(login, request.form.get("password", ""), address=request.remote_addr or "")
    except (SignInRefused, TooManyTries) as refusal:
        page = render_template("account/sign_in.html", next=target, login=login, refusal=refusal)
        return page, refusal.status
    # A new session: nothing that was put into the browser before signing in stays.
    session.clear()
    session[SESSION_KEY] = token
    return redirect(target)


@blueprint.post("/sign-out")
@needs(Permission.ANY_SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session on the server and forget its token."""
    accounts.sign_out(signed_in().session)
    session.clear()
    return redirect(url_for("account.sign_in"))


@blueprint.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Keep the chosen language for a year and show the same page again."""
    response = redirect(safe_next(request.form.get("next")))
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=YEAR_IN_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=current_settings().production,
        )
    return response
