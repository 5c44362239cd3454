"""Choosing the one thing: by name, or by group of the life cycle."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.catalogue import places
from webapp.identity import signed_in
from webapp.pages.application.steps import BUNDLE, blueprint, step_url, stepper
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import application as queries
from webapp.services.drafts import start_draft


@blueprint.get("/visit/<int:visit_id>/bundle")
@needs(Permission.VISIT_OPEN)
def bundle(visit_id: int) -> ResponseReturnValue:
    """The catalogue of published bundles; search and group stand in the address."""
    found = queries.own_visit(signed_in(), visit_id)
    search, group = request.args.get("q", "").strip(), request.args.get("group", "")
    return render_template(
        "application/bundle.html",
        visit=found,
        cards=queries.bundle_cards(search, group),
        group_tabs=_group_tabs(visit_id, search, group),
        places=places(),
        search=search,
        group=group,
        **stepper(BUNDLE),
    )


@blueprint.post("/visit/<int:visit_id>/bundle")
@needs(Permission.VISIT_OPEN)
def begin_draft(visit_id: int) -> ResponseReturnValue:
    """Begin an application for the chosen bundle."""
    by = signed_in()
    queries.own_visit(by, visit_id)
    case_id = start_draft(
        by=by, visit_id=visit_id, bundle_key=request.form.get("bundle", ""), place=request.form.get("place", "")
    )
    return redirect(step_url(case_id, "questions"))


def _group_tabs(visit_id: int, search: str, chosen: str) -> list[tuple[str, str, bool, int]]:
    """The groups of the life cycle as tabs; each keeps the search and counts all its bundles."""
    groups = queries.life_cycles()
    entries = [("", gettext("全部"), sum(count for _, _, count in groups))]
    entries += [(key, words(name), count) for key, name, count in groups]
    return [
        (
            label,
            url_for("application.bundle", visit_id=visit_id, q=search or None, group=key or None),
            key == chosen,
            count,
        )
        for key, label, count in entries
    ]
