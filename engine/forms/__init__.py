"""Forms: form-js JSON to fields, and posted answers to FEEL values. Pages draw; nothing here is HTML."""

from engine.forms.form import Form
from engine.forms.model import DISPLAY_TYPES, INPUT_TYPES, Field, Option, Section
from engine.forms.reader import inspect_form, read_form

__all__ = [
    "DISPLAY_TYPES",
    "INPUT_TYPES",
    "Field",
    "Form",
    "Option",
    "Section",
    "inspect_form",
    "read_form",
]
