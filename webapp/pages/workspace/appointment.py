"""Appointing the joint visit from the workspace of its task."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import signed_in
from webapp.pages.cases import with_frames
from webapp.pages.support import needs
from webapp.pages.workspace.typed import typed_moment
from webapp.pages.workspace.views import blueprint, page_of, refused_page
from webapp.permissions import Permission
from webapp.queries.workspace import workspace
from webapp.services.appointments import appoint_visit
from webapp.services.page_keys import AlreadyCarriedOut


@blueprint.post("/<int:task_id>/appointment")
@needs(Permission.TASK_SEE)
def appoint(task_id: int) -> ResponseReturnValue:
    """Say when and where the officers come; the applicant reads it on the tracking page."""
    by = signed_in()
    try:
        appoint_visit(
            task_id,
            by=by,
            at=typed_moment(request.form, "visit_at"),
            place=request.form.get("visit_place", ""),
            contact=request.form.get("visit_contact", ""),
            note=request.form.get("visit_note", ""),
            key=request.form.get("key", ""),
        )
    except Incomplete as incomplete:
        errors = {incomplete.field: incomplete.words}
        return with_frames(page_of(workspace(task_id, by), by, request.form, errors=errors), incomplete.status)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return refused_page(task_id, by, refusal)
    flash(gettext("已约定联合核查，申请人可以在查询页看到。"), "success")
    return redirect(url_for("task.show", task_id=task_id))
