"""Opening a file of an application in the browser."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, make_response
from flask.typing import ResponseReturnValue

from webapp import file_store
from webapp.identity import signed_in
from webapp.pages.application.steps import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.application import draft_of
from webapp.queries.application_steps import StoredContent, file_of_case
from webapp.services.access import note

#: Types that a browser shows by itself without running anything of the file's.
SHOWN_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png"})
#: Nothing that lies in an uploaded file may run, load or frame anything.
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@blueprint.get("/<int:case_id>/files/<int:file_id>")
@needs(Permission.DRAFT_EDIT)
def file(case_id: int, file_id: int) -> ResponseReturnValue:
    """The file itself; that it was opened is noted."""
    by = signed_in()
    draft_of(by, case_id)
    stored = file_of_case(case_id, file_id)
    note(by, case_id, f"file:{file_id}")
    return file_response(stored)


def file_response(stored: StoredContent) -> Response:
    """The content with headers that let the browser show it and nothing more."""
    response = make_response(file_store.get(stored.digest))
    inline = stored.media_type in SHOWN_INLINE
    response.headers["Content-Type"] = stored.media_type if inline else "application/octet-stream"
    response.headers["Content-Disposition"] = (
        f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(stored.name, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
