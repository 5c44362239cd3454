"""填表: the one form. The server decides what is shown and what is right; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import AnswersInvalid, Words
from engine.forms import Field, Form, Section
from webapp import clock, moments
from webapp.identity import signed_in
from webapp.pages.application.steps import blueprint, following, open_draft, show, step_url
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.application import Draft, draft_of
from webapp.queries.application_steps import Reader, department_names, form_context, form_faults, readers_of
from webapp.services.drafts import save_answers

#: The control that tells which fields the browser was shown.
SHOWN = "_shown"
LIST_TYPES = frozenset({"checklist"})


@dataclass(frozen=True, slots=True)
class ShownField:
    field: Field
    readers: tuple[Reader, ...]  # empty where the section already says it
    steers: bool  # other fields come and go with its answer


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section as it stands on the page; without fields it is an empty place that htmx may fill."""

    section: Section
    readers: tuple[Reader, ...]
    fields: tuple[ShownField, ...]


@blueprint.get("/<int:case_id>/form")
@needs(Permission.DRAFT_EDIT)
def form(case_id: int) -> ResponseReturnValue:
    """The form with what was answered so far; `check=1` shows what is not in order yet."""
    draft = open_draft(case_id)
    faults = form_faults(draft) if request.args.get("check") else {}
    return _page(draft, draft.answers or draft.release.form.defaults(), faults)


@blueprint.post("/<int:case_id>/form")
@needs(Permission.DRAFT_EDIT)
def save_form(case_id: int) -> ResponseReturnValue:
    """Keep everything typed; going on needs a form without faults."""
    draft = open_draft(case_id)
    raw = posted_answers(draft)
    save_answers(case_id, raw, by=signed_in())
    if request.form.get("act") != "next":
        flash(gettext("已保存草稿。"), "success")
        return redirect(step_url(case_id, "form"))
    try:
        draft.release.form.validate(raw, draft.guided, form_context())
    except AnswersInvalid as invalid:
        return _page(draft, draft.release.form.draft(raw), invalid.errors, 422)
    return redirect(step_url(case_id, following("form")))


@blueprint.post("/<int:case_id>/form/draft")
@needs(Permission.DRAFT_EDIT)
def autosave_form(case_id: int) -> ResponseReturnValue:
    """Keep what is typed, right or not; called by the page itself every few seconds, and shows nothing."""
    draft = draft_of(signed_in(), case_id)
    save_answers(case_id, posted_answers(draft), by=signed_in())
    return jsonify(saved_at=f"{moments.local(clock.now()):%H:%M}")


@blueprint.post("/<int:case_id>/form/sections")
@needs(Permission.DRAFT_EDIT)
def changed_sections(case_id: int) -> ResponseReturnValue:
    """The sections in which fields came or went with these answers, each for its place on the page."""
    draft = open_draft(case_id)
    answers = draft.release.form.draft(posted_answers(draft))
    before = frozenset(request.form.get(SHOWN, "").split())
    sections = shown_sections(draft, answers)
    changed = [one for one in sections if _keys(one) != before & {f.key for f in one.section.fields}]
    return render_template(
        "application/_form_sections.html",
        draft=draft,
        sections=changed,
        shown=_all_keys(sections),
        answers=shown_answers(answers),
        errors={},
        swapped=True,
    )


def posted_answers(draft: Draft) -> dict[str, Any]:
    """What the browser sent by field key; a field that it was not shown keeps what was answered before."""
    shown = frozenset(request.form.get(SHOWN, "").split())
    posted: dict[str, Any] = {}
    for field in draft.release.form.inputs:
        values = request.form.getlist(field.key)
        if values:
            posted[field.key] = values if field.type in LIST_TYPES else values[-1]
        elif field.key not in shown and field.key in draft.answers:
            posted[field.key] = draft.answers[field.key]
    return posted


def shown_sections(draft: Draft, answers: Mapping[str, Any]) -> list[ShownSection]:
    """Every section with the fields that these answers show, and who reads them."""
    form = draft.release.form
    visible = form.visible({**draft.guided, **answers}, form_context())
    steering, names = steering_fields(form), department_names()
    return [_section(draft, section, visible, steering, names) for section in form.sections]


def _section(
    draft: Draft,
    section: Section,
    visible: frozenset[str],
    steering: frozenset[str],
    names: Mapping[str, Words],
) -> ShownSection:
    readers = readers_of(draft, section, names)
    fields = tuple(
        ShownField(field, _own_readers(readers_of(draft, field, names), readers), field.key in steering)
        for field in section.fields
        if section.key in visible and field.key in visible
    )
    return ShownSection(section, readers, fields)


def _own_readers(readers: tuple[Reader, ...], of_section: tuple[Reader, ...]) -> tuple[Reader, ...]:
    return () if readers == of_section else readers


def steering_fields(form: Form) -> frozenset[str]:
    """The fields whose answers show or hide others."""
    read = {name for _, hides in form.hide_order for hide in hides for name in hide.names}
    return frozenset(read & {field.key for field in form.inputs})


def shown_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as controls hold them: numbers without exponent, dates as ISO text."""
    return {key: _control_value(value) for key, value in answers.items()}


def _control_value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str, list)):
        return value
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)


def _page(
    draft: Draft, answers: Mapping[str, Any], errors: Mapping[str, Any], status: int = 200
) -> ResponseReturnValue:
    sections = shown_sections(draft, answers)
    return show(
        "form",
        draft,
        status,
        sections=sections,
        shown=_all_keys(sections),
        answers=shown_answers(answers),
        errors=dict(errors),
        labels={field.key: field.label for field in draft.release.form.inputs},
        swapped=False,
    )


def _keys(section: ShownSection) -> frozenset[str]:
    return frozenset(one.field.key for one in section.fields)


def _all_keys(sections: list[ShownSection]) -> str:
    return " ".join(sorted(key for section in sections for key in _keys(section)))
