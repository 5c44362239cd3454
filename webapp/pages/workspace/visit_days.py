"""Beside the task of a joint visit: putting days to the units that take part, calling that off, fixing a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from webapp.errors import Incomplete
from webapp.identity import Identity, signed_in
from webapp.pages.support import needs
from webapp.pages.workspace.beside_act import refused_beside
from webapp.pages.workspace.typed import text, typed_day
from webapp.pages.workspace.views import blueprint
from webapp.permissions import Permission
from webapp.services import visit_days
from webapp.services.appointments import Told
from webapp.services.visit_days import Day, Fixed


@blueprint.post("/<int:task_id>/visit-days")
@needs(Permission.TASK_SEE)
def ask_visit_days(task_id: int) -> ResponseReturnValue:
    """Put days to the units; they read it in their inbox."""
    form = request.form

    def act(by: Identity) -> None:
        days = _days()
        visit_days.ask_days(task_id, days, by=by, note=text(form, "days_note"), key=text(form, "key"))

    return _acted(task_id, act, gettext("已向各单位征询日期，各单位可以在“请我协办”中答复。"))


def _days() -> list[Day]:
    """The rows of the form that have a day: a day and its part in each. Raises Incomplete for what is no day."""
    found = []
    for said, part in zip(request.form.getlist("day"), request.form.getlist("part"), strict=False):
        if said.strip():
            on_day = typed_day(MultiDict({"day": said}), "day")
            if on_day is None:
                raise Incomplete("visit_days", visit_days.NO_DAY)
            found.append(Day(on_day, part))
    return found


@blueprint.post("/<int:task_id>/visit-days/<int:round_id>/off")
@needs(Permission.TASK_SEE)
def call_off_visit_days(task_id: int, round_id: int) -> ResponseReturnValue:
    """The units are asked no longer, and told why."""
    form = request.form

    def act(by: Identity) -> None:
        visit_days.call_off_days(task_id, round_id, by=by, reason=text(form, "off_reason"), key=text(form, "key"))

    return _acted(task_id, act, gettext("已结束日期征询，并通知各单位。"))


@blueprint.post("/<int:task_id>/visit-days/<int:round_id>/fix")
@needs(Permission.TASK_SEE)
def fix_visit_day(task_id: int, round_id: int) -> ResponseReturnValue:
    """Appoint the visit on one of the days; applicant and units read it."""
    form = request.form

    def act(by: Identity) -> None:
        fixed = Fixed(form.get("visit_day", 0, type=int), _time(text(form, "visit_time")), text(form, "fix_reason"))
        told = Told(text(form, "visit_place"), text(form, "visit_contact"), text(form, "visit_note"))
        visit_days.fix_day(task_id, round_id, fixed, by=by, told=told, key=text(form, "key"))

    return _acted(task_id, act, gettext("已确定核查日期，申请人可以在查询页看到，各单位已收到通知。"))


def _time(said: str) -> time | None:
    try:
        return time.fromisoformat(said).replace(tzinfo=None)
    except ValueError:
        return None


def _acted(task_id: int, act: Callable[[Identity], None], done: str) -> ResponseReturnValue:
    by = signed_in()
    refused = refused_beside(task_id, by, lambda: act(by))
    if refused is not None:
        return refused
    flash(done, "success")
    return redirect(url_for("task.show", task_id=task_id))
