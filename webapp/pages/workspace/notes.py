"""Notes on the pages of documents: written, and taken off again by who wrote them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity, signed_in
from webapp.pages.support import needs, words
from webapp.pages.workspace.views import blueprint, offers_points
from webapp.permissions import Permission
from webapp.queries.desk_parts import desk_of
from webapp.queries.workspace import workspace
from webapp.services.file_notes import Area, add_note, remove_note

SIDES = ("left", "top", "width", "height")


@blueprint.post("/<int:task_id>/files/<int:file_id>/notes")
@needs(Permission.TASK_SEE)
def write_note(task_id: int, file_id: int) -> ResponseReturnValue:
    """Keep words on a page, and on a part of it where one was drawn."""
    by, page = signed_in(), request.form.get("page", 0, type=int)
    try:
        add_note(task_id, file_id, page=page, area=_area(), words=request.form.get("words", ""), by=by)
    except Incomplete as incomplete:
        return _answer(task_id, file_id, by, wrong=incomplete.words)
    return _answer(task_id, file_id, by, done=gettext("批注已保存。"), page=page)


@blueprint.post("/<int:task_id>/notes/<int:note_id>/remove")
@needs(Permission.TASK_SEE)
def take_off(task_id: int, note_id: int) -> ResponseReturnValue:
    """Take one's own note off again."""
    by = signed_in()
    remove_note(task_id, note_id, by=by)
    return _answer(task_id, request.form.get("file", 0, type=int), by, done=gettext("批注已删除。"))


def _answer(
    task_id: int, file_id: int, by: Identity, *, done: str = "", wrong: Words | None = None, page: int | None = None
) -> ResponseReturnValue:
    """The notes alone where the page's script asked, else the page with the document open again."""
    if "HX-Request" not in request.headers:
        flash(words(wrong) if wrong else done, "error" if wrong else "success")
        return redirect(url_for("task.show", task_id=task_id, document=file_id, page=page, _anchor=f"file-{file_id}"))
    task = workspace(task_id, by)
    return render_template(
        "workspace/_notes_part.html",
        task_id=task_id,
        file_id=file_id,
        notes=desk_of(task, by).notes.get(file_id, []),
        wrong=wrong,
        offers_points=offers_points(task, by),
    ), 422 if wrong else 200


def _area() -> Area | None:
    """The part of the page that was drawn; None where none was."""
    sides = [request.form.get(name, type=int) for name in SIDES]
    given = [side for side in sides if side is not None]
    return Area(*given) if len(given) == len(SIDES) else None
