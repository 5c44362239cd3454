"""Forms: form-js JSON to fields, pages over given answers, and posted answers to FEEL values.

Pages draw; the only HTML made here is that of texts (`Field.content`), and it is safe.
"""

from engine.forms.answers import MOST_ROWS
from engine.forms.form import Form
from engine.forms.model import (
    DISPLAY_TYPES,
    EXPRESSION,
    FILES,
    INPUT_TYPES,
    LIST,
    LIST_TYPES,
    Field,
    FileReference,
    Option,
    Section,
)
from engine.forms.moments import wall_clock
from engine.forms.page import files_of
from engine.forms.places import value_at
from engine.forms.posted import ROWS, TAKEN_AWAY, controls_on, gather, lists_on, with_row, without_row
from engine.forms.reader import inspect_form, read_form

__all__ = [
    "DISPLAY_TYPES",
    "EXPRESSION",
    "FILES",
    "INPUT_TYPES",
    "LIST",
    "LIST_TYPES",
    "MOST_ROWS",
    "ROWS",
    "TAKEN_AWAY",
    "Field",
    "FileReference",
    "Form",
    "Option",
    "Section",
    "controls_on",
    "files_of",
    "gather",
    "inspect_form",
    "lists_on",
    "read_form",
    "value_at",
    "wall_clock",
    "with_row",
    "without_row",
]
