"""判断依据: why the decision tables of a case decided as they did, from what the ledger kept."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.identity import signed_in
from webapp.pages.decision_steps import steps_shown
from webapp.pages.decision_words import reading_of
from webapp.pages.support import needs
from webapp.permissions import Permission, may
from webapp.queries.case_access import ensure_case
from webapp.queries.case_view import case_head
from webapp.queries.decisions import DecisionLine, decisions_of
from webapp.services import access

blueprint = Blueprint("decisions", __name__, url_prefix="/cases")


@blueprint.get("/<int:case_id>/decisions")
@needs(Permission.CASE_SEE)
def of_case(case_id: int) -> ResponseReturnValue:
    """Every decision by table in this case; those about an item stand under `#item-<key>`. Raises NotFound.

    What was read comes from the application: its values are for those who may see personal data, and their reading
    is noted.
    """
    by = signed_in()
    personal = may(by, Permission.PERSONAL_SEE, ensure_case(by, case_id))
    lines = sorted(decisions_of(case_id), key=_by_item)
    page = render_template(
        "case/decisions.html",
        case=case_head(case_id),
        personal=personal,
        lines=[
            (line, [steps_shown(steps, reading_of(line.release, line.file)) for steps in line.outcomes])
            for line in lines
        ],
    )
    if personal:
        access.note(by, case_id, "decisions")
    return page


def _by_item(line: DecisionLine) -> int:
    """In the order of the bundle's items, and for each the latest first; what is about no item stands last."""
    order = [item.key for item in line.release.bundle.items]
    return order.index(line.item_key) if line.item_key in order else len(order)
