"""新建文件: a diagram, table, form or result put into a working copy, a letter of its own, a shared process."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import FileRefused, Incomplete
from webapp.identity import signed_in
from webapp.pages.studio.editors import editor_of
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.services import new_files, working_copies

KINDS = {
    "diagram": Words("流程图（.bpmn）", "Diagram (.bpmn)"),
    "decisions": Words("决策表（.dmn）", "Decision table (.dmn)"),
    "form": Words("表单（.form）", "Form (.form)"),
    "result": Words("证书、凭证的模板（.md）", "Template of a licence or receipt (.md)"),
}


@blueprint.post("/copies/<int:copy_id>/new-file")
@needs(Permission.RELEASE_DRAFT)
def add_file(copy_id: int) -> ResponseReturnValue:
    """Begin a file of a kind, and go on in its editor."""
    given = {name: request.form.get(name, "").strip() for name in ("kind", "name", "title")}
    return _added(copy_id, lambda: new_files.add_file(copy_id, **given, by=signed_in()))


@blueprint.post("/copies/<int:copy_id>/new-letter")
@needs(Permission.RELEASE_DRAFT)
def add_letter(copy_id: int) -> ResponseReturnValue:
    """Begin the bundle's own version of a shared letter, and go on in its text."""
    return _added(copy_id, lambda: new_files.add_letter(copy_id, request.form.get("letter", ""), by=signed_in()))


@blueprint.post("/copies/<int:copy_id>/shared-process")
@needs(Permission.RELEASE_DRAFT)
def add_shared_process(copy_id: int) -> ResponseReturnValue:
    """Take a shared process into the bundle, for its diagrams to call."""
    return _added(copy_id, lambda: new_files.add_shared(copy_id, request.form.get("shared", ""), by=signed_in()))


def _added(copy_id: int, add: Callable[[], str]) -> ResponseReturnValue:
    """To the editor of what was added; back to the files with the reason where it was refused."""
    back = redirect(url_for("studio.working_copy", copy_id=copy_id, view="files"))
    try:
        path = add()
    except (Incomplete, FileRefused, working_copies.ChangedMeanwhile, working_copies.CopyEnded) as refused:
        flash(words(refused.words), "warning")
        return back
    flash(gettext("已新建 %(path)s。", path=path), "success")
    if path.startswith("_shared/"):
        return back
    return redirect(url_for(editor_of(path) or "studio.edit_text", copy_id=copy_id, path=path))
