"""Asking for a longer limit from the workspace of a task; granting it is a task of its own."""

from __future__ import annotations

from functools import partial

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.pages.workspace.beside_act import refused_beside
from webapp.pages.workspace.views import blueprint
from webapp.permissions import Permission
from webapp.services.extensions import request_extension


@blueprint.post("/<int:task_id>/extension")
@needs(Permission.TASK_DO)
def ask_extension(task_id: int) -> ResponseReturnValue:
    """Ask for the extension that the item declares, or that of the joint limit, with reasons."""
    by = signed_in()
    reason, joint = request.form.get("extension_reason", ""), request.form.get("clock") == "joint"
    ask = partial(request_extension, task_id, by=by, reason=reason, key=request.form.get("key", ""), joint=joint)
    if refused := refused_beside(task_id, by, ask):
        return refused
    flash(gettext("已申请延期，等待批准。"), "success")
    return redirect(url_for("task.show", task_id=task_id))
