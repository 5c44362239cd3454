"""What the two pages of a correction share: what was posted, read as the form reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from engine.forms import gather
from webapp.queries.correcting import CorrectionPage
from webapp.services.corrections import HandedIn

#: The control that tells which answers the page showed: a box without a tick sends nothing.
SHOWN = "_shown"


def posted_answers(page: CorrectionPage) -> dict[str, Any]:
    """The whole form with what the page sent in it; what it did not show keeps its answer."""
    sent: dict[str, Any] = {name: request.form.getlist(name) for name in request.form}
    shown = frozenset(request.form.get(SHOWN, "").split())
    return gather(page.release.form, sent, shown=shown, before=page.answers)


def handed_in(page: CorrectionPage, material_key: str, typed: Mapping[str, str]) -> HandedIn:
    """As posted, else as before; 0 copies for what is no number, which the command refuses in its words."""
    row, copies = page.material(material_key), typed.get("copies", "")
    before = row.submitted.provided_by if row.submitted else ""
    number = int(copies) if copies.isdecimal() and len(copies) < 4 else 0
    return HandedIn(
        form=typed.get("form") or row.form,
        copies=number if copies else row.copies,
        provided_by=(typed.get("provided_by") or before).strip(),
    )
