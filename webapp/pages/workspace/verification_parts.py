"""Beside the act of a verification: photos, the draw of officers, and stepping aside."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import ActRefused, FileRefused, Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.cases import with_frames
from webapp.pages.support import needs
from webapp.pages.workspace.acts import Errors
from webapp.pages.workspace.typed import typed_moment
from webapp.pages.workspace.views import blueprint, page_of, refused_page
from webapp.permissions import Permission
from webapp.queries.workspace import workspace
from webapp.services import draws, verification_photos
from webapp.services.files import Upload
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.unit_of_work import let_go


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

    return _refused(task_id, by, act) or _page(task_id, by, {}, 200)


@blueprint.post("/<int:task_id>/photos/<int:photo_id>/remove")
@needs(Permission.TASK_SEE)
def remove_photo(task_id: int, photo_id: int) -> ResponseReturnValue:
    """Take a photo out again, before the record is signed."""
    by = signed_in()
    key = request.form.get("photo_key", "")
    refused = _refused(task_id, by, lambda: verification_photos.remove_photo(task_id, photo_id, by=by, key=key))
    return refused or _page(task_id, by, {}, 200)


@blueprint.post("/<int:task_id>/draw")
@needs(Permission.TASK_SEE)
def draw(task_id: int) -> ResponseReturnValue:
    """Draw the officers of a verification that has none yet."""
    by = signed_in()
    key = request.form.get("key", "")
    refused = _refused(task_id, by, lambda: draws.draw_now(task_id, by=by, key=key))
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

    return _refused(task_id, by, act) or _done(task_id, gettext("已记录。被抽中的人员已由再次抽取的人员替换。"))


def _refused(task_id: int, by: Identity, act: Callable[[], None]) -> ResponseReturnValue | None:
    """Do it; the page with what is wrong beside its field, or with why it was refused, or None."""
    try:
        act()
    except FileRefused as refused:
        return _page(task_id, by, {"photo": refused.words}, refused.status)
    except Incomplete as incomplete:
        return _page(task_id, by, dict(incomplete.faults), incomplete.status)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return refused_page(task_id, by, refusal)
    return None


def _done(task_id: int, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("task.show", task_id=task_id))


def _page(task_id: int, by: Identity, errors: Errors, status: int) -> ResponseReturnValue:
    let_go()
    return with_frames(page_of(workspace(task_id, by), by, request.form, errors=errors), status)
