"""For everyone, without signing in: whether a document is one of the office's."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.pages.support import public
from webapp.queries.document_check import public_document
from webapp.services.rates import count_try

blueprint = Blueprint("document_check", __name__)

CHECKS_PER_HOUR = 120


@blueprint.get("/documents/<public_code>")
@public
def document(public_code: str) -> ResponseReturnValue:
    """Number, unit, day, seal and digest; nothing of what it says to whom."""
    count_try(f"document:{request.remote_addr or ''}", limit=CHECKS_PER_HOUR)
    found = public_document(public_code)
    page = render_template("public/document.html", document=found, code=public_code[:40])
    return page, 200 if found else 404
