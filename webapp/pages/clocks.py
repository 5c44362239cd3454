"""Why every due day of a case is that day: what each page that shows a due day leads to."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.permissions import Permission, may
from webapp.queries.case_access import ensure_case
from webapp.queries.case_view import case_head
from webapp.queries.clock_page import clock_page

blueprint = Blueprint("clocks", __name__, url_prefix="/cases")


@blueprint.get("/<int:case_id>/clocks")
@needs(Permission.CASE_SEE)
def of_case(case_id: int) -> ResponseReturnValue:
    """Every clock of the case. An item's clocks stand under `#item-<key>`. Raises NotFound."""
    by = signed_in()
    facts = ensure_case(by, case_id)
    return render_template(
        "clocks/show.html",
        case=case_head(case_id),
        page=clock_page(case_id, by.department_key),
        department=by.department,
        personal=may(by, Permission.PERSONAL_SEE, facts),
    )
