"""Checking a diagram without keeping it, or trying it at once."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.catalogue import current_releases
from webapp.errors import FileRefused
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.studio.packed import packed, unpacked
from webapp.pages.studio.shared import blueprint, chosen, finding_lines, marks
from webapp.pages.studio.uploads import uploaded_file
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import releases as queries
from webapp.queries.release_diagrams import read_named
from webapp.queries.trials import bundle_of, startable
from webapp.services.releases import check_diagram
from webapp.services.trial_refusals import TooManyTrials, TrialRefused
from webapp.services.trial_replay import Files
from webapp.services.trials import try_diagram


@blueprint.get("/check")
@needs(Permission.RELEASE_SEE)
def check() -> ResponseReturnValue:
    """Where a diagram is chosen."""
    return _page()


@blueprint.post("/check")
@needs(Permission.RELEASE_SEE)
def show_check() -> ResponseReturnValue:
    """The findings of the uploaded diagram, drawn on it. The file goes with the answer and stays nowhere.

    From the answer it can be tried: its form brings the file along."""
    within = chosen(request.form.get("within", ""), current_releases(), "")
    try:
        name, content = _given()
        if not name:
            return _page(gettext("请选择文件。"), within), 422
        path, findings = check_diagram(name, content, within=within)
    except FileRefused as refused:
        return _page(words(refused.words), within), refused.status
    not_tried = None
    if "try" in request.form:
        try:
            made = try_diagram(name, content, within=current_releases().get(within), by=signed_in())
        except (TrialRefused, TooManyTrials) as why:
            not_tried = why.words
        else:
            own = startable(Files("", {path: content}))
            process = own[0].id if own else None
            return redirect(url_for("studio.beginning", trial_id=made, process=process))
    diagram = read_named(path, content, language(), bundle_of(current_releases().get(within)))
    lines = finding_lines(findings, [diagram] if diagram else [])
    return render_template(
        "studio/checked.html",
        path=path,
        shown=diagram,
        lines=lines,
        total=len(findings),
        counts=queries.counts(findings),
        marks=marks(lines, path),
        within=within,
        refused=not_tried,
        file_name=name,
        packed=packed(content),
    )


def _given() -> tuple[str, bytes]:
    """Name and content of the upload, or of the file that came along with its findings. Raises FileRefused."""
    text, name = request.form.get("packed", ""), request.form.get("name", "")
    return (name, unpacked(name, text)) if text and name else uploaded_file()


def _page(error: str = "", within: str = "") -> str:
    offered = [(key, queries.name_of(queries.release(id_))) for key, id_ in current_releases().items()]
    errors = {"file": error} if error else {}
    return render_template("studio/check.html", offered=offered, within=within, errors=errors)
