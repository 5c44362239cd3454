"""A task's marks: the day on which one comes back to it, and what a lead has set first."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import clock, moments
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.addresses import came_from, safe_next
from webapp.pages.inbox.blueprint import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.task_marks import marks_of
from webapp.services import task_marks


@blueprint.get("/tasks/<int:task_id>")
@needs(Permission.INBOX_SEE)
def mark(task_id: int) -> ResponseReturnValue:
    """The marks of one task."""
    return _page(task_id)


@blueprint.post("/tasks/<int:task_id>/follow-up")
@needs(Permission.INBOX_SEE)
def follow_up(task_id: int) -> ResponseReturnValue:
    """Come back on this day; nothing typed, or `clear` pressed: no longer."""
    typed = request.form.get("on_day", "").strip()
    try:
        task_marks.follow_up(task_id, None if "clear" in request.form else _day(typed), by=signed_in())
    except Incomplete as incomplete:
        return _page(task_id, incomplete)
    flash(gettext("跟进日期已清除。") if "clear" in request.form else gettext("跟进日期已设置。"), "success")
    return redirect(_back())


@blueprint.post("/tasks/<int:task_id>/first")
@needs(Permission.TASK_SET_FIRST)
def set_first(task_id: int) -> ResponseReturnValue:
    """Before all others of its posts, or back in the order of its limit."""
    first = request.form.get("first") == "1"
    task_marks.set_first(task_id, first, by=signed_in())
    flash(gettext("已设为优先。") if first else gettext("已取消优先。"), "success")
    return redirect(_back())


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as not_a_day:
        raise Incomplete("on_day", task_marks.DAY_WRONG) from not_a_day


def _back() -> str:
    asked_for = request.form.get("next")
    return safe_next(asked_for) if asked_for else url_for("inbox.inbox")


def _page(task_id: int, incomplete: Incomplete | None = None) -> ResponseReturnValue:
    came = came_from()
    back = request.form.get("next") or (came if came.startswith(url_for("inbox.inbox")) else url_for("inbox.inbox"))
    return (
        render_template(
            "inbox/marks.html",
            task=marks_of(task_id, signed_in()),
            back=safe_next(back),
            today=clock.today(moments.OFFICE_ZONE),
            typed=request.form.get("on_day") if incomplete else None,
            errors={field: words(said) for field, said in incomplete.faults.items()} if incomplete else {},
        ),
        incomplete.status if incomplete else 200,
    )
