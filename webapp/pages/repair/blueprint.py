"""The blueprint of the repair pages, and what they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, url_for

from engine import Words
from webapp.identity import Identity
from webapp.queries.case_access import ensure_case
from webapp.queries.case_view import case_head
from webapp.services import access

blueprint = Blueprint("repair", __name__, url_prefix="/cases/<int:case_id>")

Errors = Mapping[str, Sequence[Words]]


def opened(by: Identity, case_id: int, what: str) -> dict[str, Any]:
    """The case's head for a repair page; that it was opened is noted. Raises NotFound."""
    ensure_case(by, case_id)
    head = case_head(case_id)
    access.note(by, case_id, what)
    return {"case": head, "back": url_for("case.show", case_id=case_id)}
