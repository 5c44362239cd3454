"""For everyone, without signing in: whether a licence's PDF is the one that was issued, byte for byte."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.pages.support import public
from webapp.queries.licence_check import LARGEST_FILE, checked_file
from webapp.services.rates import count_try

blueprint = Blueprint("licence_check", __name__)

FILES_PER_HOUR = 30


@blueprint.get("/licence-check")
@public
def form() -> ResponseReturnValue:
    """Where a file is given."""
    return render_template("public/licence_file.html", result=None, missing=False)


@blueprint.post("/licence-check")
@public
def check() -> ResponseReturnValue:
    """What the file is: ours and unchanged, changed since, or none of ours. It is looked at and not kept."""
    count_try(f"licence-file:{request.remote_addr or ''}", limit=FILES_PER_HOUR)
    upload = request.files.get("file")
    content = upload.read(LARGEST_FILE + 1) if upload else b""
    if not content:
        return render_template("public/licence_file.html", result=None, missing=True), 422
    result = checked_file(content)
    page = render_template("public/licence_file.html", result=result, missing=False)
    return page, 200 if result.genuine else 422
