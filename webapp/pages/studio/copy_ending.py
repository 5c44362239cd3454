"""Ending a working copy, once its page has said what is not kept of it, and opening it again."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.services import copy_ending
from webapp.services.working_copies import CopyEnded

#: kind of a change of a file -> (words, kind of badge, icon)
KINDS = {
    "added": (Words("新增", "new"), "ok", "plus"),
    "changed": (Words("修改", "changed"), "info", "edit"),
    "removed": (Words("已移除", "taken out"), "bad", "trash"),
}
NOT_TOLD = Words("请在工作稿的页面上核对后结束。", "End the working copy on its page, which says what is not kept.")


@blueprint.record
def _words_of_ending(setup: BlueprintSetupState) -> None:
    setup.app.jinja_env.globals.update(unkept_kinds=KINDS)


@blueprint.post("/copies/<int:copy_id>/end")
@needs(Permission.RELEASE_DRAFT)
def end_copy(copy_id: int) -> ResponseReturnValue:
    """Put the copy away, as far as the page told what is not kept (`seen`); it can be opened again."""
    try:
        copy_ending.end(copy_id, by=signed_in(), seen=_seen())
    except (copy_ending.SavedMeanwhile, CopyEnded) as refused:
        flash(words(refused.words), "warning")
    else:
        flash(gettext("工作稿已结束。可以在这里或者从这件事的页面重新打开。"), "success")
    return redirect(url_for("studio.working_copy", copy_id=copy_id))


@blueprint.post("/copies/<int:copy_id>/reopen")
@needs(Permission.RELEASE_DRAFT)
def reopen_copy(copy_id: int) -> ResponseReturnValue:
    """Go on with a copy that was put away."""
    copy_ending.reopen(copy_id, by=signed_in())
    return redirect(url_for("studio.working_copy", copy_id=copy_id))


def _seen() -> datetime:
    """The last saving that the page told of. Raises Incomplete where the form is not the page's."""
    try:
        seen = datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError as fault:
        raise Incomplete("seen", NOT_TOLD) from fault
    if seen.tzinfo is None:
        raise Incomplete("seen", NOT_TOLD)
    return seen
