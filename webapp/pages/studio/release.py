"""One release: findings on its diagrams, what it says, what differs from the one in force, its files."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Finding, Severity, Words
from engine.bpmn import account
from engine.bundles import Bundle, inspect_bundle
from engine.law import amount
from webapp import clock, moments
from webapp.catalogue import release_files
from webapp.errors import NotFound
from webapp.identity import Identity, signed_in
from webapp.languages import language
from webapp.organisation_names import department_names
from webapp.pages.studio.shared import blueprint, chosen, finding_lines, marks
from webapp.pages.support import needs, words
from webapp.permissions import Permission, may
from webapp.queries import releases as queries
from webapp.queries.bundle_document import SOURCES
from webapp.queries.condition_words import conditions_of
from webapp.queries.field_words import field_kind
from webapp.queries.file_order import file_order
from webapp.queries.release_diagrams import Diagram, diagrams_of, read_named
from webapp.queries.release_difference import ADDED, CHANGED, REMOVED, ElementChange, FileChange, compare
from webapp.queries.release_examples import accepted_examples
from webapp.queries.release_impact import impact_of
from webapp.queries.release_life import life_of
from webapp.queries.release_overtaken import coming_beside, overtaken
from webapp.queries.release_put_off import put_off
from webapp.queries.release_sign_offs import sign_offs_of
from webapp.queries.release_subjects import by_subject
from webapp.queries.release_tables import decision_tables
from webapp.queries.start_timers import starts_of
from webapp.queries.trials import bundle_of
from webapp.services.release_examples import differing_examples
from webapp.services.release_rows import DRAFT, SUBMITTED, authors_of, read_release
from webapp.services.release_uploads import is_diagram, zip_of
from webapp.services.release_withdrawal import may_withdraw
from webapp.spacing import spaced

VIEWS = ("findings", "content", "difference", "files")
Files = dict[str, bytes]


@blueprint.get("/releases/<int:release_id>")
@needs(Permission.RELEASE_SEE)
def release(release_id: int) -> ResponseReturnValue:
    """One release. View, diagram and element stand in the URL."""
    return release_page(release_id)


def release_page(release_id: int, errors: Mapping[str, Words] | None = None) -> str:
    """The page of a release; with what was missing when it was to be submitted, and what was typed then."""
    one, files = queries.release(release_id), release_files(release_id)
    findings = queries.findings_of(one)
    base = queries.compared_with(one)
    changes = compare(release_files(base.id), files, _names(), _former_names(base.id)) if base else []
    view = chosen(request.args.get("view", ""), VIEWS, VIEWS[0])
    made = {"findings": _findings, "content": _content, "difference": _difference, "files": _files}
    return render_template(
        f"studio/release_{view}.html",
        release=one,
        starts=starts_of(release_id),
        life=life_of(release_id, one.bundle_key),
        held=queries.held(release_id),
        counted=queries.COUNTED,
        name=queries.name_of(one),
        counts=queries.counts(findings),
        base=base,
        changes=changes,
        view=view,
        submit_errors=errors or {},
        tabs=_tabs(one, view, len(findings), len(changes) if base else None, len(files)),
        **_acts(one, findings, signed_in()),
        **made[view](files, findings, changes),
    )


@blueprint.get("/releases/<int:release_id>/diagram")
@needs(Permission.RELEASE_SEE)
def diagram(release_id: int) -> ResponseReturnValue:
    """A diagram for the picture on the page, named in the person's language: plain text in UTF-8, whatever the
    file's encoding."""
    return Response(_diagram(release_id).text, mimetype="text/plain")


@blueprint.get("/releases/<int:release_id>/file")
@needs(Permission.RELEASE_SEE)
def file(release_id: int) -> ResponseReturnValue:
    """One file to read, line by line."""
    one, path = queries.release(release_id), request.args.get("path", "")
    content = _file_of(release_id, path)
    lines = content.decode("utf-8", "replace").splitlines()
    return render_template(
        "studio/file.html", release=one, name=queries.name_of(one), path=path, lines=lines, size=len(content)
    )


@blueprint.get("/releases/<int:release_id>/download")
@needs(Permission.RELEASE_SEE)
def download(release_id: int) -> ResponseReturnValue:
    """One file as it was uploaded."""
    path = request.args.get("path", "")
    return send_file(
        io.BytesIO(_file_of(release_id, path)),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=path.rsplit("/", 1)[-1],
    )


@blueprint.get("/releases/<int:release_id>/export")
@needs(Permission.RELEASE_SEE)
def export(release_id: int) -> ResponseReturnValue:
    """The whole release as a zip: the same bytes each time, and the same release when it is uploaded."""
    one = queries.release(release_id)
    return send_file(
        io.BytesIO(zip_of(release_files(release_id))),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{one.bundle_key}-{one.number}.zip",
    )


def _findings(files: Files, findings: tuple[Finding, ...], _: list[FileChange]) -> dict[str, Any]:
    diagrams = diagrams_of(files, language(), _names())
    lines = finding_lines(findings, diagrams)
    first = next((line.diagram for line in lines if line.diagram), "")
    shown, element = _shown(diagrams, first), request.args.get("element", "")
    return {
        "diagrams": _diagram_tabs(diagrams, shown, {one: sum(f.file == one for f in findings) for one in files}),
        "shown": shown,
        "reading": account(files[shown.path], shown.path) if shown else None,
        "lines": lines,
        "total": len(findings),
        "marks": marks(lines, shown.path, element) if shown else [],
    }


def _content(files: Files, _findings: tuple[Finding, ...], _: list[FileChange]) -> dict[str, Any]:
    read = inspect_bundle(files)
    decisions = decision_tables(files, read.bundle, language())
    papers = sorted((path for path in files if path.startswith(("documents/", "guide/"))), key=file_order)
    labels = {
        "catalogue": (gettext("目录"), None),
        "decisions": (gettext("决策"), len(decisions)),
        "forms": (gettext("各表单"), len(read.forms)),
        "papers": (gettext("文书和指南"), len(papers)),
    }
    part = chosen(request.args.get("part", ""), labels, "catalogue")
    return {
        "part": part,
        "parts": [(label, _here(part=key), key == part, count) for key, (label, count) in labels.items()],
        "bundle": read.bundle,
        "told": conditions_of(read.bundle, files, read.forms).told,
        "forms": dict(sorted(read.forms.items(), key=lambda one: file_order(one[0]))),
        "material_sources": SOURCES,
        "field_kind": field_kind,
        "decisions": decisions,
        "departments": department_names(),
        "limit": lambda one: spaced(words(amount(one.value, one.unit))),
        "papers": papers,
    }


def _difference(files: Files, _findings: tuple[Finding, ...], changes: list[FileChange]) -> dict[str, Any]:
    assert request.view_args is not None
    one = queries.release(request.view_args["release_id"])
    base = queries.compared_with(one)
    former = release_files(base.id) if base else {}
    touched = {change.path: change for change in changes if change.elements and change.path in files}
    diagrams = [each for each in diagrams_of(files, language(), _names()) if each.path in touched]
    shown = _shown(diagrams, "")
    elements = touched[shown.path].elements if shown else ()
    before = read_named(shown.path, former[shown.path], language(), _names()) if shown else None
    return {
        "diagrams": _diagram_tabs(diagrams, shown, {path: len(each.elements) for path, each in touched.items()}),
        "shown": shown,
        "before": before,
        "marks": list(_change_marks(elements, shown, (ADDED, CHANGED))),
        "marks_before": list(_change_marks(elements, before, (REMOVED, CHANGED))),
        "subjects": by_subject(former, files, changes, language()) if base else {},
        "impact": impact_of(one, former, files),
    }


def _change_marks(
    elements: Sequence[ElementChange], shown: Diagram | None, kinds: Sequence[str]
) -> Iterator[dict[str, str]]:
    """What differs, as badges on one of the two diagrams: what was added on the new, what was removed on the old."""
    said = {ADDED: gettext("新增"), REMOVED: gettext("已删除"), CHANGED: gettext("修改")}
    for number, one in enumerate(elements, 1):
        if one.kind in kinds and shown is not None and one.id in shown.drawn:
            text = f"{said[one.kind]}{gettext('：')}{words(one.called)}"
            severity = "error" if one.kind == REMOVED else "note"
            yield {"element": one.id, "severity": severity, "text": text, "target": f"change-{number}"}


def _files(files: Files, findings: tuple[Finding, ...], changes: list[FileChange]) -> dict[str, Any]:
    kinds = {change.path: change.kind for change in changes}
    return {
        "files": [
            (path, len(content), sum(one.file == path for one in findings), kinds.get(path))
            for path, content in sorted(files.items(), key=lambda one: file_order(one[0]))
        ]
    }


def _shown(diagrams: list[Diagram], first: str) -> Diagram | None:
    """The diagram that the URL names, else the first one with something to show."""
    by_path = {one.path: one for one in diagrams}
    path = chosen(request.args.get("diagram", ""), by_path, first or next(iter(by_path), ""))
    return by_path.get(path)


def _diagram_tabs(diagrams: list[Diagram], shown: Diagram | None, numbers: dict[str, int]) -> list[Any]:
    return [(one.title, _here(diagram=one.path), one is shown, numbers.get(one.path) or None) for one in diagrams]


def _here(**arguments: Any) -> str:
    assert request.view_args is not None
    view = request.args.get("view") or None
    return url_for("studio.release", **request.view_args, view=view, **arguments)


def _names() -> Bundle | None:
    """The bundle that has the English names; read only where they are asked for."""
    assert request.view_args is not None
    return bundle_of(request.view_args["release_id"]) if language() != "zh" else None


def _former_names(release_id: int) -> Bundle | None:
    """The bundle that has the English names of what is compared with."""
    return bundle_of(release_id) if language() != "zh" else None


def _diagram(release_id: int) -> Diagram:
    path = request.args.get("path", "")
    found = read_named(path, _file_of(release_id, path), language(), _names()) if is_diagram(path) else None
    if found is None:
        raise NotFound()
    return found


def _file_of(release_id: int, path: str) -> bytes:
    content = release_files(release_id).get(path)
    if content is None:
        raise NotFound()
    return content


def _tabs(one: queries.ReleaseRow, view: str, findings: int, changes: int | None, files: int) -> list[Any]:
    labels = {
        "findings": (gettext("问题"), findings),
        "content": (gettext("内容"), None),
        "difference": (gettext("差异"), changes),
        "files": (gettext("文件"), files),
    }
    return [
        (label, url_for("studio.release", release_id=one.id, view=key), key == view, count)
        for key, (label, count) in labels.items()
    ]


def _acts(one: queries.ReleaseRow, findings: tuple[Finding, ...], by: Identity) -> dict[str, Any]:
    """What this person may do with the release now, and what was said when it was returned."""
    of_release = queries.history_of(one)
    last = of_release[0] if of_release else None
    signed = sign_offs_of(one.id, by)
    errors, may_draft = queries.counts(findings)[Severity.ERROR], may(by, Permission.RELEASE_DRAFT)
    is_submittable = one.state == DRAFT and may_draft and not errors
    return {
        "differing": differing_examples(one.id) if is_submittable else (),
        "accepted": accepted_examples(one.id),
        "overtaken": overtaken(one.id),
        "coming": coming_beside(one.id),
        "put_off": put_off(one.id),
        "sign_offs": signed,
        "all_signed": all(each.agrees for each in signed if not each.ended),
        "today": clock.today(moments.OFFICE_ZONE),
        "needs_reason": one.was_published,
        "errors": errors,
        "may_draft": may_draft,
        "may_publish": may(by, Permission.RELEASE_PUBLISH),
        "is_author": by.user_id in authors_of(one.id),
        "returned": last if last and last.kind in ("returned", "objected", "withdrawn") else None,
        "may_withdraw": one.state == SUBMITTED and may_draft and by.user_id in may_withdraw(read_release(one.id)),
        "may_discard": one.state == DRAFT and may_draft and all(line.kind != "submitted" for line in of_release),
        "submitter": next((line.who for line in of_release if line.kind == "submitted"), one.author),
    }
