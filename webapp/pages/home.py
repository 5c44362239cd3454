"""The landing page: for the public the tracking entry and the bundles, for staff the way to their work."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.identity import Identity
from webapp.pages.support import navigation, public
from webapp.queries.application import bundle_cards, life_cycles

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    """Signed-in people are led to the first page that their post opens."""
    user = current_user._get_current_object()
    if isinstance(user, Identity):
        entries = navigation(user)
        if entries:
            return redirect(entries[0][1])
    return render_template(
        "home/index.html",
        cards=bundle_cards(),
        groups=life_cycles(),
        sign_in_url=url_for("account.sign_in"),
    )
