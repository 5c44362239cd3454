"""回避: declared at a task by whoever has the conflict; listed, and lifted by who leads the department."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.conflicts import conflict_task, conflicts_for
from webapp.services import conflicts

blueprint = Blueprint("conflicts", __name__)


@blueprint.get("/conflicts")
@needs(Permission.SUBSTITUTE_SEE)
def show() -> ResponseReturnValue:
    """One's own, and for who leads the department all of its people's."""
    return _list()


@blueprint.post("/conflicts/<int:conflict_id>/lift")
@needs(Permission.CONFLICT_LIFT)
def lift(conflict_id: int) -> ResponseReturnValue:
    """The conflict holds no more, for reasons."""
    try:
        conflicts.lift_conflict(conflict_id, by=signed_in(), reason=request.form.get("reason", ""))
    except Incomplete as incomplete:
        return _list(incomplete, conflict_id)
    flash(gettext("回避已撤回，该人员可以继续办理。"), "success")
    return redirect(url_for("conflicts.show"))


@blueprint.get("/tasks/<int:task_id>/conflict")
@needs(Permission.TASK_SEE)
def ask(task_id: int) -> ResponseReturnValue:
    """What a declared conflict means, and the form."""
    return _form(task_id)


@blueprint.post("/tasks/<int:task_id>/conflict")
@needs(Permission.TASK_SEE)
def declare(task_id: int) -> ResponseReturnValue:
    """Declared: the task is gone from one's work."""
    try:
        conflicts.declare_conflict(
            task_id,
            by=signed_in(),
            kind=request.form.get("kind", ""),
            reason=request.form.get("reason", ""),
            whole_case=request.form.get("scope") == "case",
            key=request.form.get("key", ""),
        )
    except Incomplete as incomplete:
        return _form(task_id, incomplete)
    flash(gettext("已登记回避，并告知本部门负责人另行安排。"), "success")
    return redirect(url_for("inbox.inbox"))


def _list(incomplete: Incomplete | None = None, wrong: int = 0) -> ResponseReturnValue:
    page = render_template(
        "conflicts/list.html",
        lines=conflicts_for(signed_in()),
        wrong=wrong,
        typed=request.form,
        errors={f"reason-{wrong}": words(incomplete.faults["reason"])} if incomplete else {},
    )
    return page, incomplete.status if incomplete else 200


def _form(task_id: int, incomplete: Incomplete | None = None) -> ResponseReturnValue:
    page = render_template(
        "conflicts/declare.html",
        task=conflict_task(task_id, signed_in()),
        kinds=[(key, words(name)) for key, name in conflicts.KINDS.items()],
        longest=conflicts.LONGEST_REASON,
        typed=request.form,
        errors={field: words(said) for field, said in incomplete.faults.items()} if incomplete else {},
    )
    return page, incomplete.status if incomplete else 200
