"""材料: the one set of materials, uploaded or taken page by page with a document camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge

from engine import Words
from webapp.errors import FileRefused, Incomplete, NotFound
from webapp.identity import signed_in
from webapp.pages.application.steps import blueprint, open_draft, show, stepper
from webapp.pages.application.uploads import uploads_named
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.application import Draft
from webapp.queries.application_steps import MaterialRow, materials_of
from webapp.queries.tolerance_choices import bars_on_following, choices_of, is_promised, promised_in
from webapp.services.eligible import open_ways
from webapp.services.files import MEBIBYTE
from webapp.services.materials import TooManyFiles, attach, attach_pages, detach
from webapp.settings import current_settings

#: Ways of handing in that leave an image of the paper in the file.
NEED_A_FILE = ("original-returned", "copy")


@blueprint.get("/<int:case_id>/materials")
@needs(Permission.DRAFT_EDIT)
def materials(case_id: int) -> ResponseReturnValue:
    """One row per required material, and what the bundle saves."""
    return _page(open_draft(case_id), {}, open_key=request.args.get("row"))


@blueprint.post("/<int:case_id>/materials/<material_key>")
@needs(Permission.DRAFT_EDIT)
def attach_files(case_id: int, material_key: str) -> ResponseReturnValue:
    """Keep how the material was handed in, and its files; a refused file is named, the others stay."""
    draft = open_draft(case_id)
    terms, uploads = _terms(draft, material_key), uploads_named("files")
    if not uploads and terms.form in NEED_A_FILE and not _row(draft, material_key).files:
        nothing = Words("请选择文件，或用高拍仪拍摄。", "Choose a file, or use the document camera.")
        return _page(draft, {material_key: [nothing]}, 422)
    try:
        refused = attach(
            case_id,
            material_key,
            uploads,
            by=signed_in(),
            form=terms.form,
            copies=terms.copies,
            provided_by=terms.provided_by,
        )
    except (Incomplete, TooManyFiles) as refusal:
        return _page(draft, {material_key: [refusal.words]}, refusal.status)
    if refused:
        return _page(open_draft(case_id), {material_key: [one.words for one in refused]}, 422)
    flash(gettext("已保存：%(name)s", name=words(draft.bundle.material(material_key).name)), "success")
    return redirect(_place(case_id, material_key))


@blueprint.get("/<int:case_id>/materials/<material_key>/camera")
@needs(Permission.DRAFT_EDIT)
def camera(case_id: int, material_key: str) -> ResponseReturnValue:
    """The document camera for one material."""
    draft = open_draft(case_id)
    return render_template(
        "application/camera.html",
        draft=draft,
        row=_row(draft, material_key),
        back_url=_place(case_id, material_key),
        **stepper("materials", draft),
    )


@blueprint.post("/<int:case_id>/materials/<material_key>/pages")
@needs(Permission.DRAFT_EDIT)
def attach_captured(case_id: int, material_key: str) -> ResponseReturnValue:
    """Bind the pages of one sitting, in order, to one PDF; the answer is for the page's script."""
    draft = open_draft(case_id)
    terms = _terms(draft, material_key)
    try:
        attach_pages(
            case_id,
            material_key,
            uploads_named("pages"),
            by=signed_in(),
            form=terms.form,
            copies=terms.copies,
            provided_by=terms.provided_by,
        )
    except (FileRefused, Incomplete, TooManyFiles) as refusal:
        return jsonify(message=words(refusal.words)), refusal.status
    return jsonify(next=_place(case_id, material_key))


@blueprint.post("/<int:case_id>/materials/<material_key>/files/<int:file_id>/remove")
@needs(Permission.DRAFT_EDIT)
def remove_file(case_id: int, material_key: str, file_id: int) -> ResponseReturnValue:
    """Take one file off the material again."""
    open_draft(case_id)
    detach(case_id, material_key, file_id, by=signed_in())
    flash(gettext("已移除文件。"), "success")
    return redirect(_place(case_id, material_key, again=True))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """One request with more than the server reads: said in words; what was kept before stays."""
    most = current_settings().max_request_bytes // MEBIBYTE
    refusal = Words(
        f"一次上传的文件合计超过 {most} MB，没有接收。请分次上传。",
        f"The files of one upload are larger than {most} MB together. Upload them one by one.",
    )
    place = request.view_args or {}
    if request.endpoint == "application.attach_files":
        return _page(open_draft(place["case_id"]), {place["material_key"]: [refusal]}, 413)
    if request.endpoint == "application.attach_captured":
        return jsonify(message=words(refusal)), 413
    flash(words(refusal), "error")
    return redirect(request.full_path.rstrip("?"))


@dataclass(frozen=True, slots=True)
class Terms:
    """How a material is handed in."""

    form: str
    copies: int
    provided_by: str


def _terms(draft: Draft, material_key: str) -> Terms:
    """As posted, else as kept, else the first form that is accepted, brought by whoever is present."""
    row = _row(draft, material_key)
    posted = request.form
    return Terms(
        form=posted.get("form") or row.form or row.material.forms[0],
        copies=_number(posted["copies"]) if "copies" in posted else row.copies,
        provided_by=(posted.get("provided_by") or row.provided_by or draft.visit.name).strip(),
    )


def _number(text: str) -> int:
    """0 for what is no number: the command refuses it with its own words."""
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _row(draft: Draft, material_key: str) -> MaterialRow:
    """The row of a material that this applicant needs. Raises NotFound."""
    for row in materials_of(draft):
        if row.material.key == material_key and row.asked_for:
            return row
    raise NotFound()


def _place(case_id: int, material_key: str, *, again: bool = False) -> str:
    """The materials page at this row, opened for more files where `again`."""
    row = material_key if again else None
    return url_for("application.materials", case_id=case_id, row=row) + f"#material-{material_key}"


def _page(
    draft: Draft,
    refused: Mapping[str, Sequence[Words]],
    status: int = 200,
    *,
    open_key: str | None = None,
) -> ResponseReturnValue:
    """The rows, one of them open: the refused one, the one asked for, else the first that is missing."""
    rows = materials_of(draft)
    asked = [row for row in rows if row.asked_for]
    promised = promised_in(draft.id)
    may_follow = bool(choices_of(draft, rows, {}))
    missing = [
        row.material.key
        for row in asked
        if not row.handed_in and not row.replaced_under(draft.ways) and not is_promised(row, draft.ways, promised)
    ]
    return show(
        "materials",
        draft,
        status,
        rows=asked,
        open_ways=open_ways(draft.release, draft.rules, draft.guided, draft.answers),
        may_follow=may_follow,
        bars=[] if may_follow else bars_on_following(draft, rows),
        promised={row.material.key for row in asked if not row.handed_in and is_promised(row, draft.ways, promised)},
        not_asked=[row for row in rows if not row.asked_for],
        refused=refused,
        open_key=next((key for key in (*refused, open_key, *missing) if key), None),
        names={row.material.key: row.material.name for row in rows},
    )
