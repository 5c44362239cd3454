"""For everyone, without signing in: notices to which the public may answer, and what was revoked or cancelled."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp import papers
from webapp.languages import language
from webapp.pages.support import public, words
from webapp.queries.publications import NEWEST, announcements, running_notice, running_notices
from webapp.services.rates import count_try

blueprint = Blueprint("announcements", __name__)

READS_PER_HOUR = 240


@blueprint.get("/announcements")
@public
def show() -> ResponseReturnValue:
    """What runs; and of what was revoked holder, licence, unit, document and day, no grounds, no personal number."""
    _count()
    before = request.args.get("before", NEWEST, type=int)
    shown, following = announcements(min(max(before, 0), NEWEST))
    running = running_notices() if before == NEWEST else ()
    return render_template("public/announcements.html", running=running, announcements=shown, following=following)


@blueprint.get("/announcements/<int:document_id>")
@public
def notice(document_id: int) -> ResponseReturnValue:
    """A notice while it runs, as it was issued: it is addressed to everybody. Raises NotFound."""
    _count()
    kept = running_notice(document_id)
    return render_template(
        "public/notice.html",
        kept=kept,
        text=papers.sealed(kept.text(language()), words(kept.office)),
        back_url=url_for("announcements.show"),
        masked=False,
    )


def _count() -> None:
    count_try(f"announcements:{request.remote_addr or ''}", limit=READS_PER_HOUR)
