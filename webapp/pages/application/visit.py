"""The first steps: drafts that wait, and opening a visit at a counter."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Words
from webapp.errors import FileRefused, Incomplete
from webapp.identity import signed_in
from webapp.pages.application.steps import VISIT, blueprint, stepper
from webapp.pages.application.uploads import upload_named
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import application as queries
from webapp.services.visits import Person, open_visit


@blueprint.get("/")
@needs(Permission.DRAFT_EDIT)
def drafts() -> ResponseReturnValue:
    """Applications that were begun and not yet received."""
    by = signed_in()
    of_all = request.args.get("who") == "all" and queries.may_take_over(by)
    rows = queries.drafts(by, of_all=of_all)
    return render_template("application/drafts.html", drafts=rows, of_all=of_all, may_all=queries.may_take_over(by))


@blueprint.get("/visit")
@needs(Permission.VISIT_OPEN)
def visit() -> ResponseReturnValue:
    """The empty visit; the counter is the one that the person used last."""
    counter = queries.last_counter(signed_in())
    return _page({"counter_id": str(counter or ""), "identity_checked": "hand"}, {})


@blueprint.post("/visit")
@needs(Permission.VISIT_OPEN)
def begin_visit() -> ResponseReturnValue:
    """Open the visit and go on to the catalogue; a fault keeps all that was typed."""
    typed = request.form
    try:
        visit_id = open_visit(
            by=signed_in(),
            counter_id=typed.get("counter_id", type=int) or 0,
            ticket=typed.get("ticket", ""),
            present=typed.get("present", ""),
            person=Person(
                typed.get("person_name", ""),
                typed.get("person_id_number", ""),
                typed.get("person_mobile", ""),
            ),
            identity_checked=typed.get("identity_checked", ""),
            mandate=upload_named("mandate"),
        )
    except Incomplete as fault:
        return _page(typed, {field: [words] for field, words in fault.faults.items()}, fault.status)
    except FileRefused as refusal:
        return _page(typed, {"mandate": [refusal.words]}, refusal.status)
    return redirect(url_for("application.bundle", visit_id=visit_id))


def _page(typed: Mapping[str, str], errors: Mapping[str, list[Words]], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "application/visit.html", typed=typed, errors=errors, counters=queries.counters(), **stepper(VISIT)
    )
    return page, status
