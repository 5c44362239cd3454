"""Notes on the pages of documents: written, and taken off again by who wrote them."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.support import needs, words
from webapp.pages.workspace.views import blueprint
from webapp.permissions import Permission
from webapp.services.file_notes import Area, add_note, remove_note

SIDES = ("left", "top", "width", "height")


@blueprint.post("/<int:task_id>/files/<int:file_id>/notes")
@needs(Permission.TASK_SEE)
def write_note(task_id: int, file_id: int) -> ResponseReturnValue:
    """Keep words on a page, and on a part of it where one was drawn."""
    page = request.form.get("page", 0, type=int)
    try:
        add_note(task_id, file_id, page=page, area=_area(), words=request.form.get("words", ""), by=signed_in())
    except Incomplete as incomplete:
        flash(words(incomplete.words), "error")
    else:
        flash(gettext("批注已保存。"), "success")
    return redirect(
        url_for("task.show", task_id=task_id, document=file_id, page=page or None, _anchor=f"file-{file_id}")
    )


@blueprint.post("/<int:task_id>/notes/<int:note_id>/remove")
@needs(Permission.TASK_SEE)
def take_off(task_id: int, note_id: int) -> ResponseReturnValue:
    """Take one's own note off again."""
    remove_note(task_id, note_id, by=signed_in())
    flash(gettext("批注已删除。"), "success")
    file_id = request.form.get("file", 0, type=int)
    return redirect(url_for("task.show", task_id=task_id, document=file_id or None, _anchor=f"file-{file_id}"))


def _area() -> Area | None:
    """The part of the page that was drawn; None where none was."""
    sides = [request.form.get(name, type=int) for name in SIDES]
    given = [side for side in sides if side is not None]
    return Area(*given) if len(given) == len(SIDES) else None
