"""The catalogue of a working copy as a whole: items, questions with their trees, materials, and the legal sources."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Finding, Words
from engine.catalogue import ITEMS, LEGAL_SOURCES, MATERIALS, QUESTIONS, NotEditable, move_question
from engine.law import amount
from webapp.identity import signed_in
from webapp.organisation_names import department_names
from webapp.pages.studio import catalogue_fields as fields
from webapp.pages.studio import catalogue_forms as forms
from webapp.pages.studio.shared import blueprint, chosen, finding_lines
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import catalogue_editor as queries
from webapp.queries import working_copies as copies
from webapp.services import catalogue_edits, working_copies

VIEWS = ("items", "questions", "materials", "basis")


@blueprint.get("/copies/<int:copy_id>/catalogue")
@needs(Permission.RELEASE_SEE)
def catalogue(copy_id: int) -> ResponseReturnValue:
    """The whole catalogue. The part that is shown stands in the URL."""
    one = copies.working_copy(copy_id)
    view = chosen(request.args.get("view", ""), VIEWS, VIEWS[0])
    return _overview(one, view)


@blueprint.post("/copies/<int:copy_id>/catalogue")
@needs(Permission.RELEASE_DRAFT)
def save_sources(copy_id: int) -> ResponseReturnValue:
    """Save the legal sources; whatever keeps them from being saved, what was typed stays on the page."""
    one = copies.working_copy(copy_id)
    records = fields.posted_rows(request.form, LEGAL_SOURCES)
    prepared = catalogue_edits.prepare(copy_id, records)
    meanwhile = forms.changed_meanwhile(copy_id, records)
    named = () if prepared.faults or meanwhile else forms.still_named(copy_id, records, prepared)
    refused = "" if prepared.faults or meanwhile or named else forms.save(copy_id, prepared)
    if not (prepared.faults or meanwhile or named or refused):
        return redirect(url_for("studio.catalogue", copy_id=copy_id, view="basis"))
    opened = queries.opened(copy_id)
    blocks = forms.typed(records, forms.source_blocks(opened), LEGAL_SOURCES, "", forms.offered(opened))
    page = _overview(
        one,
        "basis",
        blocks=blocks,
        errors=fields.errors_of(prepared.faults, blocks),
        opened=opened.digests(),
        meanwhile=meanwhile,
        refused=refused,
        mentions=named,
        knows=forms.known_to_go(records) if named else [],
    )
    return page, 409 if meanwhile or refused else 422 if prepared.faults else 200


@blueprint.post("/copies/<int:copy_id>/catalogue/questions/<key>/move")
@needs(Permission.RELEASE_DRAFT)
def move_in_order(copy_id: int, key: str) -> ResponseReturnValue:
    """Ask a question earlier or later."""
    files = working_copies.files_of(copy_id)
    back = redirect(url_for("studio.catalogue", copy_id=copy_id, view="questions", _anchor=f"question-{key}"))
    try:
        contents = move_question(files, key, -1 if request.form.get("to") == "earlier" else 1)
    except NotEditable as refused:
        flash(words(refused.words), "warning")
        return back
    # Over what was read, not over what a colleague may have saved since.
    bases = {path: hashlib.sha256(files[path]).hexdigest() for path in contents}
    working_copies.save_together(copy_id, contents, bases, by=signed_in(), note=words(_MOVED))
    return back


_MOVED = Words("调整问题顺序", "the order of the questions")


def _overview(one: copies.CopyRow, view: str, **typed: Any) -> str:
    """A view of the catalogue; `typed`: what was typed into the legal sources, and what is said of it."""
    opened = queries.opened(one.id)
    labels = {
        "items": (words(ITEMS.label), len(opened.catalogue.items)),
        "questions": (gettext("情形引导"), len(opened.catalogue.keys_of(QUESTIONS))),
        "materials": (words(MATERIALS.label), len(opened.catalogue.keys_of(MATERIALS))),
        "basis": (words(LEGAL_SOURCES.label), len(opened.catalogue.sources)),
    }
    found = [each for each in forms.findings_of(one) if _is_of(each, view)]
    profile = catalogue_edits.place_rules()
    shown = typed or ({"blocks": forms.source_blocks(opened), "opened": opened.digests()} if view == "basis" else {})
    return render_template(
        f"studio/copy_catalogue_{view}.html",
        copy=one,
        view=view,
        tabs=[
            (label, url_for("studio.catalogue", copy_id=one.id, view=key), key == view, count)
            for key, (label, count) in labels.items()
        ],
        bundle=opened.bundle,
        trees=queries.trees(opened.bundle) if view == "questions" else [],
        unified=profile.unified if profile else None,
        departments=department_names(),
        limit=lambda each: words(amount(each.value, each.unit)),
        item_kinds=ITEMS.column("kind").choices,
        question_kinds=QUESTIONS.column("kind").choices,
        material_sources=MATERIALS.column("source").choices,
        lines=finding_lines(found, ()),
        note=request.form.get("note", ""),
        source_columns={column.key: column for column in LEGAL_SOURCES.columns},
        **{"errors": {}, **shown},
    )


def _is_of(finding: Finding, view: str) -> bool:
    """Whether a finding is about what a view of the catalogue shows."""
    if finding.file.startswith("items/"):
        return view == ("questions" if finding.element.startswith("situations") else "items")
    if finding.file != "bundle.toml":
        return False
    part = finding.element.partition(".")[0]
    return view == {"questions": "questions", "materials": "materials", "basis": "basis"}.get(part, "items")
