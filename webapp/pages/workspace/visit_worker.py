"""The service worker of visit pages. Where it is fetched from is its scope: it never sees a page outside of /tasks/."""

from __future__ import annotations

from flask import Response, send_from_directory

from webapp.pages.support import public
from webapp.pages.workspace.views import blueprint
from webapp.static_files import DIST, Assets

WORKER = "visit-worker.js"


@blueprint.get(f"/{WORKER}")
@public
def visit_worker() -> Response:
    """The built script; asked for anew each time, so that a new version takes the place of an old one."""
    answer = send_from_directory(DIST, Assets().built_name(WORKER), mimetype="text/javascript", conditional=True)
    answer.headers["Cache-Control"] = "no-cache"
    return answer
