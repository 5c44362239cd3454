"""Asking for a longer limit from the workspace of a task; granting it is a task of its own."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import signed_in
from webapp.pages.cases import with_frames
from webapp.pages.support import needs
from webapp.pages.workspace.views import blueprint, page_of, refused_page
from webapp.permissions import Permission
from webapp.queries.workspace import workspace
from webapp.services.extensions import request_extension
from webapp.services.page_keys import AlreadyCarriedOut


@blueprint.post("/<int:task_id>/extension")
@needs(Permission.TASK_DO)
def ask_extension(task_id: int) -> ResponseReturnValue:
    """Ask for the extension that the item declares, or that of the joint limit, with reasons."""
    by = signed_in()
    reason = request.form.get("extension_reason", "")
    try:
        joint = request.form.get("clock") == "joint"
        request_extension(task_id, by=by, reason=reason, key=request.form.get("key", ""), joint=joint)
    except Incomplete as incomplete:
        errors = {incomplete.field: incomplete.words}
        return with_frames(page_of(workspace(task_id, by), by, request.form, errors=errors), incomplete.status)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return refused_page(task_id, by, refusal)
    flash(gettext("已申请延期，等待批准。"), "success")
    return redirect(url_for("task.show", task_id=task_id))
