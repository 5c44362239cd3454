"""The variables that a case's processes are given from outside, as far as their types are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.bundles.model import Bundle
from engine.forms import Form

#: FEEL types of answers; other components may give values of several types.
_TYPES = {"textfield": "string", "textarea": "string", "checkbox": "boolean"}


def given_variables(bundle: Bundle, main_form: Form | None, forms: Iterable[Form] = ()) -> dict[str, str]:
    """Each name with its FEEL type, "" where it is not known: what a case begins with, and what the forms of its
    tasks (`forms`) give."""
    fields: Mapping[str, str] = {} if main_form is None else {one.key: one.type for one in main_form.inputs}
    answered = form_variables(form for form in forms if form is not main_form)
    begun = {"items": "", **{key: _TYPES.get(fields.get(key, ""), "") for key in bundle.case_variables}}
    return {**begun, **{name: kind if begun.get(name, kind) == kind else "" for name, kind in answered.items()}}


def form_variables(forms: Iterable[Form]) -> dict[str, str]:
    """The variables that the answers of forms are, each with its FEEL type, "" where it is not known."""
    found: dict[str, str] = {}
    for form in forms:
        for field in form.inputs:
            kind = _TYPES.get(field.type, "") if field.key == field.root else ""
            found[field.root] = kind if found.get(field.root, kind) == kind else ""
    return found
