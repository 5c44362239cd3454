"""监督: limits that run, near breach and past it, over all departments; incidents."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.catalogue import rules_in_force
from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.permissions import Permission, may
from webapp.queries import supervision
from webapp.queries.case_view import incidents

blueprint = Blueprint("supervision", __name__, url_prefix="/supervision")


@blueprint.get("")
@needs(Permission.SUPERVISION_SEE)
def board() -> ResponseReturnValue:
    """The board; state, department and place in the list stand in the URL."""
    rules = rules_in_force()
    state = request.args.get("state", "")
    state = state if state in supervision.STATES else ""
    departments = supervision.by_department(rules)
    department = request.args.get("department", "")
    department = department if department in {one.key for one in departments} else ""
    chosen = [one for one in departments if not department or one.key == department]
    figures = supervision.figures(chosen)
    page = supervision.board(rules, state=state, department=department, after=request.args.get("after", ""))
    return render_template(
        "supervision/board.html",
        page=page,
        departments=departments,
        department=department,
        state=state,
        figures=figures,
        tabs=[
            (gettext("全部"), _url("", department), state == "", figures.running),
            (gettext("已逾期"), _url("overdue", department), state == "overdue", figures.overdue),
            (gettext("临期"), _url("near", department), state == "near", figures.near),
        ],
        next_url=_url(state, department, page.following) if page.following else None,
        first_url=_url(state, department) if request.args.get("after") else None,
        incidents=incidents(),
        may_retry=may(signed_in(), Permission.INCIDENT_RETRY),
    )


def _url(state: str, department: str, after: str | None = None) -> str:
    given: dict[str, Any] = {"state": state, "department": department, "after": after}
    return url_for("supervision.board", **{key: value for key, value in given.items() if value})
