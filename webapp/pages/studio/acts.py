"""Submitting, publishing and returning a release."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.identity import signed_in
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import releases as queries
from webapp.services import releases


@blueprint.post("/releases/<int:release_id>/submit")
@needs(Permission.RELEASE_DRAFT)
def submit(release_id: int) -> ResponseReturnValue:
    """Ask for publishing."""
    releases.submit_release(release_id, by=signed_in())
    return _back(release_id, gettext("已提交发布，等待发布人确认。"))


@blueprint.post("/releases/<int:release_id>/publish")
@needs(Permission.RELEASE_PUBLISH)
def publish(release_id: int) -> ResponseReturnValue:
    """Put the release in force for new drafts."""
    releases.publish_release(release_id, by=signed_in())
    return _back(release_id, gettext("已发布：新的申请使用此版，在办件继续使用各自的版本。"))


@blueprint.post("/releases/<int:release_id>/return")
@needs(Permission.RELEASE_PUBLISH)
def send_back(release_id: int) -> ResponseReturnValue:
    """Return a submitted release to its author."""
    releases.return_release(release_id, by=signed_in(), reason=request.form.get("reason", "").strip())
    return _back(release_id, gettext("已退回制作人。"))


def _back(release_id: int, said: str) -> ResponseReturnValue:
    one = queries.release(release_id)
    title = gettext("%(name)s 第 %(number)s 版", name=words(queries.name_of(one)), number=one.number)
    flash(f"{title}{gettext('：')}{said}", "success")
    return redirect(url_for("studio.release", release_id=release_id))
