"""Appointing the joint visit from the workspace of its task."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.pages.workspace.beside_act import refused_beside
from webapp.pages.workspace.typed import text, typed_moment
from webapp.pages.workspace.views import blueprint
from webapp.permissions import Permission
from webapp.services.appointments import Told, appoint_visit


@blueprint.post("/<int:task_id>/appointment")
@needs(Permission.TASK_SEE)
def appoint(task_id: int) -> ResponseReturnValue:
    """Say when and where the officers come; the applicant reads it on the tracking page."""
    by, form = signed_in(), request.form
    told = Told(text(form, "visit_place"), text(form, "visit_contact"), text(form, "visit_note"))

    def act() -> None:
        appoint_visit(task_id, by=by, at=typed_moment(form, "visit_at"), told=told, key=text(form, "key"))

    refused = refused_beside(task_id, by, act)
    if refused is not None:
        return refused
    flash(gettext("已约定联合核查，申请人可以在查询页看到。"), "success")
    return redirect(url_for("task.show", task_id=task_id))
