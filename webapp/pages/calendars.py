"""Tables of working days: those in force, and the import of the next one. Every limit that it touches is recomputed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.identity import signed_in
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.calendars import calendars_page
from webapp.services.calendars import CalendarRefused, import_calendar

blueprint = Blueprint("calendars", __name__, url_prefix="/calendars")


@blueprint.get("")
@needs(Permission.CALENDAR_SEE)
def show() -> ResponseReturnValue:
    """The tables in force. `?place=`: the local rules of another place."""
    return _page()


@blueprint.post("")
@needs(Permission.CALENDAR_IMPORT)
def bring_in() -> ResponseReturnValue:
    """Import a table. A refused one is told with everything that is wrong with it."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _page({"file": [gettext("请选择文件。")]}), 422
    try:
        imported = import_calendar(upload.read(), upload.filename, by=signed_in())
    except CalendarRefused as refused:
        reasons = [f"{words(one.message)}{words(one.remedy)}" for one in refused.findings]
        return _page({"file": reasons}), refused.status
    flash(gettext("已导入，%(count)s 件办件的时限将重新计算。", count=len(imported.cases)), "success")
    return redirect(url_for("calendars.show", place=imported.table.place or None))


def _page(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "calendars/show.html", page=calendars_page(request.args.get("place", "")), errors=errors or {}
    )
