"""Beside the act of a verification: photos, the draw of officers, and stepping aside."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.pages.workspace.beside_act import page_beside, refused_beside
from webapp.pages.workspace.typed import typed_moment
from webapp.pages.workspace.views import blueprint
from webapp.permissions import Permission
from webapp.services import draws, verification_photos
from webapp.services.files import Upload


@blueprint.post("/<int:task_id>/photos")
@needs(Permission.TASK_SEE)
def add_photos(task_id: int) -> ResponseReturnValue:
    """Keep the photos chosen; everything else that was typed stays on the page that comes back."""
    by = signed_in()
    uploads = []
    for file in request.files.getlist("photo"):
        with file.stream as content:
            if file.filename:
                uploads.append(Upload(file.filename, content.read()))

    def act() -> None:
        verification_photos.add_photos(
            task_id,
            uploads,
            by=by,
            point=request.form.get("photo_point", ""),
            taken_at=typed_moment(request.form, "photo_taken_at"),
            place=request.form.get("photo_place", ""),
            key=request.form.get("photo_key", ""),
        )

    return refused_beside(task_id, by, act) or page_beside(task_id, by, {}, 200)


@blueprint.post("/<int:task_id>/photos/<int:photo_id>/remove")
@needs(Permission.TASK_SEE)
def remove_photo(task_id: int, photo_id: int) -> ResponseReturnValue:
    """Take a photo out again, before the record is signed."""
    by = signed_in()
    key = request.form.get("photo_key", "")
    refused = refused_beside(task_id, by, lambda: verification_photos.remove_photo(task_id, photo_id, by=by, key=key))
    return refused or page_beside(task_id, by, {}, 200)


@blueprint.post("/<int:task_id>/draw")
@needs(Permission.TASK_SEE)
def draw(task_id: int) -> ResponseReturnValue:
    """Draw the officers of a verification that has none yet."""
    by = signed_in()
    key = request.form.get("key", "")
    refused = refused_beside(task_id, by, lambda: draws.draw_now(task_id, by=by, key=key))
    return refused or _done(task_id, gettext("核查人员已抽取，抽取记录已留存。"))


@blueprint.post("/<int:task_id>/aside")
@needs(Permission.TASK_SEE)
def step_aside(task_id: int) -> ResponseReturnValue:
    """An officer cannot: a conflict, or another reason; who was drawn is replaced by a further draw."""
    by = signed_in()
    form = request.form

    def act() -> None:
        draws.step_aside(
            task_id,
            by=by,
            officer=form.get("officer", by.user_id, type=int),
            kind=form.get("kind", ""),
            reason=form.get("aside_reason", ""),
            key=form.get("key", ""),
        )

    return refused_beside(task_id, by, act) or _done(task_id, gettext("已记录。被抽中的人员已由再次抽取的人员替换。"))


def _done(task_id: int, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("task.show", task_id=task_id))
