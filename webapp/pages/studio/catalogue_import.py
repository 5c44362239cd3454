"""A catalogue from a spreadsheet, csv or JSON into a working copy, and out of it again."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engine import Words
from engine.catalogue import SHEETS
from webapp.errors import FileRefused, NotFound
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.studio.packed import packed, unpacked
from webapp.pages.studio.shared import blueprint
from webapp.pages.studio.uploads import uploaded_file
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import working_copies as copies
from webapp.queries.catalogue_workbook import json_of, workbook_of
from webapp.services import catalogue_edits, working_copies
from webapp.services.catalogue_rows import Read
from webapp.services.catalogue_sheets import read_catalogue
from webapp.services.release_uploads import plain_name

#: Lines of differences and of faults that the page lists; all are counted.
MOST_LISTED = 400
TOO_DENSE = Words("压缩后仍超过 1 MB，请分成几个文件。", "it is larger than 1 MB even when it is packed; split it.")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/copies/<int:copy_id>/catalogue/import")
@needs(Permission.RELEASE_DRAFT)
def catalogue_import(copy_id: int) -> ResponseReturnValue:
    """Where the file is chosen, and the template is."""
    return _page(copies.working_copy(copy_id))


@blueprint.post("/copies/<int:copy_id>/catalogue/import")
@needs(Permission.RELEASE_DRAFT)
def read_import(copy_id: int) -> ResponseReturnValue:
    """Show what a file would change, row by row, or (`then` = "apply") save what was shown as one version."""
    one = copies.working_copy(copy_id)
    try:
        name, content = _given()
        if not name:
            return _page(one, error=gettext("请选择文件。")), 422
        read, along = read_catalogue(name, content), packed(content)
        if not along:
            raise FileRefused(plain_name(name), TOO_DENSE)
    except FileRefused as refused:
        return _page(one, error=words(refused.words)), refused.status
    prepared = catalogue_edits.prepare(copy_id, read.records, read.faults)
    shown: dict[str, Any] = {"name": plain_name(name), "read": read, "prepared": prepared, "packed": along}
    if request.form.get("then") != "apply":
        return _page(one, **shown)
    if prepared.faults:
        return _page(one, **shown), 422
    if request.form.get("seen") != prepared.digest:
        return _page(one, **shown, error=_changed()), 409
    try:
        note = request.form.get("note", "").strip() or gettext("导入 %(name)s", name=plain_name(name))
        catalogue_edits.save(copy_id, prepared, by=signed_in(), note=note, apart=True)
    except (working_copies.ChangedMeanwhile, FileRefused) as refused:
        return _page(one, **shown, error=words(refused.words)), 409
    flash(
        ngettext(
            "已导入：%(count)s 处改动存为一次修改。",
            "已导入：%(count)s 处改动存为一次修改。",
            len(prepared.changes),
            count=len(prepared.changes),
        ),
        "success",
    )
    return redirect(url_for("studio.catalogue", copy_id=copy_id))


@blueprint.get("/copies/<int:copy_id>/catalogue/export/<form>")
@needs(Permission.RELEASE_SEE)
def catalogue_export(copy_id: int, form: str) -> ResponseReturnValue:
    """The catalogue as xlsx or json, or (template) the empty spreadsheet."""
    one = copies.working_copy(copy_id)
    if form not in ("xlsx", "json", "template"):
        raise NotFound()
    files = working_copies.files_of(copy_id)
    profile = catalogue_edits.place_rules()
    unified = profile.unified if profile else None
    if form == "json":
        content, mimetype, ending = json_of(files), "application/json", "json"
    else:
        content = workbook_of(files, language(), unified, empty=form == "template")
        mimetype, ending = XLSX, "xlsx"
    part = "template" if form == "template" else "catalogue"
    return send_file(
        io.BytesIO(content),
        mimetype=mimetype,
        as_attachment=True,
        download_name=f"{one.bundle_key}-{part}-{one.id}.{ending}",
    )


def _given() -> tuple[str, bytes]:
    """Name and content of the upload, or of the file that came along with what it would change."""
    text, name = request.form.get("packed", ""), request.form.get("name", "")
    if text and name:
        return name, unpacked(name, text)
    return uploaded_file()


def _changed() -> str:
    return gettext("看过之后工作稿又有改动，差异已重新计算。请核对后再导入。")


def _page(one: copies.CopyRow, *, error: str = "", **shown: Any) -> str:
    read: Read | None = shown.get("read")
    prepared: catalogue_edits.Prepared | None = shown.get("prepared")
    return render_template(
        "studio/copy_catalogue_import.html",
        copy=one,
        errors={"file": error} if error else {},
        sheets=SHEETS,
        left_out=read.left_out if read else [],
        rows=len(read.records) if read else 0,
        faults=prepared.faults[:MOST_LISTED] if prepared else [],
        fault_count=len(prepared.faults) if prepared else 0,
        changes=prepared.changes[:MOST_LISTED] if prepared else [],
        change_count=len(prepared.changes) if prepared else 0,
        worse=prepared.worse if prepared and not prepared.faults else [],
        seen=prepared.digest if prepared else "",
        note=request.form.get("note", ""),
        name=shown.get("name", ""),
        packed=shown.get("packed", ""),
        most=MOST_LISTED,
    )
