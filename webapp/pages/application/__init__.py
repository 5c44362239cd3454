"""The application at the window, from the visit to the receipt: one module per step."""

from webapp.pages.application import (
    bundle,
    check,
    commitment,
    files,
    form,
    materials,
    questions,
    sheet,
    signing,
    tolerance,
    visit,
)
from webapp.pages.application.steps import blueprint

__all__ = [
    "blueprint",
    "bundle",
    "check",
    "commitment",
    "files",
    "form",
    "materials",
    "questions",
    "sheet",
    "signing",
    "tolerance",
    "visit",
]
