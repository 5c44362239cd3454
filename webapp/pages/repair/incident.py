"""One incident: what it is, and what can be done about it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete, NotFound
from webapp.identity import signed_in
from webapp.pages.repair.blueprint import Errors, blueprint, opened
from webapp.pages.repair.typed import NEW_ROWS, added, corrected, rows_of
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case, has_incident
from webapp.queries.incident_page import incident_page
from webapp.services import incidents

LABELS = {
    "reason": Words("更正原因", "Reason"),
    "skip_reason": Words("跳过原因", "Reason"),
    "variables": Words("变量", "Variables"),
}


@blueprint.get("/incidents/<int:incident_id>")
@needs(Permission.INCIDENT_REPAIR)
def incident(case_id: int, incident_id: int) -> ResponseReturnValue:
    """The incident with the variables that its element sees. That they were read is noted."""
    return _page(case_id, incident_id, {})


@blueprint.post("/incidents/<int:incident_id>/correct")
@needs(Permission.INCIDENT_REPAIR)
def correct(case_id: int, incident_id: int) -> ResponseReturnValue:
    """Correct variables, then try again."""
    by, form = signed_in(), request.form
    _ensure_there(case_id, incident_id)
    typed = corrected(form)
    if typed.errors:
        return _page(case_id, incident_id, typed.errors, 422)
    reason, key = form.get("reason", ""), form.get("key", "")
    try:
        failed = incidents.correct_and_retry(incident_id, typed.values, by=by, reason=reason, key=key)
    except Incomplete as refusal:
        return _page(case_id, incident_id, {refusal.field: [refusal.words]}, refusal.status)
    if failed is not None:
        flash(gettext("变量已更正，重试后又失败了：%(why)s", why=words(failed)), "warning")
    else:
        flash(gettext("变量已更正，已重新提交。"), "success")
    return redirect(url_for("case.show", case_id=case_id))


@blueprint.post("/incidents/<int:incident_id>/skip")
@needs(Permission.INCIDENT_REPAIR)
def skip(case_id: int, incident_id: int) -> ResponseReturnValue:
    """Pass over the failed step."""
    by, form = signed_in(), request.form
    _ensure_there(case_id, incident_id)
    typed = added(form, "result")
    if typed.errors:
        return _page(case_id, incident_id, typed.errors, 422)
    reason, key = form.get("skip_reason", ""), form.get("key", "")
    try:
        incidents.skip_incident(incident_id, by=by, reason=reason, key=key, results=typed.values)
    except Incomplete as refusal:
        return _page(case_id, incident_id, {"skip_reason": [refusal.words]}, refusal.status)
    flash(gettext("已跳过此步骤，流程继续。"), "success")
    return redirect(url_for("case.show", case_id=case_id))


def _ensure_there(case_id: int, incident_id: int) -> None:
    """Raises NotFound unless the incident is one of this case, which the person may see."""
    ensure_case(signed_in(), case_id)
    if not has_incident(case_id, incident_id):
        raise NotFound()


def _page(case_id: int, incident_id: int, errors: Errors, status: int = 200) -> ResponseReturnValue:
    by = signed_in()
    ensure_case(by, case_id)
    page = incident_page(case_id, incident_id)
    rows = rows_of(page.variables)
    rendered = render_template(
        "repair/incident.html",
        **opened(by, case_id, f"incident:{incident_id}"),
        incident=page.view,
        page=page,
        rows=rows,
        new_rows=range(NEW_ROWS),
        typed=request.form,
        errors=errors,
        labels={**LABELS, **{f"value-{number}": row.name for number, row in enumerate(rows)}},
    )
    return rendered, status
