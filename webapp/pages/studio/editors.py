"""The editors of a working copy's files: diagrams, decision files and forms, each on a page of its own."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Finding, Severity
from engine.bundles import KnownName
from webapp.errors import NotFound
from webapp.headers import with_style_attributes
from webapp.languages import language
from webapp.pages.studio.shared import blueprint, finding_lines, marks
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import editing
from webapp.queries import releases as release_queries
from webapp.queries import working_copies as queries
from webapp.queries.field_words import FORMATS as CALLED
from webapp.queries.field_words import KINDS
from webapp.queries.missing_texts import texts_file
from webapp.queries.posts import every_post
from webapp.queries.release_diagrams import Diagram, diagrams_of
from webapp.services import working_copies
from webapp.services.release_uploads import is_diagram

#: Formats that are chosen in the panel of properties, as the kind of a validation.
IN_THE_PANEL = ("email", "phone")
#: Formats that a field's own term names (docs/forms.md).
FORMATS = {key: name for key, name in CALLED.items() if key not in IN_THE_PANEL}


@blueprint.record
def _words_of_the_editors(setup: BlueprintSetupState) -> None:
    """Globals, since macros are imported without a page's context."""
    setup.app.jinja_env.globals.update(editor_of=editor_of)


def editor_of(path: str) -> str:
    """The endpoint of the editor for a file of this name, "" where it has none but the text."""
    if is_diagram(path):
        return "studio.design"
    if path.lower().endswith(editing.DECISION_ENDING):
        return "studio.edit_decisions"
    return "studio.edit_form" if path.lower().endswith(editing.FORM_ENDING) else ""


@blueprint.get("/copies/<int:copy_id>/design")
@needs(Permission.RELEASE_DRAFT)
@with_style_attributes
def design(copy_id: int) -> ResponseReturnValue:
    """A diagram in the editor."""
    return _page(
        "studio/copy_design.html",
        copy_id,
        "studio.design",
        posts=[
            {"key": one.key, "name": words(one.name), "department": words(one.department), "pinyin": one.pinyin}
            for one in every_post()
        ],
    )


@blueprint.get("/copies/<int:copy_id>/decisions")
@needs(Permission.RELEASE_DRAFT)
@with_style_attributes
def edit_decisions(copy_id: int) -> ResponseReturnValue:
    """A decision file in the editor."""
    return _page("studio/copy_decisions.html", copy_id, "studio.edit_decisions")


@blueprint.get("/copies/<int:copy_id>/form")
@needs(Permission.RELEASE_DRAFT)
def edit_form(copy_id: int) -> ResponseReturnValue:
    """A form in the editor, with the field dictionary beside it."""
    files = working_copies.files_of(copy_id)
    fields = editing.fields_offered(files)
    return _page(
        "studio/copy_form.html",
        copy_id,
        "studio.edit_form",
        files,
        fields=fields,
        headings=editing.headings(files),
        offered=[
            {"key": one.key, "label": words(one.label), "content": one.content}
            for group in fields.values()
            for one in group
        ],
        items=editing.items_offered(files),
        kinds=KINDS,
        formats=FORMATS,
    )


def _page(
    template: str, copy_id: int, endpoint: str, files: dict[str, bytes] | None = None, **more: Any
) -> ResponseReturnValue:
    """An editor's page. Raises NotFound where the copy has no such file, or the file another editor."""
    one, path = queries.working_copy(copy_id), request.args.get("path", "")
    _, digest = queries.file_of(copy_id, path)
    if editor_of(path) != endpoint:
        raise NotFound()
    names = editing.names_offered(working_copies.files_of(copy_id) if files is None else files)
    return render_template(
        template,
        copy=one,
        path=path,
        digest=digest,
        shown=findings_of(one, path),
        language=language(),
        names=[_completed(name) for name in names],
        **more,
    )


def _completed(name: KnownName) -> dict[str, Any]:
    """A name as the editors' scripts take it; of a context with what is in it."""
    told: dict[str, Any] = {"name": name.name, "type": name.type, "label": words(name.label)}
    return told | {"entries": [_completed(one) for one in name.entries]} if name.entries else told


def findings_of(one: queries.CopyRow, path: str) -> dict[str, Any]:
    """What an editor shows of one file: its findings with their marks, and how many the whole copy has."""
    findings = queries.findings_of_files(one.bundle_key, queries.digests_of(one.id))
    content, _ = queries.file_of(one.id, path)
    diagrams = diagrams_of({path: content}, language())
    lines = finding_lines(findings, diagrams)
    counts = release_queries.counts(findings)
    of_file = [
        {
            "element": line.finding.element,
            "severity": str(line.finding.severity),
            "text": words(line.finding.message),
            "remedy": words(line.finding.remedy),
            "name": line.name or _named(diagrams, line.finding.element or ""),
            "link": _english_of(one, path, line.finding) if line.finding.code == "missing-translation" else None,
        }
        for line in lines
        if line.finding.file == path
    ]
    return {
        "findings": of_file,
        "marks": marks(lines, path),
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
    }


def _named(diagrams: list[Diagram], element: str) -> str:
    """What the element is called of whose text ("credit_code.label") a finding speaks, "" where it is none."""
    owner = element.rpartition(".")[0]
    return next((one.quoted(owner) for one in diagrams if owner in one.names), "")


def _english_of(one: queries.CopyRow, path: str, finding: Finding) -> dict[str, str] | None:
    """The way to where the English is written that a text lacks: {url, text}; None where the copy has no such file."""
    file = texts_file(path)
    if file not in queries.digests_of(one.id):
        return None
    url = url_for("studio.edit_text", copy_id=one.id, path=file, file=path, element=finding.element)
    return {"url": url, "text": gettext("填写英文")}
