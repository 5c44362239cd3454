"""Checking diagrams, decisions and forms without keeping them, or trying a diagram at once."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.catalogue import current_releases
from webapp.errors import FileRefused
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.studio.packed import packed, unpacked
from webapp.pages.studio.readings import readings_of
from webapp.pages.studio.shared import blueprint, chosen, finding_lines, marks
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import releases as queries
from webapp.queries.release_diagrams import read_named
from webapp.queries.release_names import names_in_force
from webapp.queries.trials import bundle_of, startable
from webapp.services.release_uploads import NOT_CHECKED, is_catalogue, is_diagram, is_part, plain_name
from webapp.services.releases import check_parts
from webapp.services.trial_refusals import TooManyTrials, TrialRefused
from webapp.services.trial_replay import Files
from webapp.services.trials import try_diagram

_ONE_DIAGRAM = Words(
    "流程模拟一次只取一张流程图；带决策表和表单的，请先上传为一件事的草稿再模拟。",
    "One diagram at a time can be tried; with decisions and forms, upload them as a draft of a bundle first.",
)


@blueprint.get("/check")
@needs(Permission.RELEASE_SEE)
def check() -> ResponseReturnValue:
    """Where the files are chosen."""
    return _page()


@blueprint.post("/check")
@needs(Permission.RELEASE_SEE)
def show_check() -> ResponseReturnValue:
    """The findings of the uploaded files, drawn on the first diagram. They go with the answer and stay nowhere.

    From the answer a diagram that came alone can be tried: its form brings the file along."""
    within = chosen(request.form.get("within", ""), current_releases(), "")
    try:
        given = _given()
        if not given:
            return _page(gettext("请选择文件。"), within), 422
        parts = [one for one in given if is_part(one[0]) or is_catalogue(one[0])]
        files, findings = check_parts(parts or given, within=within)
    except FileRefused as refused:
        return _page(words(refused.words), within), refused.status
    not_tried = None
    path = next((one for one in files if is_diagram(one)), next(iter(files)))
    name, content = parts[0]
    alone = len(files) == 1 and is_diagram(path)
    if "try" in request.form and not alone:
        not_tried = _ONE_DIAGRAM
    elif "try" in request.form:
        try:
            made = try_diagram(name, content, within=current_releases().get(within), by=signed_in())
        except (TrialRefused, TooManyTrials) as why:
            not_tried = why.words
        else:
            own = startable(Files("", {path: content}))
            process = own[0].id if own else None
            return redirect(url_for("studio.beginning", trial_id=made, process=process))
    diagram = read_named(path, files[path], language(), bundle_of(current_releases().get(within)))
    lines = finding_lines(findings, [diagram] if diagram else [])
    return render_template(
        "studio/checked.html",
        path=path,
        files=list(files),
        shown=diagram,
        lines=lines,
        total=len(findings),
        counts=queries.counts(findings),
        marks=marks(lines, path),
        within=within,
        refused=not_tried,
        readings=readings_of(files),
        left_out=[plain_name(one) for one, _ in given if not (is_part(one) or is_catalogue(one))],
        left_out_because=NOT_CHECKED,
        file_name=name,
        packed=packed(content) if alone else "",
    )


def _given() -> list[tuple[str, bytes]]:
    """Names and contents of the upload, or of the file that came along with its findings. Raises FileRefused."""
    text, name = request.form.get("packed", ""), request.form.get("name", "")
    if text and name:
        return [(name, unpacked(name, text))]
    return [(one.filename, one.read()) for one in request.files.getlist("file") if one.filename]


def _page(error: str = "", within: str = "") -> str:
    offered = [(one.key, name) for one, name in names_in_force().items()]
    errors = {"file": error} if error else {}
    return render_template("studio/check.html", offered=offered, within=within, errors=errors)
