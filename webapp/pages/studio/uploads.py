"""Uploads: a diagram or a whole bundle becomes a draft. Nothing is published by it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Severity
from webapp.errors import FileRefused
from webapp.identity import signed_in
from webapp.pages.studio.readings import tell_readings
from webapp.pages.studio.shared import MEBIBYTE, blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import bundle_imports as imports
from webapp.queries import releases as queries
from webapp.services import bundle_imports, releases
from webapp.services.bundle_archives import has_many
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.release_uploads import plain_name
from webapp.settings import current_settings


@blueprint.get("/releases/<int:release_id>/upload")
@needs(Permission.RELEASE_DRAFT)
def upload(release_id: int) -> ResponseReturnValue:
    """The form for a new draft on the base of this release."""
    return _form(queries.release(release_id))


@blueprint.post("/releases/<int:release_id>/upload")
@needs(Permission.RELEASE_DRAFT)
def keep_upload(release_id: int) -> ResponseReturnValue:
    """Keep the upload as a draft. A refused file is named with the reason, the note stays."""
    base = queries.release(release_id)
    name, content = uploaded_file()
    if not name:
        return _form(base, gettext("请选择文件。")), 422
    before = queries.newest_id()
    try:
        made = releases.draft_from_upload(release_id, name, content, by=signed_in(), note=_note())
    except FileRefused as refused:
        return _form(base, words(refused.words)), refused.status
    return _kept(made, before, {plain_name(name): content})


@blueprint.get("/new")
@needs(Permission.RELEASE_DRAFT)
def new_bundle() -> ResponseReturnValue:
    """The form for a bundle as a zip."""
    return _form(None)


@blueprint.post("/new")
@needs(Permission.RELEASE_DRAFT)
def keep_new_bundle() -> ResponseReturnValue:
    """Keep a bundle's zip as the draft of the bundle that it names; of a zip with many the worker makes drafts."""
    name, content = uploaded_file()
    if not name:
        return _form(None, gettext("请选择文件。")), 422
    before = queries.newest_id()
    try:
        if has_many(content):
            return redirect(url_for("studio.bundle_import", import_id=_import_begun(name, content)))
        made = releases.draft_from_zip(name, content, by=signed_in(), note=_note())
    except FileRefused as refused:
        return _form(None, words(refused.words)), refused.status
    return _kept(made, before)


def _import_begun(name: str, content: bytes) -> int:
    """The id of the import; the same page sent twice leads to the same one."""
    by = signed_in()
    try:
        return bundle_imports.begin(name, content, by=by, note=_note(), key=request.form.get("key", ""))
    except AlreadyCarriedOut:
        there = imports.newest_own(by.user_id)
        if there is None:
            raise
        return there


def _form(base: queries.ReleaseRow | None, error: str = "") -> str:
    return render_template(
        "studio/upload.html",
        base=base,
        name=queries.name_of(base) if base else None,
        note=request.form.get("note", ""),
        largest=current_settings().max_request_bytes // MEBIBYTE,
        errors={"file": error} if error else {},
    )


def uploaded_file() -> tuple[str, bytes]:
    """Name and content of the upload; no name where none was chosen."""
    given = request.files.get("file")
    return (given.filename or "", given.read()) if given is not None else ("", b"")


def _note() -> str:
    return request.form.get("note", "").strip()


def _kept(release_id: int, newest_before: int, given: Mapping[str, bytes] | None = None) -> ResponseReturnValue:
    one = queries.release(release_id)
    if release_id <= newest_before:
        flash(gettext("文件与第 %(number)s 版相同，没有新建版本。", number=one.number), "info")
    else:
        found = queries.counts(queries.findings_of(one))
        flash(
            gettext(
                "已存为第 %(number)s 版（草稿），没有发布。检查得到 %(errors)s 个错误、%(warnings)s 个警告。",
                number=one.number,
                errors=found[Severity.ERROR],
                warnings=found[Severity.WARNING],
            ),
            "warning" if found[Severity.ERROR] else "success",
        )
        tell_readings(given or {})
    return redirect(url_for("studio.release", release_id=release_id))
