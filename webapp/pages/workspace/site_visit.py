"""Beside the act of a joint visit: its photos, sent from the phone one by one, and declining to sign its record."""

from __future__ import annotations

import secrets
from typing import IO

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import ActRefused, FileRefused, Incomplete, NotFound
from webapp.identity import signed_in
from webapp.pages.support import needs, words
from webapp.pages.workspace.beside_act import page_beside, refused_beside
from webapp.pages.workspace.points import groups_of
from webapp.pages.workspace.typed import revision_of, text, typed_moment
from webapp.pages.workspace.views import blueprint
from webapp.permissions import Permission
from webapp.queries.site_visits import site_visit_of
from webapp.queries.workspace import workspace
from webapp.services import visit_photos, visit_records
from webapp.services.files import LARGEST_FILE, Upload
from webapp.services.visit_photos import Said, Shot


@blueprint.get("/<int:task_id>/visit-photos")
@needs(Permission.TASK_SEE)
def visit_photo_list(task_id: int) -> ResponseReturnValue:
    """The photos that the office has so far: the part of the page that a script puts in place of what it shows.

    A task that is no visit has none.
    """
    by = signed_in()
    task = workspace(task_id, by)
    site_visit = site_visit_of(task_id, task.rules.calendar)
    names = {point.key: words(point.text) for group in groups_of(task) for point in group.points}
    return render_template(
        "task/acts/_visit_photos.html",
        task=task,
        site_visit=site_visit,
        point_names=names,
        me=by.user_id,
        removable=task.is_open and not task.signers,
    )


@blueprint.post("/<int:task_id>/visit-photos")
@needs(Permission.TASK_SEE)
def add_visit_photos(task_id: int) -> ResponseReturnValue:
    """Keep photos. A script sends one, with the phone's own mark of it, and is answered in a word; a form sends some,
    and everything else that was typed stays on the page that comes back.
    """
    by, by_itself = signed_in(), request.accept_mimetypes.best == "application/json"
    key = text(request.form, "device_key")
    shots = []
    for file in request.files.getlist("photo"):
        with file.stream as content:
            if file.filename:
                upload = Upload(file.filename, _no_more_than_needed(content))
                shots.append(Shot(upload, key or secrets.token_hex(16)))
    said = Said(
        text(request.form, "photo_point"),
        typed_moment(request.form, "photo_taken_at"),
        text(request.form, "photo_place"),
    )

    def act() -> None:
        visit_photos.add_photos(task_id, shots, by=by, said=said)

    if not by_itself:
        return refused_beside(task_id, by, act) or page_beside(task_id, by, {}, 200)
    try:
        act()
    except NotFound:
        raise
    except FileRefused as refused:
        return jsonify(message=words(refused.words)), refused.status
    except Incomplete as incomplete:
        return jsonify(message=words(incomplete.words)), incomplete.status
    except ActRefused as refusal:
        return jsonify(message=words(refusal.words)), refusal.status
    return jsonify(kept=key)


def _no_more_than_needed(content: IO[bytes]) -> bytes:
    """The file, or one byte more than a file may have: the rest of what is refused anyway stays on the disk."""
    return content.read(LARGEST_FILE + 1)


@blueprint.post("/<int:task_id>/visit-photos/<int:photo_id>/remove")
@needs(Permission.TASK_SEE)
def remove_visit_photo(task_id: int, photo_id: int) -> ResponseReturnValue:
    """Take out a photo of one's own, before the record is signed."""
    by = signed_in()
    refused = refused_beside(task_id, by, lambda: visit_photos.remove_photo(task_id, photo_id, by=by))
    return refused or page_beside(task_id, by, {}, 200)


@blueprint.post("/<int:task_id>/visit-return")
@needs(Permission.TASK_SEE)
def return_visit(task_id: int) -> ResponseReturnValue:
    """Decline to sign: the record goes back to who wrote it, with the reason."""
    by, form = signed_in(), request.form

    def act() -> None:
        visit_records.return_record(
            task_id,
            by=by,
            reason=text(form, "return_reason"),
            digest=text(form, "digest"),
            revision=revision_of(form),
            key=text(form, "key"),
        )

    refused = refused_beside(task_id, by, act)
    if refused is not None:
        return refused
    flash(gettext("已退回核查记录，首签人员会收到理由。"), "success")
    return redirect(url_for("task.show", task_id=task_id))
