"""容缺受理 beside the act of a task: offered at the acceptance review, and its day moved for force majeure."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import Incomplete
from webapp.identity import Identity, signed_in
from webapp.pages.application.uploads import upload_named
from webapp.pages.support import needs
from webapp.pages.workspace.beside_act import refused_beside
from webapp.pages.workspace.views import blueprint
from webapp.permissions import Permission
from webapp.services.tolerance import move_date
from webapp.services.tolerance_offers import offer


@blueprint.post("/<int:task_id>/tolerance")
@needs(Permission.TASK_DO)
def offer_tolerance(task_id: int) -> ResponseReturnValue:
    """What is missing may follow, if the applicant promises so."""

    def offered(by: Identity) -> None:
        sent = request.form
        try:
            offer(
                task_id,
                sent.getlist("offered"),
                note=sent.get("offer_note", ""),
                by=by,
                key=sent.get("key", ""),
            )
        except Incomplete as incomplete:
            raise (Incomplete("offered", incomplete.words) if incomplete.field == "materials" else incomplete) from None

    return _done(task_id, offered, gettext("已提出容缺受理，等待申请人书面承诺；受理时限继续计算。"))


@blueprint.post("/<int:task_id>/tolerance-date")
@needs(Permission.TASK_DO)
def move_tolerance(task_id: int) -> ResponseReturnValue:
    """Force majeure moves the promised day, once, with reason and evidence."""

    def moved(by: Identity) -> None:
        sent = request.form
        move_date(
            task_id,
            by=by,
            reason=sent.get("majeure_reason", ""),
            evidence=upload_named("evidence"),
            key=sent.get("key", ""),
        )

    return _done(task_id, moved, gettext("补齐期限已顺延一次。"))


def _done(task_id: int, act: Callable[[Identity], None], told: str) -> ResponseReturnValue:
    by = signed_in()
    if refused := refused_beside(task_id, by, lambda: act(by), file="evidence"):
        return refused
    flash(told, "success")
    return redirect(url_for("task.show", task_id=task_id))
