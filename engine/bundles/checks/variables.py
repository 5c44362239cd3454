"""The variables that a case's process is given at its start, as far as their types are known."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bundles.model import Bundle
from engine.forms import Form

#: FEEL types of answers; other components may give values of several types.
_TYPES = {"textfield": "string", "textarea": "string", "checkbox": "boolean"}


def given_variables(bundle: Bundle, main_form: Form | None) -> dict[str, str]:
    """Each name with its FEEL type, "" where it is not known."""
    fields: Mapping[str, str] = {} if main_form is None else {one.key: one.type for one in main_form.inputs}
    return {"items": "", **{key: _TYPES.get(fields.get(key, ""), "") for key in bundle.case_variables}}
