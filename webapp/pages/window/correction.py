"""补正 at the window: what was asked for, word for word; materials and answers put right; back to the department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import AnswersInvalid, Words
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.application.uploads import uploads_named
from webapp.pages.correction_parts import handed_in, posted_answers
from webapp.pages.support import needs, words
from webapp.pages.window.blueprint import blueprint, take
from webapp.permissions import Permission
from webapp.queries.correcting import CorrectionPage, correction_page
from webapp.services import access, correcting
from webapp.services.corrected_answers import NotAsked
from webapp.services.correcting import AtWindow
from webapp.services.corrections import CorrectionLate
from webapp.services.materials import TooManyFiles


@blueprint.get("/corrections/<int:task_id>")
@needs(Permission.CASE_RECEIVE)
def correct(task_id: int) -> ResponseReturnValue:
    """The request of the department and what it asks for."""
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
        refused = correcting.add_files(
            AtWindow(task_id, signed_in()),
            material_key,
            uploads_named("files"),
            handed_in(page, material_key, request.form),
        )
    except (Incomplete, TooManyFiles, CorrectionLate) as refusal:
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
        correcting.add_pages(
            AtWindow(task_id, signed_in()),
            material_key,
            uploads_named("pages"),
            handed_in(page, material_key, request.form),
        )
    except (FileRefused, ActRefused) as refusal:
        return jsonify(message=words(refusal.words)), refusal.status
    return jsonify(next=url_for("window.correct", task_id=task_id) + f"#material-{material_key}")


@blueprint.post("/corrections/<int:task_id>/answers")
@needs(Permission.CASE_RECEIVE)
def save_answers(task_id: int) -> ResponseReturnValue:
    """Keep corrected answers; what the form does not take stays on the page with its error."""
    page = correction_page(signed_in(), task_id)
    posted = posted_answers(page)
    try:
        take(task_id, page.revision, by=signed_in())
        changed = correcting.save_answers(AtWindow(task_id, signed_in()), posted)
    except AnswersInvalid as invalid:
        return _page(page, invalid.errors, 422, posted=posted)
    except (NotAsked, CorrectionLate) as refusal:
        return _page(page, {"answers": [refusal.words]}, refusal.status, posted=posted)
    flash(gettext("已保存更正的内容。") if changed else gettext("没有改动。"), "success")
    return redirect(url_for("window.correct", task_id=task_id) + "#answers")


@blueprint.post("/corrections/<int:task_id>")
@needs(Permission.CASE_RECEIVE)
def answer(task_id: int) -> ResponseReturnValue:
    """The correction is complete: back to the department, whose acceptance task opens again."""
    by = signed_in()
    page = correction_page(by, task_id)
    try:
        correcting.answer(
            AtWindow(task_id, by),
            request.form.get("reply", ""),
            revision=take(task_id, request.form.get("revision", type=int) or 0, by=by),
            key=request.form.get("key", ""),
        )
    except (Incomplete, CorrectionLate) as refusal:
        return _page(correction_page(by, task_id), {"reply": [refusal.words]}, refusal.status)
    flash(gettext("已退回部门继续受理审查：%(item)s", item=words(page.item.name)), "success")
    return redirect(url_for("window.result", case_id=page.case_id))


def _page(
    page: CorrectionPage,
    refused: Mapping[str, Sequence[Words]],
    status: int = 200,
    *,
    posted: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:
    fields = page.fields(posted)
    shown = render_template(
        "window/correct.html",
        page=page,
        fields=fields,
        notice=(page.notice.en if language() == "en" else page.notice.zh) if page.notice else None,
        refused=refused,
        names={
            **{row.key: row.material.name for row in page.materials},
            **{row.field.key: row.field.label for row in fields},
        },
        me=signed_in().user_id,
        reply=request.form.get("reply", ""),
    )
    return shown, status
