"""Noting what the system that issued a licence did with it since: a page of the registry for licences from outside."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete, NotFound
from webapp.pages.registry import LABELS, Errors, opened
from webapp.pages.support import needs, words
from webapp.pages.workspace.typed import typed_day
from webapp.permissions import LicenceFacts, Permission, ensure
from webapp.queries.licence_page import KINDS, LicenceView
from webapp.services import outside_licences
from webapp.services.outside_licences import NOTES, Noted

blueprint = Blueprint("registry_note", __name__, url_prefix="/licence-registry")
NOTE_LABELS = {
    "kind": Words("登记事项", "What happened"),
    "source": Words("作出处理的机关", "Body that did it"),
    "source_number": Words("文书或者通知编号", "Number of its notice"),
    "since": Words("生效日期", "Since which day"),
    "valid_to": Words("延续后的有效期至", "New last day"),
    "printed": LABELS["printed"],
    "holder_number": LABELS["holder_number"],
}


@blueprint.get("/<int:licence_id>/notes")
@needs(Permission.LICENCE_NOTE)
def note(licence_id: int) -> ResponseReturnValue:
    """The form on which is noted what the system that issued the licence did with it. Raises NotFound for our own."""
    by, view = opened(licence_id)
    ensure(by, Permission.LICENCE_NOTE, LicenceFacts(view.unit))
    if not view.notes:
        raise NotFound()
    return _note_form(view, {})


@blueprint.post("/<int:licence_id>/notes")
@needs(Permission.LICENCE_NOTE)
def keep_note(licence_id: int) -> ResponseReturnValue:
    """Note it; what was typed stays where something is missing."""
    by, view = opened(licence_id)
    posted = request.form
    fields = view.terms.fields if view.terms else ()
    given = Noted(
        kind=posted.get("kind", ""),
        source=posted.get("source", ""),
        source_number=posted.get("source_number", ""),
        since=typed_day(posted, "since"),
        note=posted.get("note", ""),
        printed={key: posted[f"printed.{key}"] for key, _ in fields if f"printed.{key}" in posted},
        holder_number=posted.get("holder_number", ""),
        valid_to=typed_day(posted, "valid_to"),
    )
    try:
        outside_licences.note(view.id, given, by=by, key=posted.get("key", ""))
    except Incomplete as fault:
        return _note_form(view, {name: [told] for name, told in fault.faults.items()})
    flash(gettext("已登记：%(act)s", act=words(NOTES[given.kind][0])), "success")
    return redirect(url_for("registry.licence", licence_id=licence_id))


def _note_form(view: LicenceView, errors: Errors) -> ResponseReturnValue:
    stated = zip(view.terms.fields if view.terms else (), view.facts, strict=False)
    page = render_template(
        "registry/note.html",
        licence=view,
        kinds=[(kind, KINDS[kind]) for kind in view.notes],
        stated=[(key, label, value) for (key, _), (label, value) in stated],
        errors=errors,
        labels=NOTE_LABELS | dict(view.terms.fields if view.terms else ()),
        typed=request.form,
    )
    return page, 422 if errors else 200
