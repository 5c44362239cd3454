"""The service worker of visit pages. Where it is fetched from is its scope: it never sees a page outside of /tasks/."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from webapp.pages.support import public
from webapp.pages.workspace.views import blueprint
from webapp.static_files import DIST, Assets

WORKER = "visit-worker.js"


@blueprint.get(f"/{WORKER}")
@public
def visit_worker() -> ResponseReturnValue:
    """The built script; asked for anew each time, so that a new version takes the place of an old one."""
    answer = Response((DIST / Assets().built_name(WORKER)).read_bytes(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    return answer.make_conditional(request)
