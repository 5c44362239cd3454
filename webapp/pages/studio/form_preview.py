"""预览: a form of a working copy as applicants will see it, drawn by the server. Nothing that is typed is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine import AnswersInvalid, Finding, errors_in
from engine.bundles import inspect_bundle
from engine.forms import (
    LIST,
    Field,
    FileReference,
    Form,
    Section,
    controls_on,
    gather,
    inspect_form,
    value_at,
    with_row,
    without_row,
)
from engine.playground import InputInvalid, read_input
from engine.values import Value
from engine.words import Words
from webapp.errors import NotFound
from webapp.form_values import control_value
from webapp.pages.application.form import ADD, REMOVE, SHOWN
from webapp.pages.application.form_page import ShownField, ShownRow, ShownSection, lines_of
from webapp.pages.studio.editors import editor_of
from webapp.pages.studio.shared import blueprint, finding_lines
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import working_copies as queries
from webapp.queries.application_steps import form_context
from webapp.services import working_copies

GUIDED, CHECK = "_guided", "check"
LONGEST_GUIDED = 20_000


@dataclass(slots=True)
class Typed:
    """What a preview was sent: answers as the form nests them, the guided answers as text and as values."""

    answers: dict[str, Any] = field(default_factory=dict)
    guided_text: str = ""
    guided: Mapping[str, Value] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreviewDrawing:
    """What the macros of the form need besides the fields: a preview keeps no files and asks for no sections."""

    errors: Mapping[str, Any]
    focus: str = ""
    submit: Mapping[str, str] = field(default_factory=lambda: {"name": "act", "value": CHECK})

    def list_attrs(self, _name: str, _value: str) -> dict[str, str]:
        return {}

    def file_url(self, _file_id: str) -> None:
        return None

    def files_of(self, _value: Any) -> tuple[FileReference, ...]:
        return ()


@blueprint.get("/copies/<int:copy_id>/form/preview")
@needs(Permission.RELEASE_SEE)
def form_preview(copy_id: int) -> ResponseReturnValue:
    """The form as it stands at first."""
    form, findings = _form(copy_id)
    if form is None:
        return _page(copy_id, None, Typed(), findings)
    return _page(copy_id, form, Typed(form.defaults({}, form_context())), findings)


@blueprint.post("/copies/<int:copy_id>/form/preview")
@needs(Permission.RELEASE_SEE)
def preview_filled(copy_id: int) -> ResponseReturnValue:
    """The form over what was typed: hidden and computed anew; judged where that is asked."""
    form, findings = _form(copy_id)
    if form is None:
        return _page(copy_id, None, Typed(), findings)
    typed = _typed(form)
    if request.form.get("act") == CHECK and not typed.errors:
        try:
            form.validate(typed.answers, typed.guided, form_context())
        except AnswersInvalid as invalid:
            typed.errors = invalid.errors
            return _page(copy_id, form, typed, findings), 422
    return _page(copy_id, form, typed, findings), 422 if typed.errors else 200


def _form(copy_id: int) -> tuple[Form | None, list[Finding]]:
    """The form of the address, and its findings. Raises NotFound."""
    path = request.args.get("path", "")
    content, _ = queries.file_of(copy_id, path)
    if editor_of(path) != "studio.edit_form":
        raise NotFound()
    bundle = inspect_bundle(working_copies.files_of(copy_id)).bundle
    form, findings = inspect_form(content, path, bundle.words if bundle is not None else _untranslated)
    return (None if errors_in(findings) else form), findings


def _untranslated(_file: str, _element: str, _attribute: str, chinese: str) -> Words:
    return Words(chinese, "")


def _typed(form: Form) -> Typed:
    typed = Typed(guided_text=request.form.get(GUIDED, "")[:LONGEST_GUIDED])
    context = form_context()
    try:
        typed.guided = read_input(typed.guided_text, context)
    except InputInvalid as refused:
        typed.errors = {GUIDED: [refused.fault.words]}
    sent: dict[str, Any] = {name: request.form.getlist(name) for name in request.form}
    if removed := request.form.get(REMOVE, ""):
        sent = dict(without_row(sent, removed))
    answers = gather(form, sent, shown=frozenset(request.form.get(SHOWN, "").split()), before={})
    if added := request.form.get(ADD, ""):
        answers = with_row(form, answers, added, typed.guided, context)
    typed.answers = form.draft(answers, context)
    return typed


def _page(copy_id: int, form: Form | None, typed: Typed, findings: Sequence[Finding]) -> str:
    one, path = queries.working_copy(copy_id), request.args.get("path", "")
    page = () if form is None else form.page(typed.answers, typed.guided, form_context())
    controls = controls_on(page)
    return render_template(
        "studio/form_preview.html",
        copy=one,
        path=path,
        form=form,
        sections=tuple(_sections(page, "", typed)),
        shown=" ".join(sorted(name for name, control in controls.items() if not control.readonly)),
        labels={name: control.label for name, control in controls.items()},
        drawing=PreviewDrawing(typed.errors),
        typed=typed,
        reads=sorted(form.names_read) if form is not None else [],
        lines=finding_lines(errors_in(list(findings)), ()),
    )


def _sections(page: Sequence[Section], prefix: str, typed: Typed) -> Iterator[ShownSection]:
    for number, section in enumerate(page):
        fields = [_field(one, typed) for one in section.fields]
        place = section.key.removeprefix(prefix) or f"{number + 1}"
        yield ShownSection(section, place, (), tuple(lines_of(fields)), "")


def _field(one: Field, typed: Typed) -> ShownField:
    value = value_at(typed.answers, one.key)
    if value is None and (one.readonly or one.disabled):
        value = value_at(typed.guided, one.key)
    rows = (
        ShownRow(f"{one.key}[{number}]", number, tuple(_sections(row, f"{one.key}[{number}].", typed)), False)
        for number, row in enumerate(one.rows)
    )
    return ShownField(one, control_value(value), rows=tuple(rows) if one.type == LIST else ())
