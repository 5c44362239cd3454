"""补正 at the window: what was asked for word for word, the materials added, and back to the department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.application.uploads import uploads_named
from webapp.pages.support import needs, words
from webapp.pages.window.blueprint import blueprint, take
from webapp.permissions import Permission
from webapp.queries.correcting import CorrectionPage, correction_page
from webapp.services import access, corrections, intake
from webapp.services.materials import TooManyFiles


@blueprint.get("/corrections/<int:task_id>")
@needs(Permission.CASE_RECEIVE)
def correct(task_id: int) -> ResponseReturnValue:
    """The request of the department and the materials of its item."""
    page = correction_page(signed_in(), task_id)
    access.note(signed_in(), page.case_id, f"correction:{task_id}")
    return _page(page, {})


@blueprint.post("/corrections/<int:task_id>/materials/<material_key>")
@needs(Permission.CASE_RECEIVE)
def add_to_material(task_id: int, material_key: str) -> ResponseReturnValue:
    """Add files to a material; a refused file is named, the others stay."""
    page = correction_page(signed_in(), task_id)
    material = page.material(material_key)
    try:
        take(task_id, page.revision, by=signed_in())
        refused = corrections.add_files(
            task_id, material_key, uploads_named("files"), by=signed_in(), **_terms(page, material_key)
        )
    except (Incomplete, TooManyFiles) as refusal:
        return _page(page, {material_key: [refusal.words]}, refusal.status)
    if refused:
        page = correction_page(signed_in(), task_id)
        return _page(page, {material_key: [one.words for one in refused]}, 422)
    flash(gettext("已补入：%(name)s", name=words(material.material.name)), "success")
    return redirect(url_for("window.correct", task_id=task_id) + f"#material-{material_key}")


@blueprint.get("/corrections/<int:task_id>/materials/<material_key>/camera")
@needs(Permission.CASE_RECEIVE)
def camera(task_id: int, material_key: str) -> ResponseReturnValue:
    """The document camera for one material."""
    page = correction_page(signed_in(), task_id)
    access.note(signed_in(), page.case_id, f"correction:{task_id}")
    return render_template("window/camera.html", page=page, row=page.material(material_key))


@blueprint.post("/corrections/<int:task_id>/materials/<material_key>/pages")
@needs(Permission.CASE_RECEIVE)
def add_captured(task_id: int, material_key: str) -> ResponseReturnValue:
    """Bind the captured pages to one PDF and add it; the answer is for the page's script."""
    page = correction_page(signed_in(), task_id)
    try:
        take(task_id, page.revision, by=signed_in())
        corrections.add_pages(
            task_id, material_key, uploads_named("pages"), by=signed_in(), **_terms(page, material_key)
        )
    except (FileRefused, ActRefused) as refusal:
        return jsonify(message=words(refusal.words)), refusal.status
    return jsonify(next=url_for("window.correct", task_id=task_id) + f"#material-{material_key}")


@blueprint.post("/corrections/<int:task_id>")
@needs(Permission.CASE_RECEIVE)
def answer(task_id: int) -> ResponseReturnValue:
    """The correction is complete: back to the department, whose acceptance task opens again."""
    by = signed_in()
    page = correction_page(by, task_id)
    intake.answer_correction(
        task_id,
        by=by,
        note=request.form.get("note", ""),
        revision=take(task_id, request.form.get("revision", type=int) or 0, by=by),
        key=request.form.get("key", ""),
    )
    flash(gettext("已退回部门继续受理审查：%(item)s", item=words(page.item.name)), "success")
    return redirect(url_for("window.result", case_id=page.case_id))


class Terms(TypedDict):
    """How a material is handed in."""

    form: str
    copies: int
    provided_by: str


def _terms(page: CorrectionPage, material_key: str) -> Terms:
    """As posted, else as before; 0 copies for what is no number, which the command refuses in its words."""
    row, copies = page.material(material_key), request.form.get("copies", "")
    before = row.submitted.provided_by if row.submitted else ""
    number = int(copies) if copies.isdecimal() and len(copies) < 4 else 0
    return Terms(
        form=request.form.get("form") or row.form,
        copies=number if copies else row.copies,
        provided_by=(request.form.get("provided_by") or before).strip(),
    )


def _page(page: CorrectionPage, refused: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    asked = page.asked
    shown = render_template(
        "window/correct.html",
        page=page,
        asked_text=(asked.en if language() == "en" else asked.zh) if asked else None,
        refused=refused,
        names={row.key: row.material.name for row in page.materials},
        me=signed_in().user_id,
    )
    return shown, status
