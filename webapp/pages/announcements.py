"""For everyone, without signing in: which licences were revoked, which filings cancelled."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.pages.support import public
from webapp.queries.publications import NEWEST, announcements
from webapp.services.rates import count_try

blueprint = Blueprint("announcements", __name__)

READS_PER_HOUR = 240


@blueprint.get("/announcements")
@public
def show() -> ResponseReturnValue:
    """Holder, licence, unit, document and day; no grounds, and no personal number."""
    count_try(f"announcements:{request.remote_addr or ''}", limit=READS_PER_HOUR)
    before = request.args.get("before", NEWEST, type=int)
    shown, following = announcements(min(max(before, 0), NEWEST))
    return render_template("public/announcements.html", announcements=shown, following=following)
