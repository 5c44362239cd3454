"""Suspending a case and resuming it, from the case's own page."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages import cases
from webapp.pages.repair.blueprint import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case
from webapp.services import suspension


@blueprint.post("/suspend")
@needs(Permission.CASE_SUSPEND)
def suspend(case_id: int) -> ResponseReturnValue:
    """Let the case's processes stand still."""
    by, form = signed_in(), request.form
    ensure_case(by, case_id)
    try:
        suspension.suspend(case_id, by=by, reason=form.get("reason", ""), key=form.get("key", ""))
    except Incomplete as refusal:
        return cases.shown(case_id, {"suspend_reason": [refusal.words]}, refusal.status)
    flash(gettext("流程已挂起。"), "success")
    return redirect(url_for("case.show", case_id=case_id))


@blueprint.post("/resume")
@needs(Permission.CASE_SUSPEND)
def resume(case_id: int) -> ResponseReturnValue:
    """Let them go on."""
    by, form = signed_in(), request.form
    ensure_case(by, case_id)
    try:
        suspension.resume(case_id, by=by, reason=form.get("reason", ""), key=form.get("key", ""))
    except Incomplete as refusal:
        return cases.shown(case_id, {"resume_reason": [refusal.words]}, refusal.status)
    flash(gettext("流程已恢复，到期的定时事件和后台作业随即执行。"), "success")
    return redirect(url_for("case.show", case_id=case_id))
