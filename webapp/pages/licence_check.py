"""For everyone, without signing in: whether a licence's PDF is the one that was issued, byte for byte."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from webapp.errors import NotFound
from webapp.pages.support import public
from webapp.queries.licence_check import (
    LARGEST_FILE,
    CheckedFile,
    checked_file,
    demo_root_certificate,
    fingerprint,
)
from webapp.services.rates import count_try

blueprint = Blueprint("licence_check", __name__)

FILES_PER_HOUR = 30


@blueprint.get("/licence-check")
@public
def form() -> ResponseReturnValue:
    """Where a file is given."""
    return _page(None)


@blueprint.post("/licence-check")
@public
def check() -> ResponseReturnValue:
    """What the file is: ours and unchanged, changed since, or none of ours. It is looked at and not kept."""
    count_try(f"licence-file:{request.remote_addr or ''}", limit=FILES_PER_HOUR)
    upload = request.files.get("file")
    content = upload.read(LARGEST_FILE + 1) if upload else b""
    if not content:
        return _page(None, missing=True), 422
    result = checked_file(content)
    return _page(result), 200 if result.genuine else 422


@blueprint.get("/licence-check/demo-root.pem")
@public
def demo_root() -> ResponseReturnValue:
    """The certificate of the demo's root: a PDF reader that is told to trust it confirms the demo's signatures.

    Raises NotFound where nothing is signed by a demo authority.
    """
    root = demo_root_certificate()
    if root is None:
        raise NotFound()
    response = Response(root, mimetype="application/x-pem-file")
    response.headers["Content-Disposition"] = 'attachment; filename="one-window-demo-root.pem"'
    return response


def _page(result: CheckedFile | None, *, missing: bool = False) -> str:
    root = demo_root_certificate()
    return render_template(
        "public/licence_file.html",
        result=result,
        missing=missing,
        fingerprint=fingerprint(root) if root is not None else "",
    )
