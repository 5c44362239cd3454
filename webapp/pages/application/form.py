"""填表: the one form. The server decides what is shown and what is right; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import AnswersInvalid, Words
from engine.forms import FILES, Form, controls_on, gather, with_row, without_row
from webapp import clock, moments
from webapp.identity import signed_in
from webapp.pages.application.form_page import FormPage, control_id, form_page
from webapp.pages.application.steps import blueprint, following, open_draft, show, step_url
from webapp.pages.application.uploads import uploads_named
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.application import Draft, draft_of
from webapp.queries.application_steps import form_context, form_faults
from webapp.services.drafts import save_answers
from webapp.services.form_files import KeptFiles, keep_files
from webapp.services.visits import told_by_visit

#: The controls that tell which fields the browser was shown, and how each section looked.
SHOWN, SEEN = "_shown", "_seen"
#: The fields whose messages stand on the page.
TOLD = "_told"
#: Buttons that change a list: `_add` names the list, `_remove` the row.
ADD, REMOVE = "_add", "_remove"


@dataclass(frozen=True, slots=True)
class Posted:
    """What a page sent: the answers, the place to go back to where a list was changed, and refused files."""

    answers: dict[str, Any]
    changed_at: str = ""
    errors: Mapping[str, tuple[Words, ...]] = ()  # type: ignore[assignment]


@blueprint.get("/<int:case_id>/form")
@needs(Permission.DRAFT_EDIT)
def form(case_id: int) -> ResponseReturnValue:
    """The form with what was answered so far; `check=1` shows what is not in order yet."""
    draft = open_draft(case_id)
    faults = form_faults(draft) if request.args.get("check") else {}
    return _page(draft, answers_on(draft), faults)


@blueprint.post("/<int:case_id>/form")
@needs(Permission.DRAFT_EDIT)
def save_form(case_id: int) -> ResponseReturnValue:
    """Keep everything typed; going on needs a form without faults."""
    draft = open_draft(case_id)
    posted = posted_answers(draft, with_files=True)
    save_answers(case_id, posted.answers, by=signed_in())
    the_form = draft.release.form
    if posted.errors:
        return _page(draft, the_form.draft(posted.answers, form_context()), posted.errors, 422)
    if posted.changed_at:
        return redirect(f"{step_url(case_id, 'form')}#{control_id(posted.changed_at)}")
    if request.form.get("act") != "next":
        flash(gettext("已保存草稿。"), "success")
        return redirect(step_url(case_id, "form"))
    try:
        the_form.validate(posted.answers, draft.guided, form_context())
    except AnswersInvalid as invalid:
        return _page(draft, the_form.draft(posted.answers, form_context()), invalid.errors, 422)
    return redirect(step_url(case_id, following("form")))


@blueprint.post("/<int:case_id>/form/draft")
@needs(Permission.DRAFT_EDIT)
def autosave_form(case_id: int) -> ResponseReturnValue:
    """Keep what is typed, right or not; called by the page itself every few seconds.

    Says when, and which of the `_told` fields, whose messages stand on the page, are still not in order.
    """
    draft = draft_of(signed_in(), case_id)
    answers = posted_answers(draft).answers
    save_answers(case_id, answers, by=signed_in())
    saved = {"saved_at": f"{moments.local(clock.now()):%H:%M}"}
    told = request.form.get(TOLD, "").split()
    if not told:
        return jsonify(saved)
    wrong = _wrong_of(draft, answers)
    return jsonify(
        **saved,
        put_right=[control_id(one) for one in told if one not in wrong],
        left=gettext("有 %(count)s 处需要改正", count=len(wrong.intersection(told))),
    )


def _wrong_of(draft: Draft, answers: Mapping[str, Any]) -> frozenset[str]:
    """The fields that the form would not take as they are."""
    try:
        draft.release.form.validate(answers, draft.guided, form_context())
    except AnswersInvalid as invalid:
        return frozenset(invalid.errors)
    return frozenset()


@blueprint.post("/<int:case_id>/form/sections")
@needs(Permission.DRAFT_EDIT)
def changed_sections(case_id: int) -> ResponseReturnValue:
    """The sections that look different with these answers, each for its place on the page.

    What is typed is kept first: a field that goes takes nothing with it.
    """
    draft = open_draft(case_id)
    posted = posted_answers(draft)
    save_answers(case_id, posted.answers, by=signed_in())
    page = form_page(draft, draft.release.form.draft(posted.answers, form_context()), {}, focus=posted.changed_at)
    return render_template(
        "application/_form_sections.html",
        draft=draft,
        page=page,
        sections=page.changed_since(request.form.get(SEEN, "")),
        swapped=True,
    )


def posted_answers(draft: Draft, *, with_files: bool = False) -> Posted:
    """What the browser sent; a field that it was not shown keeps what was answered before."""
    the_form, context = draft.release.form, form_context()
    sent: dict[str, Any] = {name: request.form.getlist(name) for name in request.form}
    shown = frozenset(request.form.get(SHOWN, "").split())
    added, removed = request.form.get(ADD, ""), request.form.get(REMOVE, "")
    if removed:
        sent = without_row(sent, removed)
    kept = _files(draft) if with_files else KeptFiles()
    answers = gather(the_form, sent, shown=shown, before=answers_on(draft), files=kept.references)
    if added:
        answers = with_row(the_form, answers, added, draft.guided, context)
    return Posted(answers, _changed_at(the_form, answers, added, removed, draft.guided), kept.errors)


def answers_on(draft: Draft) -> dict[str, Any]:
    """What stands in the form: what was answered, or what it begins with, and who applies as the visit says."""
    if draft.answers:
        return draft.answers
    begun = draft.release.form.defaults(draft.guided, form_context())
    return {**begun, **told_by_visit(draft.bundle, draft.visit.present)}


def _files(draft: Draft) -> KeptFiles:
    """The files that came with the page, of the file pickers that it shows."""
    page = draft.release.form.page(answers_on(draft), draft.guided, form_context())
    pickers = {name: field for name, field in controls_on(page).items() if field.type == FILES and not field.readonly}
    uploads = {name: chosen for name in pickers if (chosen := uploads_named(name))}
    return keep_files(draft.id, pickers, uploads, by=signed_in())


def _changed_at(the_form: Form, answers: Mapping[str, Any], added: str, removed: str, guided: Mapping[str, Any]) -> str:
    """The name of the row that was added, or of the list that lost one."""
    if removed:
        return removed.rpartition("[")[0]
    if not added:
        return ""
    one = controls_on(the_form.page(answers, guided, form_context())).get(added)
    return f"{added}[{len(one.rows) - 1}]" if one is not None and one.rows else added


def _page(
    draft: Draft, answers: Mapping[str, Any], errors: Mapping[str, Any], status: int = 200
) -> ResponseReturnValue:
    page: FormPage = form_page(draft, answers, errors)
    return show("form", draft, status, page=page, sections=page.sections, errors=dict(errors), swapped=False)
